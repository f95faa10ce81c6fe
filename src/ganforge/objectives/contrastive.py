"""Translation without pairs, by matching patches of translations to patches of their sources.

CUT and FastCUT: Park et al. 2020, https://arxiv.org/abs/2007.15651. A patch of the translation has to match the
source's patch at the same place better than other patches of the source (eq. 3), in features of the generator's first
half. Nothing is translated back. Departures: patches are drawn mostly from busy areas of a source, and the translation
of a mirrored source is mirrored back as a picture instead of as features, which works for any size.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Self, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy, normalize

from ganforge.networks.layers import pad_to_multiple
from ganforge.networks.translation import Translator
from ganforge.objectives.adversarial import Adversarial
from ganforge.objectives.cycle import shape_without_pairs
from ganforge.objectives.objective import Batch, Players, Terms
from ganforge.objectives.settings import ContrastiveSettings, GameSettings
from ganforge.objectives.signs import translation_terms
from ganforge.prepared.columns import SIGNAL, SOURCE

FLIPPED = "flipped"  # key of generated batches: which sources were mirrored before translation
NOTHING = 1e-3  # busyness of an empty patch


class Contrastive(Adversarial):
    """A translator against a discriminator of pictures, with a loss that matches patches to their sources.

    Attributes:
        generators: the translator, and for each level a head that maps features to vectors for the comparison.
        contrast: weight of the patch loss.
        identity: weight of the patch loss of target pictures, which should not change.
        flips: whether sources are mirrored at random before translation.
        patches: number of patches of a picture at each level.
        temperature: temperature of the comparison.
    """

    generators: nn.ModuleList
    contrast: float
    identity: float
    flips: bool
    patches: int
    temperature: float

    @classmethod
    def build(cls, settings: GameSettings, players: Players) -> Self:
        """Builds the objective from its settings."""
        settings = cast("ContrastiveSettings", settings)
        shape = shape_without_pairs(settings.name, players, " or objective.name to cycle")
        game = super().build(settings, players)
        translator = cast("Translator", game.generators)
        with torch.no_grad():
            blank = torch.zeros(1, *shape)
            levels = translator.levels(torch.zeros(1, players.latent_dim), blank)
        heads = nn.ModuleList(_head(level.shape[1], settings.vectors) for level in levels)
        game.generators = nn.ModuleList([translator, heads])
        game.contrast, game.identity, game.flips = settings.contrast, settings.identity, settings.flips
        game.patches, game.temperature = settings.patches, settings.temperature
        return game

    @property
    def kept(self) -> Translator:  # type: ignore[override]
        """The translator."""
        return cast("Translator", self.generators[0])

    def generate(self, batch: Batch) -> Batch:
        """Translations, some of them of mirrored sources."""
        source = batch[SOURCE]
        drawn: dict[str, Tensor] = {}
        if self.flips:
            flipped = torch.rand(len(source), 1, 1, 1, device=source.device) < 0.5
            source, drawn[FLIPPED] = torch.where(flipped, source.flip(-1), source), flipped
        drawn[SIGNAL] = self.kept(batch["latents"], {SOURCE: source})
        return drawn

    def discriminator_loss(self, batch: Batch, drawn: Batch, due: Collection[str] = ()) -> tuple[Tensor, Tensor, Terms]:
        """See `Adversarial`."""
        loss, carried, terms = super().discriminator_loss(batch, drawn, due)
        source = batch[SOURCE]
        if self.flips:
            source = torch.where(drawn[FLIPPED], source.flip(-1), source)
        return loss, carried, terms | translation_terms(source, drawn[SIGNAL], batch[SIGNAL])

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Tensor) -> tuple[Tensor, Terms]:
        """The adversarial loss and the patch losses."""
        loss, terms = super().generator_loss(batch, drawn, carried)
        of_patches = self._patch_loss(batch["latents"], batch[SOURCE], drawn[SIGNAL], drawn.get(FLIPPED))
        loss, terms["loss_contrast"] = loss + self.contrast * of_patches, of_patches.detach()
        if self.identity:
            same = self.kept(batch["latents"], {SOURCE: batch[SIGNAL]})
            of_patches = self._patch_loss(batch["latents"], batch[SIGNAL], same, None)
            loss, terms["loss_identity"] = loss + self.identity * of_patches, of_patches.detach()
        return loss, terms

    def _patch_loss(self, latents: Tensor, source: Tensor, drawn: Tensor, flipped: Tensor | None) -> Tensor:
        """The mean of `patch_loss` over the levels."""
        heads = cast("nn.ModuleList", self.generators[1])
        if flipped is not None:
            drawn = torch.where(flipped, drawn.flip(-1), drawn)
        seen = self.kept.levels(latents, drawn)
        with torch.no_grad():
            wanted = self.kept.levels(latents, source)
            busy = busyness(pad_to_multiple(source, (self.kept.multiple, self.kept.multiple)))
        total = torch.zeros((), device=source.device)
        for head, one, other in zip(heads, seen, wanted, strict=True):
            places = draw_places(adaptive_avg_pool2d(busy, (one.shape[2], one.shape[3])).flatten(1), self.patches)
            vectors = normalize(head(_at(one, places)).float(), dim=2)
            with torch.no_grad():
                keys = normalize(head(_at(other, places)).float(), dim=2)
            total = total + patch_loss(vectors, keys, self.temperature)
        return total / len(heads)


def _head(channels: int, vectors: int) -> nn.Sequential:
    """Park 2020, appendix C.2: two layers for each level."""
    return nn.Sequential(nn.Linear(channels, vectors), nn.ReLU(inplace=True), nn.Linear(vectors, vectors))


def busyness(pictures: Tensor) -> Tensor:
    """The busyness of each position: mean differences of neighbours, (batch, 1, height, width)."""
    grey = pictures.detach().float().mean(1, keepdim=True)
    down = nn.functional.pad((grey[:, :, 1:] - grey[:, :, :-1]).abs(), (0, 0, 0, 1))
    right = nn.functional.pad((grey[..., 1:] - grey[..., :-1]).abs(), (0, 1))
    return nn.functional.avg_pool2d(down + right, 3, 1, 1)


def draw_places(busy: Tensor, count: int) -> Tensor:
    """Draws different positions of each picture, mostly busy ones: patches of an empty background are all alike.

    Positions are drawn without replacement with probabilities in proportion to ``busy``, as the largest logarithms with
    added Gumbel noise.

    Args:
        busy: (batch, positions), 0 or more.
        count: positions per picture.

    Returns:
        int64 (batch, min(count, positions)).
    """
    noise = -torch.empty_like(busy).exponential_().log()
    return ((busy + NOTHING).log() + noise).topk(min(count, busy.shape[1]), dim=1).indices


def _at(level: Tensor, places: Tensor) -> Tensor:
    """Features of some positions: (batch, channels, height, width) to (batch, places, channels)."""
    flat = level.flatten(2).transpose(1, 2)
    return flat.gather(1, places[:, :, None].expand(-1, -1, flat.shape[2]))


def patch_loss(vectors: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Cross entropy of assigning each vector to its key among all keys of a picture; a scalar (Park 2020, eq. 2).

    Args:
        vectors, keys: (batch, places, entries) of length 1; those of the same place belong together.
        temperature: divisor of their products.
    """
    with torch.autocast(vectors.device.type, enabled=False):  # needs full precision
        scores = vectors @ keys.transpose(1, 2) / temperature
    truth = torch.arange(scores.shape[1], device=scores.device).expand(scores.shape[:2])
    return cross_entropy(scores.flatten(0, 1), truth.flatten())


OBJECTIVE = Contrastive
