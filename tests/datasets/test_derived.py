"""Sources that are made of the pictures themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from ganforge.datasets import derived
from ganforge.datasets.derived import add_source, derive
from ganforge.prepared.columns import LABELS, SIGNAL, Kind, Split
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.runs.records import before_names
from tests.datasets.sections import section


def pictures(count=5, channels=3, height=16, width=24):
    return np.random.default_rng(0).integers(0, 256, (count, channels, height, width), dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("how", "strength"), [("grey", 0.0), ("edges", 0.1), ("small", 4.0), ("masked", 0.5)])
def test_a_source_has_the_size_of_its_picture_and_does_not_depend_on_others(how, strength, channels):
    given = pictures(channels=channels)
    sources = derive(given, how, strength)
    assert sources.dtype == np.uint8
    assert sources.shape == (5, 1 if how in {"grey", "edges"} else channels, 16, 24)
    assert np.array_equal(derive(given[2:3], how, strength), sources[2:3])
    assert np.array_equal(given, pictures(channels=channels))


def test_grey_is_the_luminance_that_pillow_computes():
    given = pictures()
    ours = derive(given, "grey", 0)
    for picture, source in zip(given, ours, strict=True):
        assert np.array_equal(np.asarray(Image.fromarray(picture.transpose(1, 2, 0)).convert("L")), source[0])
    assert np.array_equal(derive(given[:, :1], "grey", 0), given[:, :1])


def test_edges_are_one_line_along_a_border_and_none_where_it_is_flat():
    given = np.zeros((1, 3, 12, 12), dtype=np.uint8)
    given[..., 6:] = 255
    source = derive(given, "edges", 0.1)[0, 0]
    assert set(np.unique(source)) == {0, 255}
    assert (source == 0).sum(axis=1).tolist() == [1] * 12
    assert np.isin(np.argmin(source, axis=1), [5, 6]).all()
    assert (derive(np.full_like(given, 77), "edges", 0.01) == 255).all()


def test_edges_weaker_than_the_strength_are_left_out():
    given = np.full((1, 1, 12, 12), 100, dtype=np.uint8)
    given[..., 6:] = 150  # a step of .2, .15 when smoothed
    assert (derive(given, "edges", 0.1) == 0).any()
    assert (derive(given, "edges", 0.2) == 255).all()


def test_edges_between_colours_of_one_luminance_are_found():
    given = np.zeros((1, 3, 12, 12), dtype=np.uint8)
    given[:, 0, :, :6], given[:, 1, :, 6:] = 150, 76
    assert np.ptp(derive(given, "grey", 0)) <= 1
    assert (derive(given, "edges", 0.1) == 0).any()


def test_small_is_the_means_of_squares_enlarged_bicubically():
    given = pictures(channels=1)
    ours = derive(given, "small", 4)
    means = np.round(given.reshape(5, 1, 4, 4, 6, 4).astype(np.float64).mean((3, 5)) + 1e-9)
    for mean, source in zip(means, ours, strict=True):
        enlarged = Image.fromarray(mean[0].astype(np.uint8)).resize((24, 16), Image.Resampling.BICUBIC)
        assert np.abs(np.asarray(enlarged).astype(int) - source[0]).max() <= 2  # Pillow rounds after each axis
    assert derive(pictures(channels=1, height=5, width=5), "small", 8).shape == (5, 1, 5, 5)


def test_a_hole_is_grey_of_the_share_asked_for_and_all_else_stays():
    given = np.zeros((40, 3, 16, 24), dtype=np.uint8)
    given[:, :, 0, 0] = np.arange(40)[:, None]
    sources = derive(given, "masked", 0.5)
    hole = (sources == derived.GREY).all(axis=1)
    assert (hole.sum(axis=(1, 2)) == 8 * 12).all()
    assert (hole.any(axis=2).sum(axis=1) == 8).all() and (hole.any(axis=1).sum(axis=1) == 12).all()
    assert np.array_equal(np.where(hole[:, None], 0, sources), np.where(hole[:, None], 0, given))
    assert len({mask.tobytes() for mask in hole}) > 20


@pytest.mark.parametrize("block", [1, 10**9])
def test_prepared_data_get_a_column_beside_their_labels(tmp_path, monkeypatch, block):
    monkeypatch.setattr(derived, "BLOCK_PIXELS", block)
    splits = {name: Split.of(pictures(count), np.arange(count) % 2) for name, count in {"train": 7, "test": 3}.items()}
    kinds = {SIGNAL: Kind("image"), LABELS: Kind("labels", {"names": ["a", "b"]})}
    before = write_prepared(tmp_path, splits, kinds, dataset="toy", origin="us", held_out="validation")
    meta = add_source(tmp_path, before, "small", 4.0)
    data = Prepared.load(tmp_path)
    assert data.meta == meta
    assert list(meta.columns) == ["signal", "labels", "source"]
    assert meta.paired and meta.held_out == "validation" and meta.class_counts == (4, 3)
    assert meta.digest != before.digest
    about = json.loads((tmp_path / "meta.json").read_text())["columns"]["source"]
    assert about["about"] == {"derived": "small", "strength": 4.0}
    assert about["count"] == {"train": 7, "test": 3}
    for name in ("train", "test"):
        assert np.array_equal(data.splits[name].columns["source"], derive(splits[name].signal, "small", 4.0))
        assert np.array_equal(data.splits[name].labels, splits[name].labels)


@pytest.mark.parametrize(
    ("source", "strength", "derivation"),
    [
        ("none", "auto", None),
        ("grey", "auto", ("grey", 0.0)),
        ("edges", "auto", ("edges", 0.1)),
        ("edges", 0.3, ("edges", 0.3)),
        ("small", "auto", ("small", 4.0)),
        ("small", 8, ("small", 8.0)),
        ("masked", 0.25, ("masked", 0.25)),
    ],
)
def test_a_strength_goes_with_what_makes_the_source(source, strength, derivation):
    assert section("mnist", source=source, source_strength=strength).derivation == derivation


@pytest.mark.parametrize(
    ("source", "strength", "allowed"),
    [("none", 2, "auto"), ("grey", 0.5, "auto"), ("small", 3, "auto, 2, 4 or 8"), ("edges", 2, "auto or a number")],
)
def test_other_strengths_are_refused(source, strength, allowed):
    expected = f"source_strength is {strength} while dataset.source is {source}; allowed is {allowed}"
    with pytest.raises(ValidationError, match=expected):
        section("mnist", source=source, source_strength=strength)


def test_stacked_digits_are_no_pictures_and_have_no_source():
    assert "source" not in type(section("stacked_mnist")).model_fields
    assert section("stacked_mnist").derivation is None


def test_runs_of_a_time_without_sources_compare_with_those_of_today():
    old = {"dataset.name": "mnist", "dataset.resolution": "native", "extractor.name": "classifier"}
    assert before_names(old) == before_names(old | {"dataset.source": "none", "dataset.source_strength": "auto"})
    pairs = old | {"dataset.name": "pairs", "dataset.layout": "auto"}
    assert before_names(pairs) == pairs


def test_the_stage_makes_the_sources(own_folder):
    from ganforge.datasets.source import source_of
    from ganforge.layout import PREPARED, RAW
    from ganforge.params import parse_params
    from pipeline.preprocess import main
    from tests.settings import default_settings

    values = default_settings()
    values["dataset"] |= {"source": "edges"}
    RAW.mkdir(parents=True)
    for name, content in source_of("digits").bundled_files().items():
        (RAW / name).write_bytes(content)
    main(parse_params(values, "here"))
    data = Prepared.load(Path(PREPARED))
    assert data.meta.columns["source"].about == {"derived": "edges", "strength": 0.1}
    assert np.array_equal(data.splits["test"].columns["source"], derive(data.splits["test"].signal, "edges", 0.1))
