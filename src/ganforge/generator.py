"""A trained generator to draw samples from.

>>> from ganforge.generator import Generator
>>> sevens = Generator.load("models/generator").sample(64, seed=0, condition=7)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ganforge.conditions import Condition
from ganforge.errors import UserError
from ganforge.networks.sampling import decode, draw_latents
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.storage import CONFIG, GeneratorConfig, load_generator
from ganforge.networks.truncation import Truncated
from ganforge.prepared.columns import Arrays
from ganforge.signals import Signal


class Generator:
    """Draws signals, and knows their kind and their condition.

    Attributes:
        config: what it was trained on and how it is built.
        spec: how it is built.
        signal: the kind of signal that it draws.
        condition: what samples can be asked for.
        shape: shape of one stored sample.
    """

    def __init__(self, module: nn.Module, config: GeneratorConfig, device: torch.device) -> None:
        self.module, self.config, self.device = module.to(device), config, device
        self.spec: NetworkSpec = config.network
        self.signal: Signal = self.spec.signal
        self.condition: Condition = self.spec.condition
        self.shape = self.signal.shape

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its weights, hexadecimal."""
        digest = hashlib.sha256()
        for name, tensor in sorted(self.module.state_dict().items()):
            digest.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @classmethod
    def load(cls, folder: str | Path, device: str | torch.device = "cpu") -> Generator:
        """Opens the folder that the stage ``train`` wrote.

        Raises:
            UserError: a file is missing or damaged.
        """
        if not (Path(folder) / CONFIG).exists():
            raise UserError(f"{Path(folder).resolve()} holds no generator; `make repro` writes it to models/generator.")
        return cls(*load_generator(Path(folder)), torch.device(device))

    def sample(
        self, n: int, *, seed: int = 0, condition: Any = None, truncation: float = 1.0, pool: Arrays | None = None
    ) -> np.ndarray:
        """Draws ``n`` samples; sample i depends on (seed, i) and its condition alone, not on ``n``.

        Args:
            n: how many, 0 or more.
            seed: 0 or more.
            condition: condition of all samples or of each: a label by number or name, a stored source, a caption;
                None draws conditions as in training.
            truncation: 0 to 1; below 1 samples are more typical and more alike, see `Truncated`.
            pool: columns of data to draw conditions from that cannot be made up, such as sources.

        Returns:
            stored signals (n, *shape).

        Raises:
            UserError: there is no such condition, or a number is out of its range.
        """
        asked = self.ask(n, seed, condition, pool)
        return np.concatenate([np.empty((0, *self.shape), self.signal.dtype), *self.draw(n, seed, asked, truncation)])

    def ask(self, n: int, seed: int = 0, condition: Any = None, pool: Arrays | None = None) -> Arrays:
        """The columns of the condition of the ``n`` samples of `sample`; see there for the arguments."""
        if not all(isinstance(value, int | np.integer) and value >= 0 for value in (n, seed)):
            raise UserError(f"n is {n!r} and seed is {seed!r}; both must be whole numbers of at least 0.")
        return self.condition.ask(condition, seed, n, pool)

    def draw(self, n: int, seed: int, asked: Arrays, truncation: float = 1.0) -> Iterator[np.ndarray]:
        """Samples for the columns of `ask`, in blocks of a few dozen, so that they need not fit into memory."""
        module = self.module if truncation == 1 else Truncated(self.module, self.spec, truncation)
        return decode(module, self.spec, draw_latents(seed, n, self.spec.latent_dim), asked, self.device)

    def decode(self, latents: np.ndarray, asked: Arrays) -> Iterator[np.ndarray]:
        """The stored signals of latents (N, latent_dim) float32 and columns of the condition, in blocks."""
        return decode(self.module, self.spec, latents, asked, self.device)


def spherical_interpolation(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Latents on the great circle from ``start`` to ``end``, which keep the length of a normal sample.

    White 2016, https://arxiv.org/abs/1609.04468, section 2.1.

    Args:
        start, end: (latent_dim,).
        steps: 2 or more, both ends included.

    Returns:
        (steps, latent_dim) float32.
    """
    cosine = float(np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end)))
    angle = np.arccos(np.clip(cosine, -1, 1))
    share = np.linspace(0, 1, steps)[:, None]
    if np.sin(angle) < 1e-6:  # equal or opposite directions, which have no unique great circle
        weights = 1 - share, share
    else:
        weights = np.sin((1 - share) * angle) / np.sin(angle), np.sin(share * angle) / np.sin(angle)
    return np.asarray(weights[0] * start + weights[1] * end, dtype=np.float32)
