"""Batches of real and generated images."""

import numpy as np
import pytest
import torch

from ganforge.augmenting.mixture import Mixture, shuffled
from ganforge.augmenting.settings import ClassicSettings
from ganforge.prepared.columns import Split

REAL = Split.of(np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1), np.arange(10) % 2)
GENERATED = Split.of(np.arange(100, 150, dtype=np.uint8).reshape(50, 1, 1, 1), np.full(50, 7))
CLASSIC = ClassicSettings(rotation=10.0, translation=0.1, scale=0.1, mirror=True)
CPU = torch.device("cpu")


@pytest.mark.parametrize(("share", "generated"), [(0.25, 8), (0.5, 16), (0.9, 29)])
def test_a_batch_has_the_share_of_generated_images_that_was_asked_for(share, generated):
    batch = Mixture(REAL, GENERATED, share, None, 32, 0, CPU)[3]
    images, labels = batch["signal"], batch["labels"]
    assert len(images) == len(labels) == 32
    assert int((images >= 100).sum()) == generated == int((labels == 7).sum())


def test_real_images_alone_are_all_of_a_batch_and_each_is_shown_as_often_as_the_others():
    mixture = Mixture(REAL, None, 0.0, None, 32, 0, CPU)
    shown = torch.cat([mixture[step]["signal"].flatten() for step in range(5)])
    assert torch.bincount(shown.int()).tolist() == [16] * 10


def test_a_batch_depends_on_seed_and_step_alone():
    mixture = Mixture(REAL, GENERATED, 0.5, CLASSIC, 32, 0, CPU)
    later, earlier = mixture[4], mixture[1]
    again = Mixture(REAL, GENERATED, 0.5, CLASSIC, 32, 0, CPU)
    for name in ("signal", "labels"):
        assert torch.equal(again[1][name], earlier[name]) and torch.equal(again[4][name], later[name])
    assert not torch.equal(Mixture(REAL, GENERATED, 0.5, CLASSIC, 32, 1, CPU)[1]["signal"], earlier["signal"])


def test_stretches_of_the_endless_sequence_fit_together():
    whole = shuffled(7, 0, 50, seed=3)
    assert np.concatenate([shuffled(7, start, 5, seed=3) for start in range(0, 50, 5)]).tolist() == whole.tolist()
    assert all(sorted(whole[start : start + 7].tolist()) == list(range(7)) for start in range(0, 49, 7))
    assert len(shuffled(7, 30, 0, seed=3)) == 0
