"""Points in the plane: they lie where their shape says."""

import math

import numpy as np
import pytest
import torch

from ganforge.datasets.points import SHAPES, draw
from ganforge.evaluation.registry import SCORES
from ganforge.evaluation.scores.points import GoodPoints, _scores
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of
from ganforge.signals.points import PointSignal
from tests.datasets.sections import section, source


@pytest.mark.parametrize("shape", SHAPES)
def test_points_spread_around_their_centres_alone(shape):
    points, labels = draw(shape, 20_000, np.random.default_rng(0))
    centres, spread = SHAPES[shape]()
    away = points - centres[labels]
    assert away.std() == pytest.approx(spread, rel=0.02)
    assert np.abs(points).max() < 1.1
    assert set(labels) == set(range(len(centres)))


def test_centres_of_the_spiral_are_equally_far_from_each_other():
    centres, _ = SHAPES["spiral"]()
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert steps.min() > 0.9 * steps.max()


def test_prepared_points_know_their_modes(tmp_path):
    settings = section("points", shape="grid", labels="use")
    source("points").prepare(tmp_path, tmp_path / "prepared", settings, lambda done, total: None)
    prepared = Prepared.load(tmp_path / "prepared")
    assert len(signal_of(prepared.meta.columns["signal"]).about["modes"]) == 25
    assert prepared.splits["train"].signal.shape == (20_000, 2)


def test_modes_and_good_points_are_counted():
    signal = PointSignal((2,), {"modes": [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], "spread": 0.1})
    points = np.array([[0.0, 0.29], [0.05, 0.0], [0.0, 0.31], [1.2, 0.2]], np.float32)
    assert _scores(signal, points) == {"modes_found": 2, "good": 0.75}
    assert any(isinstance(score, GoodPoints) for score in SCORES)


@pytest.mark.parametrize("shape", SHAPES)
def test_missing_modes_and_points_elsewhere_are_punished(shape):
    centres, spread = SHAPES[shape]()
    signal = PointSignal((2,), {"modes": centres, "spread": spread})
    points, labels = draw(shape, 5_000, np.random.default_rng(2))
    real = _scores(signal, points)
    assert real["modes_found"] == len(centres)
    assert real["good"] == pytest.approx(1 - math.exp(-4.5), abs=0.01)  # a Gaussian within three deviations
    assert _scores(signal, points[labels != 3])["modes_found"] == len(centres) - 1
    assert _scores(signal, points[labels % 2 == 0])["modes_found"] == math.ceil(len(centres) / 2)
    bridges = np.concatenate([points, (points[:-1] + points[1:]) / 2])
    assert _scores(signal, bridges)["good"] < 0.9 * real["good"]


def test_features_tell_points_outside_of_the_plane():
    signal = PointSignal((2,), {"modes": [], "spread": 0.1})
    points = torch.from_numpy(draw("ring", 500, np.random.default_rng(0))[0])
    features = signal.for_features(points)
    assert features.shape == (500, *signal.view_shape)
    for shift in ((2.0, 0.0), (0.0, -2.0), (8.0, 0.0)):
        assert (signal.for_features(points + torch.tensor(shift)) - features).abs().amax(1).min() > 0.5, shift


def test_a_point_survives_its_file():
    signal = PointSignal((2,), {"modes": [], "spread": 0.1})
    point = np.array([0.125, -3.5], np.float32)
    assert (signal.decode(signal.encode(point)) == point).all()


def test_a_picture_has_ink_where_points_are(tmp_path):
    signal = PointSignal((2,), {"modes": [], "spread": 0.1})
    picture = signal.picture(np.array([1.25, 1.25], np.float32))
    assert picture.shape == (3, 64, 64)
    assert (picture[:, 0, -1] < 255).any()
    assert (picture[:, 32:, :32] == 255).all()
