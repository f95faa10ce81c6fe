"""Data sets of arrays: any columns of any numbers, one short class each."""

import numpy as np
import pytest

from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.common_settings import DataSettings, LabelledSettings
from ganforge.datasets.settings import ResizedSettings
from ganforge.errors import UserError
from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import Prepared, read_meta

RANDOM = np.random.default_rng(0)
COUNT = {"train": 60, "test": 10}


class Toy(ArraySource):
    """A toy data set: both splits are made by the same function of the number of signals."""

    origin = "toys"

    def split(self, count):
        raise NotImplementedError

    def read(self, folder):
        return {name: Split(self.split(count)) for name, count in COUNT.items()}


class Tones(Toy):
    """A labelled waveform, floats on one axis."""

    kind, classes = Kind("waveform", {"rate": 8000}), ["low", "high"]

    def split(self, count):
        return {"signal": RANDOM.normal(size=(count, 1, 64)).astype(np.float32), "labels": np.arange(count) % 2}


class Spectrograms(Toy):
    """Half-precision floats on two axes."""

    kind = Kind("spectrogram")

    def split(self, count):
        return {"signal": RANDOM.normal(size=(count, 1, 16, 24)).astype(np.float16)}


class Sentences(Toy):
    """Tokens that are themselves what is learnt."""

    kind = Kind("text", {"vocabulary": [".", "a", "b"]})

    def split(self, count):
        return {"signal": RANDOM.integers(0, 3, (count, 12), dtype=np.int32)}


class Clips(Toy):
    """Bytes on three axes."""

    kind = Kind("clip", {"frames_per_second": 8})

    def split(self, count):
        return {"signal": RANDOM.integers(0, 256, (count, 3, 5, 8, 8), dtype=np.uint8)}


class Outlines(Toy):
    """Images with a source each, of another kind of number."""

    def kinds(self, folder):
        return super().kinds(folder) | {"source": Kind("outline")}

    def split(self, count):
        images = RANDOM.integers(0, 256, (count, 3, 8, 8), dtype=np.uint8)
        return {"signal": images, "source": images.mean(1, keepdims=True).astype(np.float32)}


class Seasons(Toy):
    """Images with sources that belong to none of them and are of another number."""

    def kinds(self, folder):
        return super().kinds(folder) | {"source": Kind("image", {"unpaired": True})}

    def split(self, count):
        return {
            "signal": RANDOM.integers(0, 256, (count, 3, 8, 8), dtype=np.uint8),
            "source": RANDOM.integers(0, 256, (2 * count + 1, 3, 8, 8), dtype=np.uint8),
        }


class Captioned(Toy):
    """Images with captions, whose words a file lists."""

    def kinds(self, folder):
        words = (folder / "words.txt").read_text().split()
        return super().kinds(folder) | {"tokens": Kind("tokens", {"vocabulary": ["", *words]})}

    def split(self, count):
        return {
            "signal": RANDOM.integers(0, 256, (count, 3, 8, 8), dtype=np.uint8),
            "tokens": RANDOM.integers(0, 3, (count, 4), dtype=np.int16),
        }


TOYS = [Tones, Spectrograms, Sentences, Clips, Outlines, Seasons, Captioned]


@pytest.fixture
def raw(tmp_path):
    """A folder with the words of captions."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "words.txt").write_text("red green")
    return folder


def plain(held_out="test"):
    return DataSettings(name="toy", held_out=held_out)


def prepare(source, raw, settings):
    """Prepares beside ``raw`` and opens what was written."""
    target = raw.parent / "prepared"
    meta = source.prepare(raw, target, settings, lambda done, total: None)
    data = Prepared.load(target)
    assert data.meta == meta == read_meta(target)
    return data


def fixed(source, raw):
    """A source that reads the same each time, and what it reads."""
    splits = source.read(raw)
    source.read = lambda folder: splits
    return splits


@pytest.mark.parametrize("toy", TOYS)
def test_every_column_comes_back_as_it_was_read(toy, raw):
    source = toy()
    splits = fixed(source, raw)
    data = prepare(source, raw, plain())
    assert list(data.meta.columns) == list(source.kinds(raw))
    for split, read in splits.items():
        assert data.splits[split].columns.keys() == read.columns.keys()
        for name, array in read.columns.items():
            written, column = data.splits[split].columns[name], data.meta.columns[name]
            assert written.dtype == column.dtype == array.dtype
            assert (column.count[split], *column.shape) == array.shape
            assert np.array_equal(written, array)


def test_what_has_to_be_known_of_a_column_is_described(raw):
    columns = prepare(Captioned(), raw, plain()).meta.columns
    assert columns["tokens"].about == {"vocabulary": ["", "red", "green"]}
    meta = prepare(Tones(), raw, plain()).meta
    assert (meta.columns["signal"].kind, meta.columns["signal"].about) == ("waveform", {"rate": 8000})
    assert (meta.classes, meta.class_counts) == (("low", "high"), (30, 30))


def test_whether_sources_have_partners_is_described(raw):
    assert prepare(Outlines(), raw, plain()).meta.paired
    unpaired = prepare(Seasons(), raw, plain()).meta
    assert not unpaired.paired
    assert unpaired.columns["source"].count == {"train": 121, "test": 21}
    assert unpaired.count == COUNT


@pytest.mark.parametrize("toy", TOYS)
def test_a_part_of_the_training_data_stands_for_the_test_data(toy, raw):
    source = toy()
    train = fixed(source, raw)["train"]
    data = prepare(source, raw, plain("validation"))
    for name, column in train.columns.items():
        held = [data.splits[split].columns[name] for split in ("train", "test")]
        assert len(held[1]) == len(column) // 6
        assert sorted(row.tobytes() for split in held for row in split) == sorted(row.tobytes() for row in column)


def test_rows_that_belong_together_are_held_out_together(raw):
    data = prepare(Outlines(), raw, plain("validation"))
    for split in data.splits.values():
        assert np.array_equal(split.columns["source"], split.signal.mean(1, keepdims=True).astype(np.float32))


def test_labels_that_are_ignored_are_not_there(raw):
    for labels, columns in (("use", {"signal", "labels"}), ("ignore", {"signal"})):
        settings = LabelledSettings(name="toy", held_out="test", labels=labels)
        data = prepare(Tones(), raw, settings)
        assert data.meta.columns.keys() == data.splits["test"].columns.keys() == columns
    assert data.meta.classes == ()


@pytest.mark.parametrize(
    ("toy", "shapes"),
    [
        (Seasons, {"signal": (3, 16, 16), "source": (3, 16, 16)}),
        (Captioned, {"signal": (3, 16, 16), "tokens": (4,)}),
        (Clips, {"signal": (3, 5, 8, 8)}),
        (Outlines, {"signal": (3, 16, 16), "source": (1, 8, 8)}),  # these are no pictures of bytes
    ],
)
def test_pictures_alone_are_resized(toy, shapes, raw):
    settings = ResizedSettings(name="toy", held_out="test", labels="use", resolution=16)
    columns = prepare(toy(), raw, settings).meta.columns
    assert {name: column.shape for name, column in columns.items()} == shapes


def test_numbers_of_another_machine_are_written_as_this_one_has_them(raw):
    class Foreign(Toy):
        kind = Kind("waveform")

        def split(self, count):
            return {"signal": np.arange(count * 6).reshape(6, count).T.astype(">i2")}  # and column by column

    data = prepare(Foreign(), raw, plain())
    assert data.meta.columns["signal"].dtype == "int16"
    assert data.splits["train"].signal[2].tolist() == [2 + 60 * column for column in range(6)]


def test_the_digest_tells_columns_apart(raw):
    digests = set()
    for changed in (None, "signal", "source"):
        source = Seasons()
        signal, other = np.zeros((9, 3, 8, 8), np.uint8), np.zeros((5, 3, 8, 8), np.uint8)
        splits = {name: Split({"signal": signal.copy(), "source": other.copy()}) for name in COUNT}
        if changed:
            splits["train"].columns[changed][0] = 1
        source.read = lambda folder, splits=splits: splits
        digests.add(prepare(source, raw, plain()).meta.digest)
    assert len(digests) == 3


def with_column(name, change):
    return lambda split: split.with_columns(**{name: change(split.columns[name])})


HARMS = {
    "a column less": (Outlines, lambda split: split.without("source"), "has the columns signal, not signal, source"),
    "a column more": (Clips, lambda split: split.with_columns(tokens=np.zeros(60)), "has the columns signal, tokens,"),
    "fewer labels": (Tones, with_column("labels", lambda labels: labels[1:]), "labels of the split test has 9 rows"),
    "fewer sources": (Outlines, with_column("source", lambda source: source[1:]), "has 9 rows for 10 signals"),
    "no source": (Seasons, with_column("source", lambda source: source[:0]), "source of the split test is empty"),
    "another dtype": (Clips, with_column("signal", lambda signal: signal.astype(float)), "is float64 of shape (3, 5"),
    "another shape": (Clips, with_column("signal", lambda signal: signal[:, :1]), "is uint8 of shape (1, 5, 8, 8)"),
    "no class": (Tones, with_column("labels", lambda labels: labels + 1), "ranges from 1 to 2, but there are only 2"),
    "no word": (Captioned, with_column("tokens", lambda tokens: tokens - 1), "tokens of the split test ranges from -1"),
    "no number": (Tones, with_column("signal", lambda signal: signal * np.nan), "holds numbers that are not finite"),
    "an object": (Tones, with_column("signal", lambda signal: signal.astype(object)), "holds object, not numbers"),
    "floats as labels": (Tones, with_column("labels", lambda labels: labels * 1.0), "is float64"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_source_that_reads_what_cannot_be_is_refused_by_its_column(harm, raw):
    toy, change, reason = HARMS[harm]
    source = toy()
    splits = source.read(raw)
    splits["test"] = change(splits["test"])
    source.read = lambda folder: splits
    with pytest.raises(UserError) as refused:
        prepare(source, raw, plain())
    assert str(refused.value).startswith("toy: ")
    assert reason in str(refused.value)
    assert "dvc repro -f fetch" in str(refused.value)
    assert not (raw.parent / "prepared").exists()
