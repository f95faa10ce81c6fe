"""What the scores say of samples that are known to be good, or bad in a known way."""

import json
import math

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.evaluation.extractor import Extractor, train_extractor
from ganforge.evaluation.scores import Samples, score


@pytest.fixture(scope="module")
def extractor(digits) -> Extractor:
    return train_extractor(digits.splits["train"], 10, 15_000, 0, torch.device("cpu"), lambda _: None)


@pytest.fixture(scope="module")
def judge(digits, extractor):
    train, test = digits.splits["train"], digits.splits["test"]
    features = extractor(train.images).values, extractor(test.images).values

    def run(images, labels=None, neighbours=5):
        samples = Samples(np.asarray(images), labels, 1)
        return score(samples, extractor(images), *features, np.array(digits.meta.class_counts), 0.99, neighbours)

    return run


def test_the_extractor_knows_the_digits(digits, extractor):
    test = digits.splits["test"]
    assert np.mean(extractor(test.images).labels == test.labels) > 0.97


def test_its_features_have_unit_scale_and_survive_saving(digits, extractor, tmp_path):
    images = digits.splits["train"].images
    features = extractor(images)
    assert np.sqrt(np.mean(features.values**2)) == pytest.approx(1, rel=1e-4)
    extractor.save(tmp_path, (1, 8, 8), 10, 0.5)
    loaded = Extractor.load(tmp_path, torch.device("cpu"))(images)
    assert np.array_equal(loaded.values, features.values)


def test_real_test_images_score_as_their_own_floor(digits, judge):
    test = digits.splits["test"]
    scores = judge(test.images, np.array(test.labels))
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    assert scores["quality"]["precision"] == 1
    assert scores["quality"]["coverage"] == 1
    assert scores["diversity"]["classes_found"] == 10
    assert scores["classifier"]["conditional_accuracy"] > 0.97


def test_every_score_is_a_finite_number(digits, judge):
    scores = judge(digits.splits["test"].images)
    assert "conditional_accuracy" not in scores["classifier"]
    json.dumps(scores, allow_nan=False)
    assert all(math.isfinite(value) for group in scores.values() for value in group.values())


def test_a_missing_class_is_seen(digits, judge):
    test = digits.splits["test"]
    kept = test.labels != 3
    scores = judge(np.concatenate([test.images[kept], test.images[kept]])[: len(test.images)])
    assert scores["quality"]["fd_ratio"] > 5
    assert scores["diversity"]["classes_found"] == 9
    assert scores["diversity"]["class_kl"] > 0.05


def test_noise_is_seen(digits, judge):
    noise = np.random.default_rng(0).integers(0, 256, digits.splits["test"].images.shape, dtype=np.uint8)
    scores = judge(noise)
    assert scores["quality"]["fd_ratio"] > 20
    assert scores["quality"]["precision"] < 0.5
    assert scores["quality"]["coverage"] < 0.2


def test_repeated_samples_are_seen(digits, judge):
    few = digits.splits["test"].images[:20]
    scores = judge(np.concatenate([few] * 18)[:355])
    assert scores["diversity"]["unique_fraction"] < 0.1
    assert scores["quality"]["coverage"] < 0.5


def test_too_few_samples_are_refused(digits, judge):
    with pytest.raises(UserError, match=r"evaluation\.neighbours is 5, but only 4 samples"):
        judge(digits.splits["test"].images[:4])
