"""Statistics of batch norm that belong to averaged weights.

The mean of the statistics that the weights had on their way is not the statistics of the mean weights. "Standing
statistics" are gathered anew, over many samples of the very generator that is to be used (Brock et al. 2018,
https://arxiv.org/abs/1809.11096).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.sampling import BLOCK, STATISTICS_SEED, draw_labels, draw_latents
from ganforge.scale import arrange


class StandingStatistics:
    """Makes of an averaged generator the one to look at, to measure and to keep.

    Args:
        spec: of the generators.
        class_counts: training images of each class: samples have labels as frequent.
        samples: how many to draw, rounded up to whole blocks; 0 leaves generators as they are.
        device: where they are.
    """

    def __init__(self, spec: NetworkSpec, class_counts: Sequence[int], samples: int, device: torch.device) -> None:
        self._settled = build_generator(spec).to(device).requires_grad_(False)
        arrange(self._settled, len(spec.size))
        self._norms = [layer for layer in self._settled.modules() if isinstance(layer, _BatchNorm)]
        for norm in self._norms:
            norm.momentum = None  # the plain mean over all blocks
        self._count = math.ceil(samples / BLOCK) * BLOCK
        self._latents = torch.from_numpy(draw_latents(STATISTICS_SEED, self._count, spec.latent_dim)).to(device)
        labels = draw_labels(STATISTICS_SEED, self._count, class_counts) if spec.classes else None
        self._labels = None if labels is None else torch.from_numpy(labels).to(device)

    @torch.no_grad()
    def __call__(self, generator: nn.Module) -> nn.Module:
        """A copy of ``generator`` with fresh statistics, in evaluation mode; the next call overwrites it.

        A generator without batch norm is returned as it is.
        """
        if not self._norms or not self._count:
            return generator
        self._settled.load_state_dict(generator.state_dict())
        self._settled.eval()
        for norm in self._norms:
            norm.reset_running_stats()
            norm.train()
        for start in range(0, self._count, BLOCK):
            block = slice(start, start + BLOCK)
            self._settled(self._latents[block], None if self._labels is None else self._labels[block])
        return self._settled.eval()
