"""Stacked MNIST: three digits in one image, a thousand classes."""

import hashlib

import numpy as np
import pytest

from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.mnist import SOURCE as MNIST
from ganforge.datasets.stacked_mnist import StackedMNIST, stack
from ganforge.prepared.columns import Split

SOURCE = StackedMNIST()


def test_the_label_is_the_number_that_the_channels_show():
    digits = np.arange(10)
    shown = Split.of(np.tile(digits.astype(np.uint8)[:, None, None, None], (1, 1, 4, 4)), digits)
    stacks = stack(shown, 5000, np.random.default_rng(0))
    assert stacks.signal.shape == (5000, 3, 4, 4)
    assert stacks.signal.dtype == np.uint8
    assert stacks.labels.dtype == np.int64
    for channels, label in zip(stacks.signal[:, :, 2, 1], stacks.labels):
        assert "".join(map(str, channels)) == SOURCE.classes[label]


def test_every_stack_is_as_likely_as_any_other():
    shown = Split.of(np.zeros((10, 1, 1, 1), dtype=np.uint8), np.arange(10))
    counts = np.bincount(stack(shown, 100_000, np.random.default_rng(0)).labels, minlength=1000)
    chi_squared = np.sum((counts - 100) ** 2 / 100)
    assert abs(chi_squared - 999) < 4 * np.sqrt(2 * 999)  # four standard deviations


@pytest.fixture(scope="module")
def official(tmp_path_factory, mnist_mirror) -> dict[str, Split]:
    """Fetched from a mirror that has a folder of MNIST and none of Stacked MNIST."""
    folder = tmp_path_factory.mktemp("raw")
    for file in SOURCE.remote_files():
        fetch_file(file, "stacked_mnist", folder, folder / "partial", str(mnist_mirror), lambda *_: None)
    return SOURCE.read(folder)


def test_it_has_its_published_sizes_and_all_thousand_classes(official):
    assert official["train"].signal.shape == (60_000, 3, 28, 28)
    assert official["test"].signal.shape == (26_000, 3, 28, 28)
    for split in official.values():
        assert len(np.unique(split.labels)) == len(SOURCE.classes) == 1000


def test_it_is_the_same_at_every_reading(official):
    digest = hashlib.sha256()
    for name in ("train", "test"):
        digest.update(official[name].signal)
        digest.update(official[name].labels)
    assert digest.hexdigest().startswith("314a85c3e106")


def test_test_stacks_are_of_test_digits(official, mnist_mirror):
    digits = MNIST.read(mnist_mirror / "mnist")
    for name in ("train", "test"):
        own = {image.tobytes() for image in digits[name].signal}
        assert all(channel.tobytes() in own for image in official[name].signal[:300] for channel in image)
