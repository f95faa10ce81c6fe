"""Networks for waveforms: WaveGAN, Donahue et al. 2018, https://arxiv.org/abs/1802.04208.

The layers of DCGAN with one axis instead of two: kernels of 25 samples and strides of 4, with as many weights as
kernels of 5x5. The discriminator must not recognise samples by the phase of the artefacts of transposed convolutions,
so its activations are shifted by a few random positions (section 3.3). No batch norm, as in the paper. Departures:

* The signal defines the last step; for waveforms it is tanh, as in the paper.
* Every sample of a batch has its own shift; the published code shifts all samples equally.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.errors import UserError
from ganforge.networks.build import Family
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import LEAK, Flatten, LatentAndCondition, Unflatten, initialise, level_channels
from ganforge.networks.spec import NetworkSpec

if TYPE_CHECKING:
    from ganforge.networks.settings import WaveGANSettings

KERNEL, STRIDE, PADDING = 25, 4, 11
COARSEST = 16  # most positions at the coarse end


def lengths(samples: int) -> list[int]:
    """From the length of a waveform down to at most `COARSEST` positions, each a quarter of the one before.

    Raises:
        UserError: it is not divisible by four often enough.
    """
    found = [samples]
    while found[-1] > COARSEST:
        if found[-1] % STRIDE:
            raise UserError(
                f"params.yaml: network.name is wavegan, but signals have {samples} positions; the number must "
                f"be divisible by {STRIDE} until at most {COARSEST} are left, such as 4096 or 8192: choose another "
                "network."
            )
        found.append(found[-1] // STRIDE)
    return found


def length_of(spec: NetworkSpec) -> int:
    """Positions of a signal of one axis.

    Raises:
        UserError: the signal has more axes.
    """
    if len(spec.size) != 1:
        raise UserError(
            f"params.yaml: network.name is wavegan, but {spec.signal.plural} have {len(spec.size)} axes; it needs "
            "signals with one axis, as with dataset.representation waveform: choose another network, such as dcgan."
        )
    return spec.size[0]


class WaveGANGenerator(LatentGenerator):
    """Latent vector -> dense start -> transposed convolutions of kernel 25 and stride 4, ReLU between."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        sizes = lengths(length_of(spec))
        channels = level_channels(spec.width, len(sizes) - 1) if len(sizes) > 1 else spec.width
        self.input = LatentAndCondition(spec)
        self.start = nn.Linear(self.input.features, channels * sizes[-1])
        layers: list[nn.Module] = [Unflatten(sizes[-1:]), nn.ReLU(inplace=True)]
        for level in range(len(sizes) - 2, -1, -1):
            finer = level_channels(spec.width, level) if level else spec.channels
            layers.append(nn.ConvTranspose1d(channels, finer, KERNEL, STRIDE, PADDING, output_padding=1))
            layers += [nn.ReLU(inplace=True)] if level else []
            channels = finer
        self.up = nn.Sequential(*layers)
        initialise(self)

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        return self.start.weight

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        x: Tensor = self.up(self.start(code))
        return x


class PhaseShuffle(nn.Module):
    """Shifts every sample by -n to n random positions, with reflected ends.

    Args:
        most: n; 0 changes nothing.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, length) to the same."""
        if not self.most:
            return x
        length = x.shape[2]
        shift = torch.randint(-self.most, self.most + 1, (len(x), 1), device=x.device)
        place = (torch.arange(length, device=x.device) + shift).abs()
        place = torch.where(place >= length, 2 * (length - 1) - place, place)
        return x.gather(2, place[:, None].expand_as(x))


class WaveGANDiscriminator(nn.Module):
    """Convolutions of kernel 25 and stride 4 with LeakyReLU and phase shuffle -> score."""

    mixes_batch = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        settings: WaveGANSettings = spec.settings  # type: ignore[assignment]
        sizes, channels = lengths(length_of(spec)), spec.channels
        layers: list[nn.Module] = []
        for level in range(1, len(sizes)):
            coarser = level_channels(spec.width, level)
            layers += [nn.Conv1d(channels, coarser, KERNEL, STRIDE, PADDING), nn.LeakyReLU(LEAK, inplace=True)]
            layers += [PhaseShuffle(settings.phase_shuffle)] if level < len(sizes) - 1 else []
            channels = coarser
        self.layers = nn.Sequential(*layers, Flatten())
        self.head = spec.condition.scorer(channels * math.prod(sizes[-1:]), nn.Linear)
        initialise(self)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.head(self.layers(x), condition)
        return score


FAMILY = Family(WaveGANGenerator, WaveGANDiscriminator)
