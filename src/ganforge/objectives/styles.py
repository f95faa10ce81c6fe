"""Translation without pairs into many styles with one network.

StarGAN v2: Choi et al. 2020, https://arxiv.org/abs/1912.01865. Every other picture is translated into the style that
the mapping network computes from a latent vector and a name, the others into the style that the encoder computes from a
real picture. The encoder has to recover each style (eq. 2), different latents have to give different pictures (eq. 3),
and a translation back into the style of its source has to equal the source (eq. 4). Departures: sources are a separate
domain, into which only the cycle translates; both ways to a style share a batch instead of having separate steps, and
both train the encoder; pictures in the style of an example also have to differ from pictures with another latent
vector; styles have the frequencies of the data; a real picture translated into its own style has to stay the same,
which trains the encoder early.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Self, cast

import torch
from torch import Tensor
from torch.nn.functional import l1_loss

from ganforge.errors import UserError
from ganforge.networks.styled import STYLE, StyledTranslator
from ganforge.objectives.adversarial import Adversarial
from ganforge.objectives.cycle import shape_without_pairs
from ganforge.objectives.objective import Batch, Players, Terms
from ganforge.objectives.settings import GameSettings, StylesSettings
from ganforge.objectives.signs import translation_terms
from ganforge.prepared.columns import LABELS, LATENTS, SIGNAL, SOURCE


class Styles(Adversarial):
    """A translator of many styles against a discriminator with a score for each.

    Attributes:
        cycle, style, identity: weights, see `StylesSettings`.
        diversity: weight at the start of the run.
        diversity_now: weight now, a scalar.
    """

    cycle: float
    style: float
    identity: float
    diversity: float
    diversity_now: Tensor

    @classmethod
    def build(cls, settings: GameSettings, players: Players) -> Self:
        """Builds the objective from its settings."""
        settings = cast("StylesSettings", settings)
        shape_without_pairs(settings.name, players)
        game = super().build(settings, players)
        if not isinstance(game.generators, StyledTranslator):
            raise UserError(
                "params.yaml: objective.name is styles, but this network has only one style: set network.name to "
                "styled."
            )
        game.cycle, game.style, game.identity = settings.cycle, settings.style, settings.identity
        game.diversity = settings.diversity
        game.register_buffer("diversity_now", torch.tensor(settings.diversity), persistent=False)
        return game

    @property
    def translator(self) -> StyledTranslator:
        """The generator."""
        return cast("StyledTranslator", self.generators)

    def advance(self, progress: float) -> None:
        """See `Adversarial`."""
        super().advance(progress)
        self.diversity_now.fill_(self.diversity * (1 - progress))

    def generate(self, batch: Batch) -> Batch:
        """Translations, and their styles."""
        named = self.translator.mapping(batch[LATENTS], {LABELS: batch[LABELS]}).float()
        seen = self.translator.encoder(batch[SIGNAL])
        by_name = torch.arange(len(named), device=named.device)[:, None] % 2 == 0
        style = torch.where(by_name, named, seen)
        return {SIGNAL: self._in_style(batch[SOURCE], style), STYLE: style}

    def discriminator_loss(self, batch: Batch, drawn: Batch, due: Collection[str] = ()) -> tuple[Tensor, Tensor, Terms]:
        """See `Adversarial`."""
        loss, carried, terms = super().discriminator_loss(batch, drawn, due)
        return loss, carried, terms | translation_terms(batch[SOURCE], drawn[SIGNAL], batch[SIGNAL])

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Tensor) -> tuple[Tensor, Terms]:
        """The adversarial loss, and the losses of style and content."""
        loss, terms = super().generator_loss(batch, drawn, carried)
        encoder, source, made = self.translator.encoder, batch[SOURCE], drawn[SIGNAL]
        found = l1_loss(encoder(made), drawn[STYLE])
        returned = l1_loss(self._in_style(made, encoder(source)), source)
        loss = loss + self.style * found + self.cycle * returned
        terms |= {"loss_style": found.detach(), "loss_cycle": returned.detach()}
        if self.diversity:
            with torch.no_grad():
                others = self.translator(torch.randn_like(batch[LATENTS]), self.asked(batch))
            difference = l1_loss(made, others)
            loss, terms["diversity"] = loss - self.diversity_now * difference, difference.detach()
        if self.identity:
            same = l1_loss(self._in_style(batch[SIGNAL], encoder(batch[SIGNAL])), batch[SIGNAL])
            loss, terms["loss_identity"] = loss + self.identity * same, same.detach()
        return loss, terms

    def _in_style(self, pictures: Tensor, style: Tensor) -> Tensor:
        """Pictures (batch, *shape) in styles (batch, latent_dim)."""
        drawn: Tensor = self.translator(style, {SOURCE: pictures, STYLE: style})
        return drawn


OBJECTIVE = Styles
