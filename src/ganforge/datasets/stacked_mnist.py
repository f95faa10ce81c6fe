"""Stacked MNIST: three digits in one image give 1,000 classes, to count the modes that samples cover."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.mnist import SOURCE as MNIST
from ganforge.prepared.columns import Kind, Split

CHANNELS = 3  # one digit in each
COUNT = {"train": 60_000, "test": 26_000}
SEED = {"train": 0, "test": 1}


class StackedMNIST(ArraySource):
    """Three random digits of MNIST as the red, green and blue of one image.

    Metz et al. 2016, https://arxiv.org/abs/1611.02163. The test split has 26,000 images as in Lin et al. 2017 (PacGAN),
    https://arxiv.org/abs/1712.04086, who classify each digit of 26,000 samples.
    """

    kind = Kind("stacked_image")
    classes: Sequence[str] = [f"{label:03d}" for label in range(10**CHANNELS)]
    origin = f"Stacked MNIST (Metz et al. 2016) of {MNIST.origin}"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The files of MNIST."""
        return [dataclasses.replace(file, dataset="mnist") for file in MNIST.remote_files()]

    def read(self, folder: Path) -> dict[str, Split]:
        """Training stacks consist of training digits, test stacks of test digits."""
        return {
            name: stack(split, COUNT[name], np.random.default_rng(SEED[name]))
            for name, split in MNIST.read(folder).items()
        }


def stack(digits: Split, count: int, random: np.random.Generator) -> Split:
    """Stacks of digits, each digit drawn uniformly from all of them, with replacement.

    Args:
        digits: signals (N, 1, height, width) and labels 0 to 9.
        count: number of stacks.
        random: random generator.

    Returns:
        signals (count, 3, height, width) and labels 0 to 999, whose decimal digits are the labels of the channels.
    """
    chosen = random.integers(len(digits), size=(count, CHANNELS))
    place_values = 10 ** np.arange(CHANNELS)[::-1]
    return Split.of(digits.signal[chosen, 0], digits.required_labels()[chosen] @ place_values)


SOURCE = StackedMNIST()
