"""The codes of a generator: it makes them from a latent vector and a condition, and its layers draw signals from them.

The code of style-based networks is their style w, Karras et al. 2018, https://arxiv.org/abs/1812.04948. That of all
others, here called z, is the latent vector followed by the vector of the condition. See
`ganforge.networks.latent.LatentGenerator`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.conditions import Tensors
from ganforge.conditions.labels import Labels
from ganforge.errors import UserError
from ganforge.generator import Generator, spherical_interpolation
from ganforge.networks.latent import LatentGenerator
from ganforge.networks.sampling import decode, draw_latents
from ganforge.networks.truncation import Truncated
from ganforge.prepared.columns import Arrays


class Space:
    """Codes of a generator as arrays, with operations on them.

    Attributes:
        generator: the generator.
        module: its network.
        name: ``w`` or ``z``.
        free: entries of a code that vary within a condition.

    Raises:
        UserError: it draws without codes, see `has_codes`.
    """

    def __init__(self, generator: Generator) -> None:
        if not isinstance(generator.module, LatentGenerator):
            raise UserError(
                f"the network {generator.spec.settings.name} of this generator of {generator.config.dataset} draws "
                "without codes to edit; allowed is a generator that draws from a latent vector."
            )
        self.generator, self.module = generator, generator.module
        self.name = self.module.space
        self.free = slice(0, generator.spec.latent_dim)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels that can be asked for; empty if the condition is not a label."""
        condition = self.generator.condition
        return condition.names if isinstance(condition, Labels) else ()

    def draw(
        self, n: int, seed: int, condition: Any = None, truncation: float = 1.0, pool: Arrays | None = None
    ) -> tuple[np.ndarray, Arrays]:
        """Codes of the samples of `Generator.sample`, and the columns of their condition; see there for the arguments.

        Returns:
            Codes (n, entries) float32, and columns of n rows.
        """
        asked = self.generator.ask(n, seed, condition, pool)
        return self.codes(n, seed, asked, truncation), asked

    def codes(self, n: int, seed: int, asked: Arrays, truncation: float = 1.0) -> np.ndarray:
        """The codes (n, entries) of the samples of `Generator.draw`; see there for the arguments."""
        codes = self.encode(draw_latents(seed, n, self.generator.spec.latent_dim), asked)
        return codes if truncation == 1 else self.truncate(codes, asked, truncation)

    @torch.inference_mode()
    def encode(self, latents: np.ndarray, asked: Arrays) -> np.ndarray:
        """Latent vectors (N, latent_dim) and columns of the condition to codes (N, entries)."""
        codes: np.ndarray = self.module.encode(self._tensor(latents), self._condition(asked)).cpu().numpy()
        return codes

    @torch.inference_mode()
    def truncate(self, codes: np.ndarray, asked: Arrays, truncation: float) -> np.ndarray:
        """Makes codes more typical; see `Truncated`."""
        truncated = Truncated(self.module, self.generator.spec, truncation)
        pulled: np.ndarray = truncated.pull(self._tensor(codes), self._condition(asked)).cpu().numpy()
        return pulled

    def decode(self, codes: np.ndarray) -> Iterator[np.ndarray]:
        """The stored signals of codes (N, entries), in blocks (block, *shape)."""
        generator = self.generator
        return decode(lambda code, _: self.module.synthesise(code), generator.spec, codes, {}, generator.device)

    def signals(self, codes: np.ndarray) -> np.ndarray:
        """The stored signals of codes, in one array (N, *shape)."""
        nothing = np.empty((0, *self.generator.shape), self.generator.signal.dtype)
        return np.concatenate([nothing, *self.decode(codes)])

    def between(self, start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
        """A walk from one code to another, both included: on a straight line in w, on a great circle in z.

        The space of styles has no known shape, so straight lines are used. Latent vectors of a normal distribution lie
        near a sphere; the generator was not trained on its inside.

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

    def _condition(self, asked: Arrays) -> Tensors:
        """Columns as networks see them."""
        tensors = {name: torch.from_numpy(np.array(column)).to(self.generator.device) for name, column in asked.items()}
        return self.generator.condition.present(tensors)


def has_codes(generator: Generator) -> bool:
    """Whether a generator draws signals from codes that can be edited."""
    return isinstance(generator.module, LatentGenerator)
