"""Batch norm statistics for averaged weights.

The mean of past statistics is not the statistics of the mean weights. "Standing statistics" are computed again, over
many samples of the averaged generator (Brock et al. 2018, https://arxiv.org/abs/1809.11096).
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganforge.networks.build import build_generator
from ganforge.networks.layers import arrange
from ganforge.networks.sampling import BLOCK, STATISTICS_SEED, draw_latents
from ganforge.networks.spec import NetworkSpec
from ganforge.prepared.columns import Arrays


class StandingStatistics:
    """Gives an averaged generator its standing statistics, before it is shown, measured or kept.

    Args:
        spec: specification of the generators.
        pool: columns of the training data to draw conditions from.
        samples: how many to draw, rounded up to whole blocks; 0 leaves generators unchanged.
        device: device of the generators.
    """

    def __init__(self, spec: NetworkSpec, pool: Arrays, samples: int, device: torch.device) -> None:
        self._refreshed = build_generator(spec).to(device).requires_grad_(False)
        arrange(self._refreshed, len(spec.size))
        self._norms = [layer for layer in self._refreshed.modules() if isinstance(layer, _BatchNorm)]
        for norm in self._norms:
            norm.momentum = None  # the plain mean over all blocks
        self._count = math.ceil(samples / BLOCK) * BLOCK if self._norms else 0
        self._latents = torch.from_numpy(draw_latents(STATISTICS_SEED, self._count, spec.latent_dim)).to(device)
        asked = spec.condition.draw(STATISTICS_SEED, self._count, pool) if self._count else {}
        columns = {name: torch.from_numpy(column).to(device) for name, column in asked.items()}
        self._condition = spec.condition.present(columns)

    @torch.no_grad()
    def __call__(self, generator: nn.Module) -> nn.Module:
        """A copy of ``generator`` with fresh statistics, in evaluation mode; the next call overwrites it.

        A generator without batch norm is returned as it is.
        """
        if not self._count:
            return generator
        self._refreshed.load_state_dict(generator.state_dict())
        self._refreshed.eval()
        for norm in self._norms:
            norm.reset_running_stats()
            norm.train()
        for start in range(0, self._count, BLOCK):
            rows = slice(start, start + BLOCK)
            self._refreshed(self._latents[rows], {name: column[rows] for name, column in self._condition.items()})
        return self._refreshed.eval()
