"""Data sets that come as archives: small ones in the official layout, read with their labels and splits, upright."""

import gzip
import io
import re
import struct
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.io import savemat
from torchvision.datasets import EMNIST, STL10, Flowers102

from ganforge.datasets.source import source_of
from ganforge.errors import UserError
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.sections import section, source

RANDOM = np.random.default_rng(0)


def idx(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)  # the time would be in the names of tests


def in_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def in_tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def jpeg(width, height):
    content = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(content, "JPEG")
    return content.getvalue()


def prepare(name, raw, **changes):
    """Prepares data of image files beside ``raw``; returns them, what was found, and the table of the items by name."""
    settings, target = section(name, **changes), raw.parent / "prepared"
    source_of(settings.name).prepare(raw, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target), pd.read_csv(target / "items.csv").set_index("path")


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def emnist():
    """Upright images with their labels by split, and the files that hold them as the official ones do."""
    upright, files = {}, {"gzip/emnist-letters-train-images-idx3-ubyte.gz": b"of another split"}
    for split, count in (("train", 60), ("test", 50)):
        images = RANDOM.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 47
        upright[split] = images, labels
        files[f"gzip/emnist-balanced-{split}-images-idx3-ubyte.gz"] = idx(images.swapaxes(1, 2))
        files[f"gzip/emnist-balanced-{split}-labels-idx1-ubyte.gz"] = idx(labels)
    return upright, files


def test_emnist_is_upright_and_has_the_official_classes(raw, emnist):
    upright, files = emnist
    in_zip(raw / "gzip.zip", files)
    for split, read in source("emnist").read(raw).items():
        assert read.signal.dtype == np.uint8
        assert np.array_equal(read.signal[:, 0], upright[split][0])
        assert np.array_equal(read.labels, upright[split][1])
    assert list(source("emnist").classes) == EMNIST.classes_split_dict["balanced"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "gzip.zip does not contain gzip/emnist-balanced-test-labels-idx1-ubyte.gz: replace it"),
        (b"<html>", "gzip/emnist-balanced-test-labels-idx1-ubyte.gz in "),
        (idx(np.zeros((3, 28, 28), np.uint8))[:20], "gzip/emnist-balanced-test-labels-idx1-ubyte.gz in "),
    ],
)
def test_a_damaged_emnist_is_refused_by_name(raw, emnist, content, told):
    _, files = emnist
    name = "gzip/emnist-balanced-test-labels-idx1-ubyte.gz"
    files[name] = content
    in_zip(raw / "gzip.zip", {name: content for name, content in files.items() if content is not None})
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        source("emnist").read(raw)
    assert str(raw / "gzip.zip") in str(refused.value)


@pytest.fixture
def stl10():
    """Upright images with their labels by split, and the files that hold them as the official ones do."""
    upright, files = {}, {"stl10_binary/unlabeled_X.bin": bytes(500), "stl10_binary/fold_indices.txt": b"0 1 2"}
    for split, count in (("train", 4), ("test", 10)):
        images = RANDOM.integers(0, 256, (count, 3, 96, 96), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8)[::-1] % 10
        upright[split] = images, labels
        files[f"stl10_binary/{split}_X.bin"] = images.swapaxes(2, 3).tobytes()
        files[f"stl10_binary/{split}_y.bin"] = (labels + 1).tobytes()
    return upright, files


def test_stl10_is_upright_and_counts_its_labels_from_nought(raw, stl10):
    upright, files = stl10
    in_tar(raw / STL10.filename, files)
    splits = source("stl10").read(raw)
    for split, read in splits.items():
        assert np.array_equal(read.signal, upright[split][0])
        assert np.array_equal(read.labels, upright[split][1])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("test_X.bin", None, "does not contain stl10_binary/test_X.bin"),
        ("test_X.bin", bytes(96), "is damaged (it has 96 bytes for 10 labels)"),
        ("train_y.bin", bytes([0, 1, 2, 11]), "is damaged (its labels range from 0 to 11)"),
    ],
)
def test_a_damaged_stl10_is_refused_by_name(raw, stl10, name, content, told):
    _, files = stl10
    files[f"stl10_binary/{name}"] = content
    in_tar(raw / STL10.filename, {name: content for name, content in files.items() if content is not None})
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        source("stl10").read(raw)
    assert str(raw / STL10.filename) in str(refused.value)


FLOWERS = {"trnid": [5, 2], "valid": [6], "tstid": [1, 4, 3]}
KINDS = [1, 102, 77, 102, 77, 102]  # of the six photographs


@pytest.fixture
def flowers(raw):
    """A folder with six photographs of three kinds."""
    sizes = [(30, 20), (20, 30), (25, 25), (60, 41), (33, 29), (28, 40)]
    photographs = {f"jpg/image_{number:05d}.jpg": jpeg(*size) for number, size in enumerate(sizes, start=1)}
    in_tar(raw / "102flowers.tgz", photographs)
    savemat(raw / "imagelabels.mat", {"labels": np.array([KINDS], dtype=np.uint8)})
    savemat(raw / "setid.mat", {name: np.array([numbers], dtype=np.uint16) for name, numbers in FLOWERS.items()})
    return raw


def test_flowers_have_their_official_names_and_splits(flowers):
    data, facts, items = prepare("flowers102", flowers)
    assert (facts.candidates, facts.taken, facts.left_out) == (6, 5, {"alone": 1})  # the first kind is only held out
    assert data.meta.shape == (3, 8, 8)
    assert "image_00001.jpg" not in items.index
    for number, kind in enumerate(KINDS[1:], start=2):
        item = items.loc[f"image_{number:05d}.jpg"]
        assert item.split == ("test" if number in FLOWERS["tstid"] else "train")
        assert item.label == Flowers102.classes[kind - 1]
        assert data.meta.classes[data.splits[item.split].labels[item.row]] == item.label
    assert sorted(facts.sizes) == [[20, 30, 1], [25, 25, 1], [28, 40, 1], [30, 20, 1], [33, 29, 1], [60, 41, 1]]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("setid.mat", b"<!doctype html>" * 20, "setid.mat is damaged ("),
        ("setid.mat", b"", "setid.mat is damaged ("),
        ("imagelabels.mat", {"names": [1]}, "imagelabels.mat is damaged (it has no list labels)"),
        ("imagelabels.mat", {"labels": [[0, 103]]}, "imagelabels.mat is damaged (a number is not from 1 to 102)"),
        ("imagelabels.mat", {"labels": [[1, 2]]}, "setid.mat is damaged (a number is not from 1 to 2)"),
        ("102flowers.tgz", b"<!doctype html>", "102flowers.tgz is damaged or not an archive"),
    ],
)
def test_damaged_flowers_are_refused_by_name(flowers, name, content, told):
    if isinstance(content, dict):
        savemat(flowers / name, content)
    else:
        (flowers / name).write_bytes(content)
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        prepare("flowers102", flowers)
    assert str(refused.value).startswith(str(flowers))


def test_photographs_of_many_sizes_need_a_resolution(flowers):
    with pytest.raises(UserError, match=r"dataset\.resolution is native.*\(start with 32 or 64\)"):
        prepare("flowers102", flowers, resolution="native")


def celeba(raw, table):
    in_zip(raw / "img_align_celeba.zip", {f"img_align_celeba/{i:06d}.jpg": jpeg(178, 218) for i in range(1, 6)})
    (raw / "list_eval_partition.txt").write_bytes(table)


def test_celeba_has_no_classes_and_its_official_splits(raw):
    celeba(raw, b"000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n000004.jpg 0\n000005.jpg 2\n")
    data, facts, items = prepare("celeba", raw)
    assert data.meta.classes == ()
    assert [items.loc[f"{i:06d}.jpg"].split for i in range(1, 6)] == ["train", "train", "test", "train", "test"]
    assert facts.sizes == [[178, 218, 5]]
    assert prepare("celeba", raw, resolution="native")[0].meta.shape == (3, 218, 178)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (b"000001.jpg 0\n../../x.jpg 1\n", "is damaged (line 2 is '../../x.jpg 1', not a photograph's name and 0,"),
        (b"000001.jpg 3\n", "is damaged (line 1 is '000001.jpg 3'"),
        (b"\xff\xfe" * 90, "is damaged (line 1 is "),
        (b"", "is damaged (line 1 is ''"),
    ],
)
def test_a_damaged_table_of_celeba_is_refused_by_its_line(raw, table, told):
    celeba(raw, table)
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        prepare("celeba", raw)
    assert str(refused.value).startswith(f"{raw / 'list_eval_partition.txt'} ")


def test_a_photograph_that_celeba_s_archive_lacks_is_named(raw):
    celeba(raw, b"000001.jpg 0\n000009.jpg 2\n")
    with pytest.raises(UserError, match=r"CelebA: more than 10\.0% of 2 files cannot be used, such as 000009\.jpg"):
        prepare("celeba", raw)
