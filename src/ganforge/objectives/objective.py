"""The interface of objectives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from torch import Tensor, nn

from ganforge.conditions.condition import Condition, Tensors
from ganforge.objectives.settings import ObjectiveSettings

Batch = Mapping[str, Tensor]
"""The inputs of a step by name: ``signal``, ``latents`` and the columns of the condition, converted for networks.

A batch of generated signals uses the same names for the same columns.
"""

Terms = dict[str, Tensor]
"""Scalars by their column of training.csv; or sums over steps, see `training.meter`."""


class Augmentation(Protocol):
    """Changes signals for the discriminator, and adapts to its confidence."""

    def __call__(self, x: Tensor) -> Tensor:
        """(batch, *shape) to the same."""
        ...

    def adapt(self, confidence: Tensor, count: int) -> None:
        """Takes the discriminator's confidence on ``count`` real signals: a scalar, -1 to 1."""
        ...


Guide = Callable[[Tensor], list[Tensor]]
"""Maps inputs of networks to the features of each level of a network, (batch, channels, *size) each."""


class Objective(nn.Module):
    """Two players, each with any number of networks, and their losses.

    Networks that belong to neither player are frozen when they are built, and never unfrozen. State between batches (a
    pool of earlier samples) is a buffer, and random numbers come from PyTorch's default generator, which every step
    seeds, so that resumed training is identical to the bit.

    Attributes:
        generators: the networks of one optimiser.
        discriminators: the networks of the other optimiser; None with one player.
        kept: the network that is averaged, scored, shown and saved; a part of `generators`.
        condition: condition of the batches.
        chances: number of uniform random numbers that every step needs as ``chances`` of its batch, the same in all
            processes.
        strength: factor on the penalties in the settings.
    """

    generators: nn.Module
    discriminators: nn.Module | None
    kept: nn.Module
    condition: Condition
    strength: float = 1.0
    chances: int = 0

    def due(self, step: int) -> tuple[str, ...]:  # noqa: ARG002
        """Names of the terms of the discriminators' loss that are added only at some steps, for ``step``."""
        return ()

    def advance(self, progress: float) -> None:
        """Updates everything that depends on the progress of the run, 0..1."""

    def generate(self, batch: Batch) -> Batch:
        """The generators' output for a batch, for both players of a step."""
        raise NotImplementedError

    def discriminator_loss(self, batch: Batch, drawn: Batch, due: Collection[str]) -> tuple[Tensor, Any, Terms]:
        """The discriminators' loss, a value for `generator_loss`, and terms for the record.

        Args:
            batch: real signals and their condition.
            drawn: the result of `generate`; the generators get no gradient.
            due: the result of `due`.
        """
        raise NotImplementedError

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Any) -> tuple[Tensor, Terms]:
        """The generators' loss, and terms for the record.

        Args:
            batch: as in `discriminator_loss`.
            drawn: the result of `generate`, which passes the gradient to the generators.
            carried: the value from `discriminator_loss`.
        """
        raise NotImplementedError

    def asked(self, batch: Batch) -> Tensors:
        """The columns of the condition in a batch."""
        return {name: batch[name] for name in self.condition.columns}


@dataclass(frozen=True)
class Players:
    """The parts from which an objective is built.

    Attributes:
        build_generator, build_discriminator: build the networks from the settings.
        condition: condition of the batches.
        augmentation: augmentation for the discriminator, or None.
        schedule: maps a number or a schedule of the settings, and a share of the run, to the current number.
        guide: features of signals at several depths of a pretrained network, or None.
        shape: shape of signals for networks.
        latent_dim: entries of the latent vector.
        batch_size: signals of a batch, over all processes.
        reversed: the players of the way back, from signals to sources; None without sources.
        gather: maps this process's part of a batch to the whole batch, without a gradient.
        share: maps the whole batch to this process's part.
    """

    build_generator: Callable[[], nn.Module]
    build_discriminator: Callable[[], nn.Module]
    condition: Condition
    augmentation: Augmentation | None
    schedule: Callable[[Any, float], float]
    guide: Guide | None = None
    shape: tuple[int, ...] = ()
    latent_dim: int = 0
    batch_size: int = 0
    reversed: Callable[[], Players] | None = None
    gather: Callable[[Tensor], Tensor] = Tensor.detach
    share: Callable[[Tensor], Tensor] = Tensor.detach


def build_objective(settings: ObjectiveSettings, players: Players) -> Objective:
    """Builds the `OBJECTIVE` of the module in this room with its name, from its settings and the players."""
    objective: Objective = import_module(f"ganforge.objectives.{settings.name}").OBJECTIVE.build(settings, players)
    return objective
