"""Scores of Inception features: what can be seen of them without its weights."""

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.evaluation.inception import inception_scores
from ganforge.evaluation.scores.inception import InceptionScores

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(0).integers(0, 256, (12, 1, 8, 8), dtype=np.uint8)


def test_other_signals_than_images_are_refused():
    with pytest.raises(UserError, match=r"not arrays of shape \(2, 8, 8\)"):
        inception_scores(np.zeros((4, 2, 8, 8), np.uint8), IMAGES, IMAGES, CPU)


def test_weights_that_cannot_be_had_end_in_a_sentence(monkeypatch, tmp_path):
    inception = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3", reason="needs torch-fidelity")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(inception, "URL_INCEPTION_V3", "http://127.0.0.1:1/weights.pth")
    with pytest.raises(UserError, match="the weights of Inception cannot be downloaded"):
        inception_scores(IMAGES, IMAGES, IMAGES, CPU)


@pytest.mark.long
def test_whatever_the_weights_equal_images_are_at_no_distance_and_others_are(monkeypatch):
    """The network as it was drawn: what it is fed and what is made of its features does not depend on the weights."""
    inception = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3", reason="needs torch-fidelity")
    monkeypatch.setattr(inception, "load_state_dict_from_url", lambda *_, **__: {})
    monkeypatch.setattr(inception.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
    scores = inception_scores(IMAGES, IMAGES, 255 - IMAGES // 2, CPU, rng_seed=0)
    explained = {key for meaning in InceptionScores.meanings for key in (meaning.key, meaning.real_key) if key}
    assert {f"inception.{name}" for name in scores} == explained
    assert abs(scores["fid"]) < 1e-3 * scores["fid_floor"]
    assert scores["precision"] == scores["recall"] == 1
