"""What a feature network is."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn

from ganforge.signals import Signal


class FeatureNetwork(nn.Module):
    """Features and logits of one view of a signal.

    Attributes:
        name: as in params.yaml.
        pretrained: whether it was trained on other pictures.
        batch: signals that it looks at together.
        axes: of the view.
        classes: labels of the view; 0 without labels.
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
        """What each level makes of (batch, *shape), from fine to coarse: (batch, channels, *size) each."""

    @abstractmethod
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, *shape) to features (batch, features) and logits (batch, at least 1)."""


def classes_of_view(signal: Signal, classes: int) -> int:
    """Labels of a view, of which those of a whole signal are the power of the views; 0 without labels.

    Raises:
        ValueError: they are no such power.
    """
    of_view: int = round(classes ** (1 / signal.views))
    if of_view**signal.views != classes:
        raise ValueError(f"{classes} classes are not made of {signal.views} equal views")
    return of_view
