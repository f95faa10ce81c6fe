"""Copies are recognised among samples that are merely good."""

import numpy as np

from ganforge.evaluation.memorisation import authentic, nearest_training
from ganforge.evaluation.pictures import nearest_by_value
from ganforge.signals.image import ImageSignal


def test_a_point_is_authentic_if_it_is_farther_away_than_the_next_training_point():
    train = np.array([[0.0, 0], [1, 0], [10, 0]], dtype=np.float32)
    points = np.array([[0.4, 0], [-2, 0], [10, 5], [10, 9.5], [1, 0]], dtype=np.float32)
    assert authentic(points, train).tolist() == [False, True, False, True, False]


def test_copies_are_not_authentic_and_new_draws_are_about_half_the_time():
    random = np.random.default_rng(0)
    train, new = (random.normal(size=(500, 5)).astype(np.float32) for _ in range(2))
    assert authentic(train[:100], train).mean() == 0
    assert 0.35 < authentic(new, train).mean() < 0.65


def test_nearest_neighbours_are_those_by_features_and_by_value():
    random = np.random.default_rng(0)
    train = random.integers(0, 256, (9000, 1, 4, 4), dtype=np.uint8)
    shown = np.clip(train[[3, 8999, 4096]].astype(int) + 1, 0, 255).astype(np.uint8)
    assert nearest_by_value(shown, train, ImageSignal((1, 4, 4))).tolist() == [3, 8999, 4096]
    features = train.reshape(len(train), -1).astype(np.float32)
    index, distance = nearest_training(shown.reshape(3, -1).astype(np.float32), features)
    assert index.tolist() == [3, 8999, 4096]
    assert (distance <= 4).all()
