"""The objective of a classifier, without a discriminator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganforge.conditions import Condition
from ganforge.objectives.objective import Batch, Objective, Terms
from ganforge.prepared.columns import LABELS
from ganforge.signals import Signal


class Classification(Objective):
    """Cross-entropy of the labels.

    Args:
        classifier: maps the output of `Signal.for_features` to features and logits.
        signal: signal of the batches.
        labels: condition of the batches.
        classes: number of labels of one view of a signal; the labels of several views are the digits of the signal's
            label.
    """

    discriminators = None

    def __init__(self, classifier: nn.Module, signal: Signal, labels: Condition, classes: int) -> None:
        super().__init__()
        self.generators, self.signal, self.condition, self.classes = classifier, signal, labels, classes

    @property
    def kept(self) -> nn.Module:  # type: ignore[override]
        """The classifier."""
        return self.generators

    def generate(self, batch: Batch) -> Batch:
        """Generates nothing."""
        return {}

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Any) -> tuple[Tensor, Terms]:
        """The mean loss over all views of a batch."""
        _, logits = self.generators(self.signal.for_features(batch["signal"]))
        labels = separate_labels(batch[LABELS], self.classes, self.signal.views)
        loss = nn.functional.cross_entropy(logits, labels)
        return loss, {"loss": loss.detach()}


def place_values(classes: int, views: int) -> list[int]:
    """The place value of each view's label in the label of a signal, as 100, 10 and 1."""
    return [classes**place for place in range(views)][::-1]


def separate_labels(labels: Tensor, classes: int, views: int) -> Tensor:
    """Splits labels (N,) of signals into those of their views, (N * views,), each below ``classes``."""
    values = torch.tensor(place_values(classes, views), device=labels.device)
    return (labels[:, None] // values % classes).reshape(-1)


def join_labels(labels: Tensor, classes: int, views: int) -> Tensor:
    """The inverse of `separate_labels`: (N * views,) to (N,)."""
    return (labels.reshape(-1, views) * torch.tensor(place_values(classes, views), device=labels.device)).sum(1)
