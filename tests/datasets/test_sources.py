"""Data sets: their arrays, and that training and test never mix."""

import gzip
import re
import shutil
import struct

import numpy as np
import pytest

from ganforge.datasets.resize import resize
from ganforge.errors import UserError
from tests.datasets.sections import VARIANTS, source


@pytest.mark.parametrize("name", VARIANTS)
def test_every_data_set_has_a_source_with_files(name):
    assert source(name).origin
    assert source(name).remote_files() or source(name).bundled_files()
    if name != "handwriting":  # which is made of two sets
        assert bool(source(name).remote_files()) != bool(source(name).bundled_files())


@pytest.mark.parametrize("name", sorted(name for name in VARIANTS if not source(name).bundled_files()))
def test_official_files_have_addresses_and_digests(name):
    files = source(name).remote_files()
    for file in files:
        assert file.urls
        assert all(url.startswith(("http://", "https://")) for url in file.urls)
        assert name in ("celeba", "spoken_digits") or all(url.endswith(f"/{file.name}") for url in file.urls)
        assert len(file.md5) == 32


def test_digits_are_split_evenly_and_for_good(digits):
    train, test = digits.splits["train"], digits.splits["test"]
    assert digits.meta.shape == (1, 8, 8)
    assert train.signal.dtype == np.uint8
    assert len(train.signal) + len(test.signal) == 1797
    assert sum(digits.meta.class_counts) == len(train.signal)
    shares = np.bincount(test.labels) / np.bincount(np.concatenate([train.labels, test.labels]))
    assert np.abs(shares - 0.2).max() < 0.01
    assert train.signal.max() == 255
    assert digits.meta.digest.startswith("3baeb8053ef4")


def test_mnist_format_is_read_with_its_labels(tmp_path):
    """Four small files in the official format, read by torchvision."""
    random = np.random.default_rng(0)
    written = {}
    for split, prefix, count in (("train", "train", 12), ("test", "t10k", 5)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        written[split] = images, labels
        header = struct.pack(">IIII", 0x803, count, 28, 28)
        (tmp_path / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + images.tobytes()))
        header = struct.pack(">II", 0x801, count)
        (tmp_path / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(header + labels.tobytes()))
    for name in ("mnist", "fashion_mnist", "kmnist"):
        for split, read in source(name).read(tmp_path).items():
            assert np.array_equal(read.signal[:, 0], written[split][0])
            assert np.array_equal(read.labels, written[split][1])


def idx(*header, items=0):
    return gzip.compress(struct.pack(">" + "I" * len(header), *header) + bytes(items * 784))


DAMAGES = {
    "a web page": (b"<!doctype html>", "Not a gzipped file"),
    "cut": (idx(0x803, 5, 28, 28, items=5)[:30], "ended before"),
    "fewer": (idx(0x803, 9, 28, 28, items=5), "announces 7056 bytes, but it has 3920"),
    "more": (idx(0x803, 1, 28, 28, items=5), "announces 784 bytes, but it has more"),
    "far more": (idx(0x803, 2**31, 28, 28), "announces 1683627180032 bytes"),
    "numbers of another kind": (idx(0xD03, 5, 28, 28, items=5), "not that of an IDX file of bytes"),
    "no header": (gzip.compress(b"-"), "unpack requires a buffer"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_idx_file_with_a_wrong_header_or_end_is_refused_by_name(tmp_path, damage):
    content, told = DAMAGES[damage]
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        source("mnist").read(tmp_path)
    assert str(refused.value).startswith(f"{path} is damaged")


def test_official_mnist_has_its_published_sizes(mnist_mirror, tmp_path):
    for file in source("mnist").remote_files():
        shutil.copyfile(mnist_mirror / "mnist" / file.name, tmp_path / file.name)
    splits = source("mnist").read(tmp_path)
    assert splits["train"].signal.shape == (60000, 1, 28, 28)
    assert splits["test"].signal.shape == (10000, 1, 28, 28)
    assert splits["test"].labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_resizing_keeps_the_picture():
    gradient = np.tile(np.linspace(0, 255, 28, dtype=np.uint8), (2, 3, 28, 1))
    resized = resize(gradient, 14)
    assert resized.shape == (2, 3, 14, 14)
    assert np.abs(resized[0, 0, 0].astype(int) - np.linspace(5, 250, 14)).max() < 6
    assert resize(gradient, 28) is gradient
