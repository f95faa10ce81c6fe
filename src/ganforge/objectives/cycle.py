"""Translation without pairs, with a translator in each direction.

CycleGAN: Zhu et al. 2017, https://arxiv.org/abs/1703.10593. A picture translated there and back has to equal itself
(eq. 2), and a target picture has to stay the same (section 5.2), which keeps colours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Self, cast

from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.networks.two_way import TwoWay
from ganforge.objectives.adversarial import Adversarial
from ganforge.objectives.objective import Batch, Objective, Players, Terms
from ganforge.objectives.pool import HistoryPool
from ganforge.objectives.settings import CycleSettings, GameSettings
from ganforge.objectives.signs import translation_terms
from ganforge.prepared.columns import SIGNAL, SOURCE

OF_WAY_BACK = "_back"  # suffix of the terms of the way back


class Cycle(Objective):
    """Two adversarial objectives, there and back, whose generators reverse each other.

    Args:
        there, back: the two objectives.
        cycle: weight of the mean absolute difference between a picture and its translation there and back.
        identity: weight of the mean absolute difference between a target picture and its translation.
        pools: earlier translations there and back; None: discriminators see only the latest.
        gather: maps a part of a batch to the whole batch.
        share: maps the whole batch to the part.
    """

    def __init__(
        self,
        there: Adversarial,
        back: Adversarial,
        *,
        cycle: float,
        identity: float,
        pools: tuple[HistoryPool, HistoryPool] | None,
        gather: Callable[[Tensor], Tensor],
        share: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.condition = there.condition
        self.there, self.back = there, back
        self.cycle, self.identity = cycle, identity
        self.pools = nn.ModuleList(pools or ())
        self.gather, self.share = gather, share

    @classmethod
    def build(cls, settings: GameSettings, players: Players) -> Self:
        """Builds the objective from its settings."""
        settings = cast("CycleSettings", settings)
        target, source = shapes_without_pairs(settings.name, players)
        if settings.identity and target[0] != source[0]:
            raise UserError(
                f"params.yaml: objective.identity is {settings.identity:g}, which needs equal numbers of channels, but "
                f"pictures have {target[0]} and sources {source[0]}: set it to 0, or dataset.channels to 3."
            )
        assert players.reversed is not None
        batch = players.batch_size
        pools = None
        if settings.pool:
            pools = HistoryPool(settings.pool, batch, target), HistoryPool(settings.pool, batch, source)
        return cls(
            Adversarial.build(settings, players),
            Adversarial.build(settings, players.reversed()),
            cycle=settings.cycle,
            identity=settings.identity,
            pools=pools,
            gather=players.gather,
            share=players.share,
        )

    @property
    def generators(self) -> nn.Module:  # type: ignore[override]
        """Both networks."""
        return TwoWay(self.there.generators, self.back.generators)

    @property
    def discriminators(self) -> nn.Module:  # type: ignore[override]
        """Both networks."""
        return nn.ModuleList([self.there.discriminators, self.back.discriminators])

    @property
    def kept(self) -> nn.Module:  # type: ignore[override]
        """Both generators; a call translates sources into signals."""
        return self.generators

    @property
    def chances(self) -> int:  # type: ignore[override]
        """The chances of both pools."""
        return sum(cast("HistoryPool", pool).chances for pool in self.pools)

    def due(self, step: int) -> tuple[str, ...]:
        """See `Adversarial`."""
        return self.there.due(step)

    def advance(self, progress: float) -> None:
        """See `Adversarial`."""
        for game in (self.there, self.back):
            game.strength = self.strength
            game.advance(progress)

    def generate(self, batch: Batch) -> Batch:
        """Translations there as ``signal`` and back as ``source``."""
        drawn = self.there.generate(batch), self.back.generate(turned(batch))
        return {SIGNAL: drawn[0][SIGNAL], SOURCE: drawn[1][SIGNAL]}

    def discriminator_loss(
        self, batch: Batch, drawn: Batch, due: Collection[str] = ()
    ) -> tuple[Tensor, tuple[Tensor, Tensor], Terms]:
        """The sum of both objectives' losses; see `Adversarial`."""
        shown = self._with_history(drawn, batch)
        there, real_there, terms = self.there.discriminator_loss(batch, shown, due)
        back, real_back, terms_back = self.back.discriminator_loss(turned(batch), turned(shown), due)
        terms |= translation_terms(batch[SOURCE], drawn[SIGNAL], batch[SIGNAL])
        return there + back, (real_there, real_back), terms | _of_way_back(terms_back)

    def generator_loss(self, batch: Batch, drawn: Batch, carried: tuple[Tensor, Tensor]) -> tuple[Tensor, Terms]:
        """Both objectives' losses, and the cycle and identity losses."""
        there, terms = self.there.generator_loss(batch, drawn, carried[0])
        back, terms_back = self.back.generator_loss(turned(batch), turned(drawn), carried[1])
        terms |= _of_way_back(terms_back)
        again = self.generate({**batch, SIGNAL: drawn[SIGNAL], SOURCE: drawn[SOURCE]})
        distance = l1_loss(again[SIGNAL], batch[SIGNAL]) + l1_loss(again[SOURCE], batch[SOURCE])
        loss, terms["loss_cycle"] = there + back + self.cycle * distance, distance.detach()
        if self.identity:
            same = self.generate(turned(batch))
            distance = l1_loss(same[SIGNAL], batch[SIGNAL]) + l1_loss(same[SOURCE], batch[SOURCE])
            loss, terms["loss_identity"] = loss + self.identity * distance, distance.detach()
        return loss, terms

    def _with_history(self, drawn: Batch, batch: Batch) -> Batch:
        """The translations for the discriminators, about half of them earlier ones."""
        if not self.pools:
            return drawn
        shown, chances = dict(drawn), batch["chances"]
        for name, pool, numbers in zip((SIGNAL, SOURCE), self.pools, chances.chunk(2), strict=True):
            shown[name] = self.share(pool(self.gather(drawn[name]), numbers))
        return shown


def turned(batch: Batch) -> Batch:
    """The batch of the way back: signals are its sources."""
    return {**batch, SIGNAL: batch[SOURCE], SOURCE: batch[SIGNAL]}


def shapes_without_pairs(name: str, players: Players) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shapes of signals and of sources as networks see them.

    Raises:
        UserError: the data have no sources, or the sources have partners.
    """
    source = players.condition
    if not isinstance(source, Source) or not source.unpaired or players.reversed is None:
        found = "every source has its partner" if isinstance(source, Source) else "there are no sources"
        raise UserError(
            f"params.yaml: objective.name is {name}, which translates without pairs, but {found} in the data: set "
            "dataset.name to unpaired (for emoji: dataset.partners to withheld), or choose another objective.name."
        )
    return players.shape, source.signal.network_shape


def shape_without_pairs(name: str, players: Players, instead: str = "") -> tuple[int, ...]:
    """The common shape of signals and sources, for objectives with one network for both.

    Args:
        name: name of the objective.
        players: its players.
        instead: an alternative setting if shapes differ, appended to the message.

    Raises:
        UserError: shapes differ; see also `shapes_without_pairs`.
    """
    target, source = shapes_without_pairs(name, players)
    if target != source:
        raise UserError(
            f"params.yaml: objective.name is {name}, which needs equal shapes, but pictures have the shape {target} "
            f"and sources {source}: set dataset.channels to 3{instead}."
        )
    return source


def _of_way_back(terms: Terms) -> Terms:
    """Terms renamed for the way back, without sums over steps, which only the way there has."""
    return {f"{name}{OF_WAY_BACK}": value for name, value in terms.items() if value.dim() == 0}


OBJECTIVE = Cycle
