"""One translator for many styles, each chosen by name or by an example picture.

StarGAN v2: Choi et al. 2020, https://arxiv.org/abs/1912.01865. A mapping network computes a style from a latent vector
and a name, an encoder computes one from a picture; the style scales and shifts the channels of the residual blocks.
Departures: the networks are those of `ganforge.networks.translator`; the mapping network and the encoder share one
output for all styles, so that an example needs no name.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.conditions.labels import Labels
from ganforge.conditions.styled import StyledSource
from ganforge.errors import UserError
from ganforge.networks.build import Family
from ganforge.networks.layers import LEAK, SpaceToDepth, initialise, level_channels, pad_to_multiple
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.style import Mapping
from ganforge.networks.translation import DOUBLED, EDGES, PatchDiscriminator
from ganforge.networks.translator import ResidualTranslator
from ganforge.prepared.columns import LABELS, SOURCE

STYLE = "style"
"""Key of a condition for a style, (batch, latent_dim), instead of a label."""


class StyleEncoder(nn.Module):
    """Picture of any size -> style.

    Args:
        channels: channels of pictures.
        width: channels at half of the full resolution, doubled at each halving.
        style_dim: entries of a style.
    """

    def __init__(self, channels: int, width: int, style_dim: int) -> None:
        super().__init__()
        widths = [level_channels(width, level) for level in (1, 2, 3)]
        layers: list[nn.Module] = [SpaceToDepth(DOUBLED), nn.Conv2d(4 * channels, widths[0], 3, padding=1)]
        for before, after in pairwise(widths):
            down = nn.Conv2d(before, after, 4, 2, padding=1, padding_mode=EDGES)
            layers += [nn.LeakyReLU(LEAK, inplace=True), down]
        self.layers = nn.Sequential(*layers, nn.LeakyReLU(LEAK, inplace=True))
        self.end = nn.Linear(widths[-1], style_dim)
        initialise(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, style_dim)."""
        seen: Tensor = self.layers(pad_to_multiple(pictures, DOUBLED))
        style: Tensor = self.end(seen.mean((2, 3)))
        return style.float()


class StyledTranslator(ResidualTranslator):
    """A translator whose latents are styles.

    Attributes:
        mapping: latent vector and name to style.
        encoder: picture to style.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.mapping = Mapping(replace(spec, condition=styles_in(spec)))
        self.encoder = StyleEncoder(spec.channels, spec.width, spec.latent_dim)

    def forward(self, latents: Tensor, condition: Tensors) -> Tensor:
        """See `Translator`, with ``labels`` (batch,) or a `STYLE` in addition to the source."""
        style = condition[STYLE] if STYLE in condition else self.mapping(latents, {LABELS: condition[LABELS]})
        return super().forward(style, {SOURCE: condition[SOURCE]})


def styles_in(spec: NetworkSpec) -> Labels:
    """The styles of the data.

    Raises:
        UserError: the data have no styles.
    """
    if not isinstance(spec.condition, StyledSource):
        raise UserError(
            f"params.yaml: network.name is {spec.settings.name}, which needs several styles, but the data have "
            "none: set dataset.name to unpaired and dataset.labels to styles, or choose another network."
        )
    return spec.condition.styles


FAMILY = Family(StyledTranslator, PatchDiscriminator)
