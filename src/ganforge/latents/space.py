"""The codes of a generator: what comes of latent vector and label, and what its layers make signals of.

The code of style-based networks is their style w, Karras et al. 2018, https://arxiv.org/abs/1812.04948. That of all
others, here called z, is the latent vector with the embedding of the label behind it. See
`ganforge.networks.LatentGenerator`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ganforge.generator import Generator, Label, spherical_interpolation
from ganforge.networks.sampling import decode, draw_latents
from ganforge.networks.style import StyleGenerator
from ganforge.networks.truncation import Truncated


class Space:
    """Codes of a generator as arrays, and what can be done with them.

    Attributes:
        generator: whose codes these are.
        module: its network.
        name: ``w`` or ``z``.
        free: entries of a code that vary within a label.
    """

    def __init__(self, generator: Generator) -> None:
        self.generator, self.module = generator, generator.module
        self.name = "w" if isinstance(self.module, StyleGenerator) else "z"
        self.free = slice(0, generator.config.network.latent_dim)

    def draw(
        self, n: int, seed: int, label: Label = None, truncation: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Codes of the samples that `Generator.sample` draws, and their labels.

        Returns:
            codes (n, entries) float32 and labels (n,) int64, None where the generator is unconditional.
        """
        latents = draw_latents(seed, n, self.generator.config.network.latent_dim)
        labels = self.generator.labels(n, seed, label)
        codes = self.encode(latents, labels)
        return (codes if truncation == 1 else self.truncate(codes, labels, truncation)), labels

    @torch.inference_mode()
    def encode(self, latents: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        """Latent vectors (N, latent_dim) and labels (N,) to codes (N, entries)."""
        codes: np.ndarray = self.module.encode(self._tensor(latents), self._labels(labels)).cpu().numpy()
        return codes

    @torch.inference_mode()
    def truncate(self, codes: np.ndarray, labels: np.ndarray | None, truncation: float) -> np.ndarray:
        """Codes that are more typical; see `Truncated`."""
        truncated = Truncated(self.module, self.generator.config.network, truncation)
        pulled: np.ndarray = truncated.pull(self._tensor(codes), self._labels(labels)).cpu().numpy()
        return pulled

    def decode(self, codes: np.ndarray) -> Iterator[np.ndarray]:
        """The signals of codes (N, entries), in blocks of uint8 (block, *shape)."""
        return decode(lambda code, _: self.module.synthesise(code), codes, None, self.generator.device)

    def signals(self, codes: np.ndarray) -> np.ndarray:
        """As `decode`, all together: uint8 (N, *shape)."""
        return np.concatenate([np.empty((0, *self.generator.shape), np.uint8), *self.decode(codes)])

    def between(self, start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
        """A walk from one code to another, both included: in a straight line in w, on a great circle in z.

        Styles fill a space of no known shape, in which straight lines are short; latent vectors of a normal
        distribution lie near a sphere, whose inside has never been trained on.

        Args:
            start, end: (entries,).
            steps: 2 or more.

        Returns:
            (steps, entries) float32.
        """
        share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        path: np.ndarray = (1 - share) * start + share * end
        if self.name == "z":
            path[:, self.free] = spherical_interpolation(start[self.free], end[self.free], steps)
        return path

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(self.generator.device)

    def _labels(self, labels: np.ndarray | None) -> Tensor | None:
        return None if labels is None else torch.from_numpy(labels).to(self.generator.device)
