"""A trained generator as a thing to use.

>>> from ganforge.generator import Generator
>>> sevens = Generator.load("models/generator").sample(64, seed=0, label=7)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from ganforge.errors import UserError
from ganforge.networks import LatentGenerator
from ganforge.networks.sampling import decode, draw_labels, draw_latents
from ganforge.networks.storage import CONFIG, GeneratorConfig, load_generator
from ganforge.networks.truncation import Truncated

Label = int | str | Sequence[int] | np.ndarray | None


class Generator:
    """Draws signals; knows the shape and the labels of what it draws.

    Attributes:
        config: what it was trained on and how it is built.
        shape: (channels, *size) of one sample.
        classes: names of its labels, empty if it is unconditional.
    """

    def __init__(self, module: LatentGenerator, config: GeneratorConfig, device: torch.device) -> None:
        self.module, self.config, self.device = module.to(device), config, device
        self.shape, self.classes = config.network.shape, config.classes

    @cached_property
    def digest(self) -> str:
        """SHA-256 over its weights, hexadecimal."""
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
            raise UserError(
                f"there is no generator in {Path(folder).resolve()}; `make repro` writes it to models/generator."
            )
        return cls(*load_generator(Path(folder)), torch.device(device))

    def sample(self, n: int, *, seed: int = 0, label: Label = None, truncation: float = 1.0) -> np.ndarray:
        """Draws ``n`` samples; sample i depends on (seed, i) and its label alone, however many are drawn.

        Args:
            n: how many, 0 or more.
            seed: 0 or more.
            label: a class for all of them, by number or by name; or ``n`` numbers, one each; None draws labels as
                frequent as they were in training.
            truncation: 0 to 1; below 1 samples are more typical and more alike, see `Truncated`.

        Returns:
            uint8 array (n, *shape).

        Raises:
            UserError: there is no such label, or a number is out of its range.
        """
        blocks = self.sample_blocks(n, seed, label, truncation)
        return np.concatenate([np.empty((0, *self.shape), dtype=np.uint8), *blocks])

    def sample_blocks(self, n: int, seed: int, label: Label = None, truncation: float = 1.0) -> Iterator[np.ndarray]:
        """As `sample`, a block of a few dozen at a time, so that they need not be in memory together."""
        if not all(isinstance(value, int | np.integer) and value >= 0 for value in (n, seed)):
            raise UserError(f"n is {n!r} and seed is {seed!r}; both must be whole numbers of at least 0.")
        module = self.module if truncation == 1 else Truncated(self.module, self.config.network, truncation)
        latents = draw_latents(seed, n, self.config.network.latent_dim)
        return decode(module, latents, self.labels(n, seed, label), self.device)

    def decode(self, latents: np.ndarray, labels: np.ndarray | None) -> Iterator[np.ndarray]:
        """The signals of given latents (N, latent_dim) float32 and labels (N,) int64, in blocks of uint8."""
        return decode(self.module, latents, labels, self.device)

    def labels(self, n: int, seed: int, label: Label = None) -> np.ndarray | None:
        """The labels that `sample` gives to its ``n`` samples: (n,) int64, or None if unconditional."""
        if not self.classes:
            if label is not None:
                raise UserError(f"label is {label!r}, but this generator of {self.config.dataset} has no labels.")
            return None
        if label is None:
            return draw_labels(seed, n, self.config.class_counts)
        if isinstance(label, str):
            if label not in self.classes and not re.fullmatch("[0-9]{1,9}", label):
                raise UserError(f"label is {label!r}; allowed is one of {', '.join(self.classes)}.")
            label = self.classes.index(label) if label in self.classes else int(label)
        labels = np.broadcast_to(np.asarray(label), (n,)) if np.ndim(label) == 0 else np.asarray(label)
        if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
            raise UserError(f"label is {label!r}; allowed is one label by number or name, or {n} numbers.")
        if n and not 0 <= labels.min() <= labels.max() < len(self.classes):
            raise UserError(f"label is {label}; allowed is 0 to {len(self.classes) - 1}.")
        return labels.astype(np.int64)


def spherical_interpolation(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Latents on the great circle from ``start`` to ``end``, whose length stays that of a normal sample.

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
    if np.sin(angle) < 1e-6:  # the same direction, or opposite ones, between which no great circle is shortest
        weights = 1 - share, share
    else:
        weights = np.sin((1 - share) * angle) / np.sin(angle), np.sin(share * angle) / np.sin(angle)
    return np.asarray(weights[0] * start + weights[1] * end, dtype=np.float32)
