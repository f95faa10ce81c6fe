"""How fast a machine trains is measured with the very steps of the training."""

import time

import pytest
import torch

from ganforge.training.speed import images_per_second, noise
from tests.specs import plan


@pytest.mark.parametrize("classes", [0, 3])
def test_as_many_images_are_shown_as_were_counted(classes):
    settings = plan(train={"batch_size": 16})
    speed = images_per_second(settings, (3, 16, 16), classes, torch.device("cpu"), seconds=0.2)
    again = images_per_second(settings, (3, 16, 16), classes, torch.device("cpu"), seconds=0.2)
    assert 16 < speed < 10**6
    assert again == pytest.approx(speed, rel=3)


def test_it_takes_as_long_as_it_is_given():
    began = time.perf_counter()
    images_per_second(plan(), (1, 8, 8), 0, torch.device("cpu"), seconds=0.5)
    assert time.perf_counter() - began >= 0.5


def test_noise_is_described_as_prepared_data_are():
    data = noise((3, 9, 12), 4, 10)
    assert data.meta.shape == (3, 9, 12)
    assert data.meta.class_counts == (3, 3, 2, 2)
    assert data.splits["train"].signal.shape == (10, 3, 9, 12)
    assert noise((1, 8, 8), 0, 2).meta.classes == ()
