"""Residual blocks at a quarter of the resolution: a position's result depends on its surroundings.

Johnson et al. 2016, https://arxiv.org/abs/1603.08155, as in CycleGAN (Zhu et al. 2017,
https://arxiv.org/abs/1703.10593). Departures as in `ganforge.networks.unet`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganforge.networks.build import Family
from ganforge.networks.layers import SpaceToDepth, initialise, level_channels, repeat_positions
from ganforge.networks.settings import ResidualSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.translation import (
    DOUBLED,
    EDGES,
    Convolved,
    FromSource,
    FullResolution,
    PatchDiscriminator,
    Translator,
)


class Residual(nn.Module):
    """x + two convolutions of x, the second of which starts at zero."""

    def __init__(self, channels: int, latent_dim: int) -> None:
        super().__init__()
        self.first = Convolved(channels, channels, latent_dim)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, padding_mode=EDGES)

    def forward(self, x: Tensor, latents: Tensor) -> Tensor:
        """(batch, channels, height, width) and latents to the former."""
        changed: Tensor = x + self.second(self.first(x, latents))
        return changed


class ResidualTranslator(Translator):
    """Down to a quarter of the resolution, residual blocks, and up again."""

    multiple = 4

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        assert isinstance(spec.settings, ResidualSettings)
        half, quarter = level_channels(spec.width, 1), level_channels(spec.width, 2)
        self.start = SpaceToDepth(DOUBLED)
        self.first = FromSource(4 * self.source_channels, half)
        self.down = Convolved(half, quarter, stride=2)
        blocks = [Residual(quarter, spec.latent_dim) for _ in range(spec.settings.blocks)]
        self.blocks = nn.ModuleList(blocks)
        self.up = Convolved(quarter + half, half, spec.latent_dim)
        self.finish = FullResolution(half, self.source_channels, spec.channels)
        initialise(self)
        for block in blocks:
            nn.init.zeros_(block.second.weight)

    @property
    def reach(self) -> int:  # type: ignore[override]
        """The sum over the kernels at full, half and quarter resolution, each in its own pixels."""
        return 2 + 2 * 3 + 4 * (1 + 2 * len(self.blocks)) + 4

    def encode(self, latents: Tensor, source: Tensor) -> list[Tensor]:
        """See `Translator`; only the last block counts as a level."""
        half = self.first(self.start(source))
        quarter = x = self.down(half, latents)
        for block in self.blocks:
            x = block(x, latents)
        return [half, quarter, x]

    def translate(self, latents: Tensor, source: Tensor) -> Tensor:
        """See `Translator`."""
        half, _, x = self.encode(latents, source)
        x = self.up(torch.cat([repeat_positions(x, DOUBLED), half], 1), latents)
        picture: Tensor = self.finish(x, source)
        return picture


FAMILY = Family(ResidualTranslator, PatchDiscriminator)
