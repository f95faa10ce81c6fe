"""Statistics of batch norm that belong to averaged weights.

Those that were gathered in training belong to the weights of those steps. "Standing statistics" are the means and
variances over many samples of the very generator that is to be used (Brock et al. 2018,
https://arxiv.org/abs/1809.11096).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from ganforge.networks import NetworkSpec
from ganforge.networks.sampling import BLOCK, draw_labels, draw_latents

SEED = 2**32 - 2  # of the samples: neither that of the checks nor one that the scores in the end are likely to use

Settle = Callable[[nn.Module], nn.Module]


def standing_statistics(spec: NetworkSpec, class_counts: Sequence[int], samples: int, device: torch.device) -> Settle:
    """A function from an averaged generator to a copy of it with statistics of its own.

    Args:
        spec: of the generators.
        class_counts: training images of each class: samples have labels as frequent.
        samples: how many to draw, rounded up to whole batches; 0 leaves generators as they are.
        device: where they are.
    """
    if samples == 0:
        return lambda generator: generator
    count = math.ceil(samples / BLOCK) * BLOCK
    latents = torch.from_numpy(draw_latents(SEED, count, spec.latent_dim)).to(device)
    labels = torch.from_numpy(draw_labels(SEED, count, class_counts)).to(device) if spec.classes else None

    def settle(generator: nn.Module) -> nn.Module:
        settled = copy.deepcopy(generator)
        update_bn(range(0, count, BLOCK), _Block(settled, latents, labels))
        return settled.eval()

    return settle


class _Block(nn.Module):
    """A generator that is told where in given latents its batch begins, as PyTorch's `update_bn` passes one input."""

    def __init__(self, generator: nn.Module, latents: Tensor, labels: Tensor | None) -> None:
        super().__init__()
        self.generator, self.latents, self.labels = generator, latents, labels

    def forward(self, start: int) -> Tensor:
        block = slice(start, start + BLOCK)
        signals: Tensor = self.generator(self.latents[block], None if self.labels is None else self.labels[block])
        return signals
