"""U-Net: the source is reduced to a few positions and enlarged again, with skip connections at each level.

Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597, as in pix2pix (Isola et al. 2017,
https://arxiv.org/abs/1611.07004, section 6.1.1). Departures: the norm is over single positions
(`ganforge.networks.translation`); upsampling repeats positions before a convolution, which avoids chequerboard
artefacts (Odena et al. 2016, https://doi.org/10.23915/distill.00003); latents scale and shift channels, because
networks ignore dropout and noise as an input.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganforge.networks.build import Family
from ganforge.networks.layers import initialise, level_channels, pyramid, repeat_positions
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.translation import DOUBLED, EDGES, Convolved, FromSource, PatchDiscriminator, Translator

BASE = 3  # most positions of an axis at the end: few enough to recognise the whole picture


class UNet(Translator):
    """Down to two or three positions per axis and up again."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        depth = len(pyramid(spec.size, BASE)) - 1
        self.multiple = 2**depth
        channels = [level_channels(spec.width, level) for level in range(depth + 1)]
        self.first = FromSource(self.source_channels, channels[0])
        self.down = nn.ModuleList(Convolved(channels[level], channels[level + 1], stride=2) for level in range(depth))
        self.middle = Convolved(channels[depth], channels[depth], spec.latent_dim)
        self.up = nn.ModuleList(
            Convolved(channels[level + 1] + channels[level], channels[level], spec.latent_dim)
            for level in range(depth - 1, -1, -1)
        )
        self.last = nn.Conv2d(channels[0], spec.channels, 3, padding=1, padding_mode=EDGES)
        initialise(self)

    def encode(self, latents: Tensor, source: Tensor) -> list[Tensor]:
        """See `Translator`."""
        levels = [self.first(source)]
        for down in self.down:
            levels.append(down(levels[-1], latents))
        return levels

    def translate(self, latents: Tensor, source: Tensor) -> Tensor:
        """See `Translator`."""
        levels = self.encode(latents, source)
        x = self.middle(levels.pop(), latents)
        for up in self.up:
            x = up(torch.cat([repeat_positions(x, DOUBLED), levels.pop()], 1), latents)
        picture: Tensor = self.last(x)
        return picture


FAMILY = Family(UNet, PatchDiscriminator)
