"""The classifier whose features the scores use, and its training."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganforge.conditions.labels import Labels
from ganforge.features.network import FeatureNetwork, classes_of_view
from ganforge.networks.layers import AVERAGE_POOL, BATCH_NORM, CONVOLUTION, arrange
from ganforge.objectives.classification import Classification
from ganforge.prepared.columns import LABELS, SIGNAL, Split
from ganforge.settings import Schedule
from ganforge.signals import Signal
from ganforge.training.batches import Batches, Order, choose_batches
from ganforge.training.distributed import World
from ganforge.training.game import Game
from ganforge.training.optimisers import build_optimiser
from ganforge.training.settings import TrainSettings

NAME = "classifier"
WIDTHS = (16, 32, 64)  # channels of the levels; further levels have as many as the last
POSITIONS = 4  # of an axis at the end of the last level, at most
LONG = 256  # a single axis of so many positions or more is divided by four, not two
FEATURES = 128
BATCH = 128  # views of a step
LEARNING_RATE = 3e-3
DROPOUT = 0.5  # of the features, so that each class depends on many of them
NORMALISED_BY = 20  # batches for the batch norm statistics of an untrained network


class Classifier(FeatureNetwork):
    """Levels of convolution, batch norm, ReLU and pooling, until few positions are left; then features and logits.

    The number of levels grows with the logarithm of the longest axis, so the dense layer after them is small for any
    length of signal.

    Args:
        shape: (channels, *size) of its input; one, two or three axes.
        classes: number of its labels.
    """

    name = NAME
    pretrained = False
    batch = 500

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.axes, self.classes = len(shape) - 1, classes
        channels, size = shape[0], list(shape[1:])
        self.levels = nn.ModuleList()
        while len(self.levels) < len(WIDTHS) or max(size) > POSITIONS:
            width = WIDTHS[min(len(self.levels), len(WIDTHS) - 1)]
            factor = 4 if self.axes == 1 and size[0] > LONG else 2
            factors = tuple(min(factor, length) for length in size)
            self.levels.append(Level(channels, width, factors))
            channels, size = width, [math.ceil(length / f) for length, f in zip(size, factors)]
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(channels * math.prod(size), FEATURES))
        self.classify = nn.Sequential(nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(FEATURES, max(1, classes)))

    def activations(self, x: Tensor) -> list[Tensor]:
        """Outputs of each level for (batch, *shape), from fine to coarse: (batch, channels, *size) each."""
        levels = []
        for level in self.levels:
            x = level(x)
            levels.append(x)
        return levels

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, *shape) to features (batch, 128) before their ReLU, and logits (batch, classes)."""
        features = self.features(self.activations(x)[-1])
        return features, self.classify(features)


class Level(nn.Module):
    """Convolution, batch norm, ReLU, and every axis shorter by its factor, rounded up."""

    def __init__(self, channels: int, width: int, factors: tuple[int, ...]) -> None:
        super().__init__()
        axes = len(factors)
        self.convolution = CONVOLUTION[axes](channels, width, 3, padding=1, bias=False)
        self.normalise = BATCH_NORM[axes](width)
        self.pool = partial(AVERAGE_POOL[axes], kernel_size=factors, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, width, *(size / factors))."""
        return self.pool(nn.functional.relu(self.normalise(self.convolution(x))))


def build_classifier(signal: Signal, classes: int) -> Classifier:
    """An untrained classifier of one view of a signal.

    Args:
        signal: the kind of its input.
        classes: number of labels of a whole signal: those of a view to the power of the views; 0 without labels.

    Raises:
        ValueError: the number is not such a power.
    """
    return Classifier(signal.view_shape, classes_of_view(signal, classes))


def untrained_classifier(stored: np.ndarray, signal: Signal, seed: int, device: torch.device) -> Classifier:
    """An untrained network with batch norm statistics of some of the ``stored`` signals, (N, *shape).

    Random features distinguish distributions as well as those of a network trained on very different data (Naeem et al.
    2020, https://arxiv.org/abs/2002.09797, section 3.3).
    """
    torch.manual_seed(seed)
    classifier = build_classifier(signal, 0).to(device)
    arrange(classifier, classifier.axes)
    for layer in classifier.modules():
        if isinstance(layer, _BatchNorm):
            layer.momentum = None  # the plain mean over all batches
    chosen = np.sort(np.random.default_rng(seed).permutation(len(stored))[: NORMALISED_BY * BATCH])
    with torch.no_grad():
        for start in range(0, len(chosen), BATCH):
            batch = np.array(stored[chosen[start : start + BATCH]])
            classifier(signal.for_features(signal.presented(batch, device)))
    return classifier


def train_classifier(
    train: Split,
    signal: Signal,
    classes: int,
    images: int,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None],
) -> Classifier:
    """Trains a classifier of given signals.

    Args:
        train: signals and labels to learn from.
        signal: the kind of the signals.
        classes: number of labels.
        images: how many views of signals to show.
        seed: seed of the weights and of the order.
        device: where to train.
        progress: called with the number of views shown so far, after every batch.
    """
    size = min(max(1, BATCH // signal.views), len(train))
    order = partial(Order, batch_size=size, seed=seed)
    batches = choose_batches([{SIGNAL: train.signal, LABELS: train.required_labels()}], order, device)
    return fit(batches, size, signal, classes, images, seed, device, progress)


def fit(
    batches: Batches,
    batch_size: int,
    signal: Signal,
    classes: int,
    images: int,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None],
) -> Classifier:
    """Trains a new classifier on batches of ``batch_size`` signals with labels; see `train_classifier`."""
    torch.manual_seed(seed)
    classifier = build_classifier(signal, classes).to(device)
    arrange(classifier, classifier.axes)
    settings = _settings(max(batch_size, images // signal.views), batch_size, seed)
    objective = Classification(classifier, signal, Labels([""] * classes, [1] * classes), classifier.classes)
    optimiser = build_optimiser(settings, classifier, device)
    game = Game(objective, [optimiser], batches, signal, 0, settings, World(), device)
    while game.step < game.steps:
        game.advance()
        progress(game.images * signal.views)
    return classifier


def _settings(images: int, batch_size: int, seed: int) -> TrainSettings:
    """Trains with Adam and a cosine schedule."""
    return TrainSettings(
        images=images,
        batch_size=max(2, batch_size),
        discriminator_steps=1,
        optimiser="adam",
        learning_rate=Schedule(start=LEARNING_RATE, end=0.0, shape="cosine", begin=0.0),
        discriminator_rate=1.0,
        beta1=0.9,
        beta2=0.999,
        weight_decay=0.0,
        ema_half_life=0.0,
        standing_statistics=0,
        best_every=0,
        best_samples=2,
        on_failure="warn",
        patience=1,
        precision="float32",
        seed=seed,
    )
