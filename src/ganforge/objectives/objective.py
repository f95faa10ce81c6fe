"""What every objective has to be able to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from torch import Tensor, nn

from ganforge.conditions.condition import Condition, Tensors
from ganforge.objectives.settings import ObjectiveSettings

Batch = Mapping[str, Tensor]
"""What a step is given, by name: ``signal``, ``latents`` and the columns of the condition, as networks see them.

A batch of generated signals has the same names where it has the same columns.
"""

Terms = dict[str, Tensor]
"""Scalars for the record, by their column of training.csv; or what is added up over steps, see `training.meter`."""


class Augmentation(Protocol):
    """What the discriminator is shown instead of a signal, and its way of adapting to how sure the latter is."""

    def __call__(self, x: Tensor) -> Tensor:
        """(batch, *shape) to the same."""
        ...

    def adapt(self, confidence: Tensor, count: int) -> None:
        """Hears how sure the discriminator is of ``count`` real signals: a scalar, -1 to 1."""
        ...


Guide = Callable[[Tensor], list[Tensor]]
"""Signals as networks see them to what each level of a network makes of them, (batch, channels, *size) each."""


class Objective(nn.Module):
    """Two players, each of any number of networks, and the losses of a batch that they minimise.

    Networks that belong to neither player are frozen by whoever makes them; they are never unfrozen. What is kept from
    one batch to another (a pool of earlier samples) is a buffer, and what is drawn at random comes from PyTorch's
    default generator, which every step seeds: so training resumes to the bit.

    Attributes:
        generators: the networks of one optimiser.
        discriminators: those of the other; None where there is one player.
        kept: the network that is averaged, judged, shown and saved; a part of `generators`.
        condition: what batches are conditioned on.
        chances: uniform random numbers that every turn needs as ``chances`` of its batch, alike in all processes.
        strength: of its penalties, as a multiple of what the settings ask for.
    """

    generators: nn.Module
    discriminators: nn.Module | None
    kept: nn.Module
    condition: Condition
    strength: float = 1.0
    chances: int = 0

    def due(self, step: int) -> tuple[str, ...]:  # noqa: ARG002
        """Names of the terms of the discriminators' loss that are added at ``step`` and not in every step."""
        return ()

    def advance(self, progress: float) -> None:
        """Sets what depends on the share of the run that is done, 0..1."""

    def generate(self, batch: Batch) -> Batch:
        """What the generators make of a batch, for both players of a step."""
        raise NotImplementedError

    def discriminator_loss(self, batch: Batch, drawn: Batch, due: Collection[str]) -> tuple[Tensor, Any, Terms]:
        """What the discriminators minimise, what is carried on to the generators' turn, and terms for the record.

        Args:
            batch: real signals and what goes with them.
            drawn: of `generate`; the generators get no gradient from here.
            due: of `due`.
        """
        raise NotImplementedError

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Any) -> tuple[Tensor, Terms]:
        """What the generators minimise, and terms for the record.

        Args:
            batch: as in `discriminator_loss`.
            drawn: of `generate`; it passes the gradient on to the generators.
            carried: of `discriminator_loss`.
        """
        raise NotImplementedError

    def asked(self, batch: Batch) -> Tensors:
        """The columns of a batch that its condition consists of."""
        return {name: batch[name] for name in self.condition.columns}


@dataclass(frozen=True)
class Players:
    """What an objective is made with.

    Attributes:
        build_generator, build_discriminator: make the networks that the settings ask for.
        condition: of the batches.
        augmentation: what the discriminator is shown instead of a signal, or None.
        schedule: a number or a schedule of the settings, and a share of the run, to the number at that time.
        guide: what a network that is not trained makes of signals at several depths, or None.
        shape: of signals as networks see them.
        latent_dim: entries of the latent vector.
        batch_size: signals of a batch, over all processes.
        reversed: the players of the way back, from signals to sources; None where there are no sources.
        gather: this process's part of a batch to the whole of it, without a gradient.
        share: the whole to this process's part.
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
    """The `OBJECTIVE` of the module in this room that is called like it, built of its settings and the players."""
    objective: Objective = import_module(f"ganforge.objectives.{settings.name}").OBJECTIVE.build(settings, players)
    return objective
