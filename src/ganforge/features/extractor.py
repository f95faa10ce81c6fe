"""The features of the scores: from a classifier of the real data, or from a network trained on photographs.

A classifier of the same data notices what people notice: a missing class of the digits raises the Frechet distance to
nearly thirty times its floor. It needs no download. Without labels, the network stays untrained, and `Clusters` replace
classes. If there are too few signals to learn from, a pretrained network works better.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from ganforge.errors import UserError, first_line
from ganforge.features.classifier import NAME as CLASSIFIER
from ganforge.features.classifier import build_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.network import FeatureNetwork
from ganforge.files import write_durably, write_json
from ganforge.networks.layers import arrange
from ganforge.networks.weights import build_with
from ganforge.objectives.classification import join_labels, separate_labels
from ganforge.signals import Signal, signal_of

WEIGHTS = "extractor.safetensors"
CONFIG = "config.json"
KEYS = ("name", "signal", "classes", "scale", "accuracy")


@dataclass(frozen=True)
class Features:
    """Features of some signals.

    Attributes:
        values: (N, views * features of a view) float32.
        labels: (N,) int64, the most likely label or, without labels, the cluster.
        pretrained: whether the network was trained on other pictures.
    """

    values: np.ndarray
    labels: np.ndarray
    pretrained: bool = False


class Extractor:
    """A feature network, and the scale that gives real training features a root mean square of 1.

    Without that scale, the cubic kernel of KID would depend on an arbitrary unit. If a signal has several views, its
    features are those of its views, one after the other.

    Args:
        network: network of one view.
        signal: the kind of its input.
        scale: divisor of the features.
        device: device of the network.
        clusters: replacement for labels; None if the network learnt labels.
    """

    def __init__(
        self,
        network: FeatureNetwork,
        signal: Signal,
        scale: float,
        device: torch.device,
        clusters: Clusters | None = None,
    ) -> None:
        self.network, self.signal, self.scale, self.device = network.eval(), signal, scale, device
        self.clusters = clusters
        arrange(network, network.axes)

    @property
    def views(self) -> int:
        """Number of views of a signal."""
        return self.signal.views

    @property
    def classes(self) -> int:
        """Number of labels of a whole signal; 0 without labels."""
        return 0 if self.clusters is not None else self.network.classes**self.views

    @classmethod
    def scaled_to(
        cls,
        network: FeatureNetwork,
        signal: Signal,
        stored: np.ndarray,
        device: torch.device,
        clusters: Clusters | None = None,
    ) -> Extractor:
        """An extractor whose features of ``stored`` signals, (N, *shape), have a root mean square of 1."""
        unscaled = unscaled_features(network, signal, stored, device)
        return cls(network, signal, root_mean_square(unscaled), device, clusters)

    def __call__(self, stored: np.ndarray) -> Features:
        """Features of stored signals (N, *shape)."""
        return self.features_of(stored, unscaled_features(self.network, self.signal, stored, self.device))

    @torch.inference_mode()
    def features_of(self, stored: np.ndarray, unscaled: np.ndarray) -> Features:
        """Features from known `unscaled_features`."""
        if self.clusters is None:
            views = torch.from_numpy(unscaled).view(len(stored) * self.views, -1).to(self.device)
            logits = self.network.classify(views)
            labels = join_labels(logits.argmax(1), self.network.classes, self.views).cpu().numpy()
        else:
            labels = self.clusters(stored)
        return Features(unscaled / self.scale, labels, self.network.pretrained)

    def features(self, x: Tensor) -> Tensor:
        """Features (N, views * features of a view) of signals as networks see them; differentiable."""
        return self._look(x)[0]

    def activations(self, x: Tensor) -> list[Tensor]:
        """Outputs of each level of the network for signals as networks see them, from fine to coarse; differentiable.

        For perceptual distances. Each is (N * views, channels, *size).
        """
        return self.network.activations(self.signal.for_features(x))

    @torch.inference_mode()
    def probabilities(self, stored: np.ndarray) -> np.ndarray:
        """Probabilities of the labels of each view of stored signals (N, *shape): (N, views, labels of a view)."""
        rows = []
        for start in range(0, len(stored), self.network.batch):
            block = np.array(stored[start : start + self.network.batch])
            _, logits = self._look(self.signal.presented(block, self.device))
            rows.append(logits.softmax(1).cpu().view(len(block), self.views, -1))
        return torch.cat(rows).numpy()

    def confidence(self, stored: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The probability of labels (N,) of stored signals (N, *shape), as a product over the views.

        Returns:
            (N,) float32, 0 to 1.
        """
        of_views = separate_labels(torch.from_numpy(labels), self.network.classes, self.views).numpy()
        wanted = of_views.reshape(-1, self.views, 1)
        product: np.ndarray = np.take_along_axis(self.probabilities(stored), wanted, axis=2).prod(axis=(1, 2))
        return product

    def _look(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scaled features (N, views * features of a view) and logits (N * views, labels of a view)."""
        features, logits = self.network(self.signal.for_features(x))
        return (features / self.scale).reshape(len(x), -1), logits

    def save(self, folder: Path, accuracy: float | None) -> None:
        """Writes weights and configuration; `load` reads them.

        Args:
            folder: where to write.
            accuracy: share of real signals of the split ``test`` that it classifies correctly; None without labels.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if self.clusters is not None:
            self.clusters.save(folder)
        weights = save({name: tensor.cpu().contiguous() for name, tensor in self.network.state_dict().items()})
        write_durably(folder / WEIGHTS, weights)
        values = (self.network.name, self.signal.describe(), self.classes, self.scale, accuracy)
        write_json(folder / CONFIG, dict(zip(KEYS, values, strict=True)))

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> Extractor:
        """Opens a folder that `save` wrote.

        Raises:
            UserError: a file is missing or damaged.
        """
        config = read_config(folder)
        try:
            signal = signal_of(config["signal"])
            weights = load_file(folder / WEIGHTS)
            network = build_with(lambda: build_network(config["name"], signal, config["classes"]), weights)
            clusters = None if config["classes"] else Clusters.load(folder, signal)
        except (SafetensorError, OSError, ValueError, ArithmeticError, LookupError, TypeError, RuntimeError) as error:
            raise _damaged(folder, error) from error
        return cls(network.to(device), signal, config["scale"], device, clusters)


@torch.inference_mode()
def unscaled_features(
    network: FeatureNetwork,
    signal: Signal,
    stored: np.ndarray,
    device: torch.device,
    progress: Callable[[int], None] = lambda _: None,
) -> np.ndarray:
    """Unscaled features of stored signals (N, *shape).

    Args:
        network: network on the device.
        signal: the kind of the signals.
        stored: the signals.
        device: where to compute.
        progress: called with the number of signals so far.

    Returns:
        (N, views * features of a view) float32.
    """
    rows = []
    network.eval()
    for start in range(0, len(stored), network.batch):
        block = np.array(stored[start : start + network.batch])
        features, _ = network(signal.for_features(signal.presented(block, device)))
        rows.append(features.reshape(len(block), -1).cpu())
        progress(start + len(block))
    return torch.cat(rows).numpy()


def root_mean_square(features: np.ndarray) -> float:
    """The scale of an `Extractor`."""
    return float(np.sqrt(np.mean(np.square(features))))


def build_network(name: str, signal: Signal, classes: int) -> FeatureNetwork:
    """A feature network without its weights.

    Args:
        name: name in params.yaml.
        signal: the kind of its input.
        classes: number of labels of a whole signal; 0 without labels.

    Raises:
        UserError: it does not accept such signals.
        LookupError: there is no such network.
    """
    if name == CLASSIFIER:
        return build_classifier(signal, classes)
    from ganforge.features.pretrained import build_pretrained

    return build_pretrained(name, signal, classes)


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of an extractor: `KEYS` and their values; the accuracy is that on the split ``test``.

    Raises:
        UserError: it is missing or damaged.
    """
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if not isinstance(config, dict):
            raise TypeError(f"{CONFIG} is not a dictionary")
        missing = set(KEYS) - set(config)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from error
    if missing:
        raise _damaged(folder, KeyError(*sorted(missing)))
    return config


def _damaged(folder: Path, error: Exception) -> UserError:
    return UserError(
        f"{folder} holds no usable extractor ({first_line(error)}): run `dvc repro -f extractor` to make it again."
    )
