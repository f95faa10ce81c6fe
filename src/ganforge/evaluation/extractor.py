"""A classifier of the real training images, whose features the scores are computed on.

Features that know the classes of the very data see what the eye sees: a missing class of the digits moves the Frechet
distance to nearly thirty times its floor. Nothing has to be downloaded for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from ganforge.datasets.source import Split
from ganforge.files import write_durably
from ganforge.networks.layers import BATCH_NORM, CONVOLUTION
from ganforge.scale import arrange, normalise
from ganforge.training.batches import Batches

WIDTHS = (16, 32, 64)
FEATURES = 128
BATCH = 128
LEARNING_RATE = 3e-3
DROPOUT = 0.5  # of the features, so that many of them have to carry each class
FEATURE_BATCH = 500


class Classifier(nn.Module):
    """Three times convolution, batch norm, ReLU and pooling by two; then 128 features and a linear layer.

    Args:
        shape: (channels, *size) of the signal.
        classes: number of labels.
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        axes, channels, size = len(shape) - 1, shape[0], list(shape[1:])
        self.axes = axes
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
        self.classify = nn.Sequential(nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(FEATURES, classes))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, *shape) in [-1, 1] to features (batch, 128) before their rectifier, and logits (batch, classes)."""
        features = self.body(x)
        return features, self.classify(features)


@dataclass(frozen=True)
class Features:
    """What the extractor says of some signals: (N, 128) float32 features and (N,) int64 most likely labels."""

    values: np.ndarray
    labels: np.ndarray


class Extractor:
    """A trained classifier, and the scale that gives real training features a root mean square of 1.

    The cubic kernel of KID would depend on an arbitrary unit without that scale.
    """

    def __init__(self, classifier: Classifier, scale: float, device: torch.device) -> None:
        self.classifier, self.scale, self.device = classifier.eval(), scale, device
        arrange(classifier, classifier.axes)

    @torch.inference_mode()
    def __call__(self, signals: np.ndarray) -> Features:
        """Features of uint8 signals (N, *shape)."""
        values, labels = [], []
        for start in range(0, len(signals), FEATURE_BATCH):
            block = torch.from_numpy(np.array(signals[start : start + FEATURE_BATCH])).to(self.device)
            features, logits = self.classifier(normalise(block))
            values.append((features / self.scale).cpu())
            labels.append(logits.argmax(1).cpu())
        return Features(torch.cat(values).numpy(), torch.cat(labels).numpy())

    def save(self, folder: Path, shape: tuple[int, ...], classes: int, accuracy: float) -> None:
        """Writes weights and configuration; `load` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = save({name: tensor.cpu().contiguous() for name, tensor in self.classifier.state_dict().items()})
        write_durably(folder / "extractor.safetensors", weights)
        config = {"shape": shape, "classes": classes, "scale": self.scale, "accuracy": accuracy}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Extractor:
        """Opens what `save` wrote."""
        config = read_config(folder)
        classifier = Classifier(tuple(config["shape"]), config["classes"])
        classifier.load_state_dict(load_file(folder / "extractor.safetensors"))
        return cls(classifier.to(device), config["scale"], device)


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of an extractor: shape, classes, scale, and accuracy on the real test split."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def train_extractor(
    train: Split, classes: int, images: int, seed: int, device: torch.device, progress: Callable[[int], None]
) -> Extractor:
    """Trains the classifier on real training images with a cosine schedule.

    Args:
        train: the real training split.
        classes: number of labels.
        images: how many images it is shown.
        seed: of the weights and of the order.
        device: where to train.
        progress: told the images shown so far, after every batch.
    """
    torch.manual_seed(seed)
    classifier = Classifier(train.images.shape[1:], classes).to(device)
    arrange(classifier, classifier.axes)
    optimiser = torch.optim.Adam(classifier.parameters(), lr=LEARNING_RATE, fused=True)
    batch_size = min(BATCH, len(train.images))
    steps = max(1, images // batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    batches = Batches(_on(device, train.images), _on(device, train.labels), batch_size, seed)
    for step in range(steps):
        signals, labels = batches[step]
        _, logits = classifier(normalise(signals))
        assert labels is not None
        loss = nn.functional.cross_entropy(logits, labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        progress((step + 1) * batch_size)
    extractor = Extractor(classifier, 1.0, device)
    return Extractor(classifier, float(np.sqrt(np.mean(np.square(extractor(train.images).values)))), device)


def _on(device: torch.device, array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array)).to(device)
