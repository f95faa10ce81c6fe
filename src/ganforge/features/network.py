"""The interface of feature networks."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn

from ganforge.signals import Signal


class FeatureNetwork(nn.Module):
    """Features and logits of one view of a signal.

    Attributes:
        name: name in params.yaml.
        pretrained: whether it was trained on other pictures.
        batch: signals in a batch.
        axes: number of axes of the view.
        classes: number of labels of the view; 0 without labels.
        classify: features (batch, features) to logits.
    """

    name: str
    pretrained: bool
    batch: int
    axes: int
    classes: int
    classify: nn.Module

    @abstractmethod
    def activations(self, x: Tensor) -> list[Tensor]:
        """Outputs of each level for (batch, *shape), from fine to coarse: (batch, channels, *size) each."""

    @abstractmethod
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, *shape) to features (batch, features) and logits (batch, at least 1)."""


def classes_of_view(signal: Signal, classes: int) -> int:
    """Number of labels of a view; raised to the number of views, it gives those of a signal; 0 without labels.

    Raises:
        ValueError: the number of classes is not such a power.
    """
    of_view: int = round(classes ** (1 / signal.views))
    if of_view**signal.views != classes:
        raise ValueError(f"{classes} classes do not split into {signal.views} equal views")
    return of_view
