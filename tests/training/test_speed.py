"""How fast a machine trains is measured with the very steps of the training."""

import time

import numpy as np
import pytest
import torch

from ganforge.prepared.columns import Kind
from ganforge.training.game import Game
from ganforge.training.speed import TURN, WARM_UP, images_per_second, noise
from tests.specs import plan


@pytest.mark.parametrize("classes", [0, 3])
def test_the_speed_is_that_of_the_steps_that_were_played(monkeypatch, classes):
    """A clock that ticks a second at every step after the first ones: sixteen images a second."""
    played, play = [0], Game.advance

    def advance(game):
        played[0] += 1
        return play(game)

    monkeypatch.setattr(Game, "advance", advance)
    monkeypatch.setattr(time, "perf_counter", lambda: float(played[0]))
    settings = plan(train={"batch_size": 16})
    speed = images_per_second(settings, (3, 16, 16), classes, torch.device("cpu"), seconds=3 * TURN)
    assert played[0] == WARM_UP + 3 * TURN
    assert speed == 16


def test_it_takes_as_long_as_it_is_given():
    began = time.perf_counter()
    images_per_second(plan(), (1, 8, 8), 0, torch.device("cpu"), seconds=0.5)
    assert time.perf_counter() - began >= 0.5


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (
            Kind("spectrogram", {"rate": 8000, "samples": 512, "fft": 64, "loudest": [0.0] * 32, "rounds": 1}),
            (1, 32, 16),
        ),
        (Kind("music", {"lowest": 0, "pitches": 12, "step_difference": 0.1}), (2, 16)),
    ],
    ids=["spectrogram", "music"],
)
def test_sounds_and_music_are_measured_as_they_are_trained(kind, shape):
    assert images_per_second(plan(), shape, 2, torch.device("cpu"), seconds=0.1, kind=kind) > 0
    made = noise(shape, 2, 6, kind).splits["train"].signal
    assert made.shape == (6, *shape)
    assert len(np.unique(made)) > 5


def test_noise_is_described_as_prepared_data_are():
    data = noise((3, 9, 12), 4, 10)
    assert data.meta.shape == (3, 9, 12)
    assert data.meta.class_counts == (3, 3, 2, 2)
    assert data.splits["train"].signal.shape == (10, 3, 9, 12)
    assert noise((1, 8, 8), 0, 2).meta.classes == ()
