"""The network whose features the scores are computed on: a classifier of the real training images.

Features that know the classes of the very data see what the eye sees: a missing class of the digits moves the Frechet
distance to nearly thirty times its floor. Nothing has to be downloaded for it. Without labels, the network is left as
it was drawn, and `Clusters` stand in for classes.

Where an item has several parts (`ganforge.datasets.source.Source`), each part is to the classifier an image of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganforge.datasets.source import Split
from ganforge.errors import UserError, first_line
from ganforge.features.clusters import Clusters
from ganforge.files import write_durably, write_json
from ganforge.networks.layers import BATCH_NORM, CONVOLUTION
from ganforge.networks.weights import build_with
from ganforge.scale import arrange, normalise
from ganforge.training.batches import Batches, Order, choose_batches

WEIGHTS = "extractor.safetensors"
CONFIG = "config.json"

WIDTHS = (16, 32, 64)
FEATURES = 128
BATCH = 128
LEARNING_RATE = 3e-3
DROPOUT = 0.5  # of the features, so that many of them have to carry each class
FEATURE_BATCH = 500
NORMALISED_BY = 20  # batches that batch norm takes the statistics of an untrained network from


class Classifier(nn.Module):
    """Three times convolution, batch norm, ReLU and pooling by two; then 128 features and a linear layer.

    Args:
        shape: (channels, *size) of the image.
        classes: number of its labels.
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        axes, channels, size = len(shape) - 1, shape[0], list(shape[1:])
        self.axes, self.classes = axes, classes
        pool = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[axes - 1]
        layers: list[nn.Module] = []
        for width in WIDTHS:
            layers += [
                CONVOLUTION[axes](channels, width, 3, padding=1, bias=False),
                BATCH_NORM[axes](width),
                nn.ReLU(),
                pool(2, ceil_mode=True),
            ]
            channels, size = width, [math.ceil(length / 2) for length in size]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * math.prod(size), FEATURES))
        self.classify = nn.Sequential(nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(FEATURES, max(1, classes)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, *shape) in [-1, 1] to features (batch, 128) before their rectifier, and logits (batch, classes)."""
        features = self.body(x)
        return features, self.classify(features)


@dataclass(frozen=True)
class Features:
    """What the extractor says of some signals.

    Attributes:
        values: (N, parts * 128) float32.
        labels: (N,) int64, the most likely label or, without labels, the cluster.
    """

    values: np.ndarray
    labels: np.ndarray


class Extractor:
    """A classifier, and the scale that gives real training features a root mean square of 1.

    The cubic kernel of KID would depend on an arbitrary unit without that scale.

    Args:
        classifier: of one part.
        scale: what features are divided by.
        device: where the classifier is.
        parts: images in one item; its features are those of its parts, one after the other.
        clusters: what stands in for labels; None: the classifier was trained on some.
    """

    def __init__(
        self,
        classifier: Classifier,
        scale: float,
        device: torch.device,
        parts: int = 1,
        clusters: Clusters | None = None,
    ) -> None:
        self.classifier, self.scale, self.device, self.parts = classifier.eval(), scale, device, parts
        self.clusters = clusters
        arrange(classifier, classifier.axes)

    @classmethod
    def scaled_to(
        cls,
        classifier: Classifier,
        images: np.ndarray,
        device: torch.device,
        parts: int = 1,
        clusters: Clusters | None = None,
    ) -> Extractor:
        """An extractor whose features of uint8 ``images``, (N, *shape), have a root mean square of 1."""
        unscaled = cls(classifier, 1.0, device, parts)(images).values
        return cls(classifier, float(np.sqrt(np.mean(np.square(unscaled)))), device, parts, clusters)

    @torch.inference_mode()
    def __call__(self, signals: np.ndarray) -> Features:
        """Features of uint8 signals (N, *shape)."""
        values, labels = [], []
        for start in range(0, len(signals), FEATURE_BATCH):
            block = np.array(signals[start : start + FEATURE_BATCH])
            images = torch.from_numpy(separate(block, self.parts)).to(self.device)
            features, logits = self.classifier(normalise(images))
            values.append((features / self.scale).reshape(len(block), -1).cpu())
            labels.append(logits.argmax(1).cpu())
        if self.clusters is not None:
            return Features(torch.cat(values).numpy(), self.clusters(signals))
        joined = join_labels(torch.cat(labels).numpy(), self.classifier.classes, self.parts)
        return Features(torch.cat(values).numpy(), joined)

    @torch.inference_mode()
    def probabilities(self, signals: np.ndarray) -> np.ndarray:
        """That of each label of each part of uint8 signals (N, *shape): (N, parts, labels of a part) float32."""
        found = []
        for start in range(0, len(signals), FEATURE_BATCH):
            block = np.array(signals[start : start + FEATURE_BATCH])
            _, logits = self.classifier(normalise(torch.from_numpy(separate(block, self.parts)).to(self.device)))
            found.append(logits.softmax(1).cpu().view(len(block), self.parts, -1))
        return torch.cat(found).numpy()

    def confidence(self, signals: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The probability that it gives to labels (N,) of uint8 signals (N, *shape), the product of those of the parts.

        Returns:
            (N,) float32, 0 to 1.
        """
        wanted = separate_labels(labels, self.classifier.classes, self.parts).reshape(-1, self.parts, 1)
        of_parts = np.take_along_axis(self.probabilities(signals), wanted, axis=2)
        product: np.ndarray = of_parts.prod(axis=(1, 2))
        return product

    def save(self, folder: Path, shape: tuple[int, ...], classes: int, accuracy: float | None) -> None:
        """Writes weights and configuration; `load` reads them.

        Args:
            folder: where to.
            shape: (channels, *size) of one item.
            classes: number of its labels, 0 without any.
            accuracy: share of real items of the split ``test`` that it classifies rightly; None without labels.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if self.clusters is not None:
            self.clusters.save(folder)
        weights = save({name: tensor.cpu().contiguous() for name, tensor in self.classifier.state_dict().items()})
        write_durably(folder / WEIGHTS, weights)
        config = {
            "shape": shape,
            "classes": classes,
            "parts": self.parts,
            "scale": self.scale,
            "accuracy": accuracy,
        }
        write_json(folder / CONFIG, config)

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Extractor:
        """Opens what `save` wrote.

        Raises:
            UserError: a file is missing or damaged.
        """
        config = read_config(folder)
        try:
            weights = load_file(folder / WEIGHTS)
            described = tuple(config["shape"]), config["classes"], config["parts"]
            classifier = build_with(lambda: part_classifier(*described), weights)
            clusters = None if config["classes"] else Clusters.load(folder)
        except (SafetensorError, OSError, ValueError, ArithmeticError, LookupError, TypeError, RuntimeError) as error:
            raise _damaged(folder, error) from error
        return cls(classifier.to(device), config["scale"], device, config["parts"], clusters)


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of an extractor: shape, classes and parts of an item, scale, and accuracy on the split ``test``.

    Raises:
        UserError: it is missing or damaged.
    """
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if not isinstance(config, dict):
            raise TypeError(f"{CONFIG} holds no dictionary")
        missing = {"shape", "classes", "parts", "scale", "accuracy"} - set(config)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from error
    if missing:
        raise _damaged(folder, KeyError(*sorted(missing)))
    return config


def _damaged(folder: Path, error: Exception) -> UserError:
    return UserError(
        f"{folder} does not hold an extractor ({first_line(error)}): run `dvc repro -f extractor` to make it anew."
    )


def untrained_classifier(images: np.ndarray, seed: int, device: torch.device) -> Classifier:
    """A network as it was drawn, whose batch norm knows some of the uint8 ``images``, (N, *shape).

    Random features tell distributions apart as well as those of a network trained on other data, where these are far
    from one's own (Naeem et al. 2020, https://arxiv.org/abs/2002.09797, section 3.3).
    """
    torch.manual_seed(seed)
    classifier = part_classifier(images.shape[1:], 0, 1).to(device)
    arrange(classifier, classifier.axes)
    for layer in classifier.modules():
        if isinstance(layer, _BatchNorm):
            layer.momentum = None  # the plain mean over all batches
    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[: NORMALISED_BY * BATCH])
    with torch.no_grad():
        for start in range(0, len(chosen), BATCH):
            batch = torch.from_numpy(np.array(images[chosen[start : start + BATCH]]))
            classifier(normalise(batch.to(device)))
    return classifier


def train_classifier(
    train: Split,
    classes: int,
    images: int,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None],
    parts: int = 1,
) -> Classifier:
    """Trains a classifier of given images.

    Args:
        train: what it learns from.
        classes: number of labels.
        images: how many images it is shown; parts of items are counted one by one.
        seed: of the weights and of the order.
        device: where to train.
        progress: told the images shown so far, after every batch.
        parts: images in one item of ``train``.
    """
    torch.manual_seed(seed)
    classifier = part_classifier(train.images.shape[1:], classes, parts).to(device)
    arrange(classifier, classifier.axes)
    part_images = separate(train.images, parts)
    part_labels = separate_labels(train.required_labels(), classifier.classes, parts)
    batch_size = min(BATCH, len(part_images))
    batches = choose_batches(part_images, part_labels, partial(Order, len(part_images), batch_size, seed), device)
    fit(classifier, batches, max(1, images // batch_size), progress)
    return classifier


def fit(classifier: Classifier, batches: Batches, steps: int, progress: Callable[[int], None]) -> None:
    """Trains a classifier for a number of steps, by Adam with a cosine schedule.

    Args:
        classifier: where the batches go.
        batches: with labels.
        steps: how many of them.
        progress: told the images shown so far, after every batch.
    """
    optimiser = torch.optim.Adam(classifier.parameters(), lr=LEARNING_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    shown = 0
    for step in range(steps):
        signals, labels = batches[step]
        _, logits = classifier(normalise(signals))
        assert labels is not None
        loss = nn.functional.cross_entropy(logits, labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        shown += len(signals)
        progress(shown)


def part_classifier(shape: tuple[int, ...], classes: int, parts: int) -> Classifier:
    """An untrained classifier of one part of an item.

    Args:
        shape: (channels, *size) of the whole item.
        classes: number of labels of the whole item, those of a part to the power of ``parts``; 0 without labels.
        parts: images in one item.
    """
    part_classes = round(classes ** (1 / parts))
    if part_classes**parts != classes or shape[0] % parts:
        raise ValueError(f"{classes} classes and {shape[0]} channels are not those of {parts} equal parts")
    return Classifier((shape[0] // parts, *shape[1:]), part_classes)


def separate(signals: np.ndarray, parts: int) -> np.ndarray:
    """Items (N, channels, *size) to their parts, one after the other: (N * parts, channels / parts, *size)."""
    return signals.reshape(-1, signals.shape[1] // parts, *signals.shape[2:])


def separate_labels(labels: np.ndarray, part_classes: int, parts: int) -> np.ndarray:
    """Labels (N,) of items to those of their parts, (N * parts,), each below ``part_classes``."""
    parted: np.ndarray = (labels[:, None] // _place_values(part_classes, parts) % part_classes).reshape(-1)
    return parted


def join_labels(labels: np.ndarray, part_classes: int, parts: int) -> np.ndarray:
    """The inverse of `separate_labels`: (N * parts,) to (N,)."""
    joined: np.ndarray = labels.reshape(-1, parts) @ _place_values(part_classes, parts)
    return joined


def _place_values(part_classes: int, parts: int) -> np.ndarray:
    """What each part's label counts in the label of the item, as 100, 10 and 1; (parts,)."""
    return part_classes ** np.arange(parts)[::-1]
