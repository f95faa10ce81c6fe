"""What the scores say of samples that are known to be good, or bad in a known way."""

import json
import math

import numpy as np
import pytest
import torch

from ganforge.datasets.source import Split
from ganforge.datasets.stacked_mnist import stack
from ganforge.errors import UserError
from ganforge.evaluation import scores as scores_module
from ganforge.evaluation.extractor import Extractor
from ganforge.evaluation.scores import Samples, mode_scores, score
from tests.evaluation.extractors import trained


@pytest.fixture(scope="module")
def extractor(digits) -> Extractor:
    return trained(digits.splits["train"], 10)


@pytest.fixture(scope="module")
def judge(digits, extractor):
    train, test = digits.splits["train"], digits.splits["test"]
    features = extractor(train.images).values, extractor(test.images)

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


def test_large_sets_are_compared_by_a_part_of_them(digits, judge, monkeypatch):
    monkeypatch.setattr(scores_module, "MOST_POOLED_ENTRIES", 200 * 128)
    test = digits.splits["test"]
    scores = judge(test.images)
    assert (scores["n"]["pooled"], scores["n"]["real"]) == (200, 355)
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    covered = 200 * scores["quality"]["coverage_real"]
    assert covered == pytest.approx(round(covered))  # of 200 real test images
    assert covered < 200


def test_modes_are_classes_that_any_sample_falls_into():
    scores = mode_scores(np.array([0, 0, 0, 2]), np.array([10, 10, 10, 10]))
    assert scores["modes"] == 2
    assert scores["kl"] == pytest.approx(0.75 * np.log(3) + 0.25 * np.log(1))


@pytest.fixture(scope="module")
def judge_stacks(digits):
    """Scores of two seeds of stacks of three digits, a thousand classes."""
    chance = np.random.default_rng(0)
    train, test = stack(digits.splits["train"], 15_000, chance), stack(digits.splits["test"], 2_000, chance)
    extractor = trained(train, 1000, parts=3)
    features = extractor(train.images).values, extractor(test.images)

    def run(first, second):
        samples = Samples(
            np.concatenate([first.images, second.images]), np.concatenate([first.labels, second.labels]), 2
        )
        counts = np.bincount(train.labels, minlength=1000)
        return score(samples, extractor(samples.signals), *features, counts, 0.95, 5, parts=3)

    return run


def test_a_thousand_classes_have_scores_and_modes_are_those_of_the_first_seed(digits, judge_stacks):
    chance = np.random.default_rng(5)
    good = stack(digits.splits["test"], 2_000, chance)
    kept = digits.splits["test"].labels < 5
    poor = stack(Split(digits.splits["test"].images[kept], digits.splits["test"].labels[kept]), 2_000, chance)
    scores, collapsed = judge_stacks(good, poor), judge_stacks(poor, good)
    assert all(math.isfinite(value) for group in scores.values() for value in group.values())
    assert scores["task"]["modes"] > 830  # of 865 that as many random stacks have
    assert 100 <= collapsed["task"]["modes"] < 250  # 125, and those taken for others
    assert collapsed["task"]["kl"] > scores["task"]["kl"] + 1
    assert scores["classifier"]["conditional_accuracy"] > 0.9


def test_data_of_one_part_have_no_modes(digits, judge):
    assert "task" not in judge(digits.splits["test"].images)
