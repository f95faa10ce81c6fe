"""Precision, recall, density and coverage against the published implementation."""

import numpy as np
import pytest
from prdc import compute_prdc

from ganforge.evaluation import neighbours
from ganforge.evaluation.manifold import manifold_scores


@pytest.mark.parametrize("block", [700, 20_000_000])
def test_manifold_scores_are_those_of_the_reference_implementation(monkeypatch, block):
    monkeypatch.setattr(neighbours, "BLOCK_ENTRIES", block)  # a block of one row, or of all
    random = np.random.default_rng(0)
    real = random.normal(size=(300, 6)).astype(np.float32)
    fake = random.normal(0.4, 0.9, size=(500, 6)).astype(np.float32)
    reference = compute_prdc(real, fake, 5)
    scores = manifold_scores(real, fake, 5)
    for name, value in reference.items():
        assert getattr(scores, name) == pytest.approx(float(value), abs=1e-6), name
