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
from ganforge.evaluation.alarms import alarms
from ganforge.evaluation.scores import Real, Samples, mode_scores, score
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor, untrained_classifier
from tests.features.extractors import trained


@pytest.fixture(scope="module")
def extractor(digits) -> Extractor:
    return trained(digits.splits["train"], 10)


@pytest.fixture(scope="module")
def real(digits, extractor) -> Real:
    train, test = digits.splits["train"], digits.splits["test"]
    return Real(train, test, extractor(train.images).values, extractor(test.images), train.labels, 10)


@pytest.fixture(scope="module")
def judge(extractor, real):
    def run(images, labels=None, neighbours=5):
        scores, _ = score(Samples(np.asarray(images), labels, 1), extractor(images), real, 0.99, neighbours)
        return scores

    return run


def some_of_each_class(split):
    """Every fourth image, which are by all the writers."""
    return np.concatenate([split.images[split.labels == digit][::4][:35] for digit in range(10)])


def blurred(images):
    """Every pixel the mean of itself and its neighbours."""
    padded = np.pad(images.astype(float), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :, :-2] + padded[:, :, 1:-1] + padded[:, :, 2:]) / 3
    return ((rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 3).round().astype(np.uint8)


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


def test_good_samples_raise_no_alarm(digits, judge):
    test = digits.splits["test"]
    assert alarms(judge(test.images, np.array(test.labels))) == []


def test_training_images_handed_in_as_samples_raise_the_alarm_although_their_distance_is_perfect(digits, judge):
    scores = judge(some_of_each_class(digits.splits["train"]))
    assert scores["quality"]["fd_ratio"] < 1
    assert scores["memorisation"]["auth_pct"] == 0
    assert scores["memorisation"]["copied_fraction"] == 1
    assert "100.0% of the samples are training images" in alarms(scores)[0]


def test_copies_with_a_little_noise_raise_the_alarm_too(digits, judge):
    copied = some_of_each_class(digits.splits["train"])
    changed = np.clip(copied + np.random.default_rng(0).integers(-8, 9, copied.shape), 0, 255).astype(np.uint8)
    scores = judge(changed)
    assert scores["memorisation"]["copied_fraction"] == 0
    assert "keep the distance from training images" in alarms(scores)[0]


def test_a_missing_class_is_seen(digits, judge):
    test = digits.splits["test"]
    kept = test.labels != 3
    scores = judge(np.concatenate([test.images[kept], test.images[kept]])[: len(test.images)])
    assert scores["quality"]["fd_ratio"] > 5
    assert scores["diversity"]["classes_found"] == 9
    assert scores["diversity"]["class_kl"] > 0.05
    assert "collapse: only 9 of 10 classes are among the samples" in alarms(scores)


def test_noise_is_seen(digits, judge):
    noise = np.random.default_rng(0).integers(0, 256, digits.splits["test"].images.shape, dtype=np.uint8)
    scores = judge(noise)
    assert scores["quality"]["fd_ratio"] > 20
    assert scores["quality"]["kid"] > 50 * abs(scores["quality"]["kid_floor"])
    assert scores["quality"]["precision"] < 0.5
    assert scores["quality"]["coverage"] < 0.2
    assert any("have a sample close by" in alarm for alarm in alarms(scores))


def test_blur_is_seen(digits, judge):
    sharp, soft = judge(digits.splits["test"].images), judge(blurred(digits.splits["test"].images))
    assert soft["quality"]["fd"] > 10 * sharp["quality"]["fd"]
    assert soft["quality"]["kid"] > sharp["quality"]["kid"] + 0.01
    assert soft["quality"]["fd_worst_class"] > 3 * sharp["quality"]["fd_worst_class"]
    assert soft["quality"]["coverage"] < 0.8


def test_a_hundred_repeated_images_are_seen(digits, judge):
    few = digits.splits["test"].images[:100]
    scores = judge(np.concatenate([few] * 4)[:355])
    assert scores["diversity"]["unique_fraction"] == pytest.approx(100 / 355)
    assert scores["quality"]["coverage"] < 0.9
    assert any("repeat another one" in alarm for alarm in alarms(scores))


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
    real = Real(train, test, extractor(train.images).values, extractor(test.images), train.labels, 1000, parts=3)

    def run(first, second):
        samples = Samples(
            np.concatenate([first.images, second.images]), np.concatenate([first.labels, second.labels]), 2
        )
        scores, _ = score(samples, extractor(samples.signals), real, 0.95, 5)
        return scores

    return run


def test_a_thousand_classes_have_scores_and_modes_are_those_of_the_first_seed(digits, judge_stacks):
    chance = np.random.default_rng(5)
    good = stack(digits.splits["test"], 2_000, chance)
    kept = digits.splits["test"].labels < 5
    poor = stack(Split(digits.splits["test"].images[kept], digits.splits["test"].labels[kept]), 2_000, chance)
    scores, collapsed = judge_stacks(good, poor), judge_stacks(poor, good)
    assert all(math.isfinite(value) for group in scores.values() for value in group.values())
    assert not [alarm for alarm in alarms(scores) if "classes" in alarm]
    assert scores["task"]["modes"] > 830  # of 865 that as many random stacks have
    assert 100 <= collapsed["task"]["modes"] < 250  # 125, and those taken for others
    assert collapsed["task"]["kl"] > scores["task"]["kl"] + 1
    assert scores["classifier"]["conditional_accuracy"] > 0.9


def test_data_of_one_part_have_no_modes(digits, judge):
    assert "task" not in judge(digits.splits["test"].images)


@pytest.fixture(scope="module")
def judge_unlabelled(digits):
    """Scores of the same images as if nobody had labelled them."""
    train, test = (Split(digits.splits[name].images, None) for name in ("train", "test"))
    clusters = Clusters.fit(train.images, 0)
    classifier = untrained_classifier(train.images, 0, torch.device("cpu"))
    extractor = Extractor.scaled_to(classifier, train.images, torch.device("cpu"), clusters=clusters)
    real = Real(train, test, extractor(train.images).values, extractor(test.images), clusters(train.images), 0)

    def run(images):
        scores, _ = score(Samples(np.asarray(images), None, 1), extractor(images), real, None, 5)
        return scores

    return run


def test_without_labels_what_makes_no_sense_is_left_out(digits, judge_unlabelled):
    scores = judge_unlabelled(digits.splits["test"].images)
    json.dumps(scores, allow_nan=False)
    assert set(scores) == {"n", "quality", "diversity", "memorisation"}
    assert set(scores["diversity"]) == {"cluster_js", "cluster_js_real", "unique_fraction", "unique_fraction_real"}
    assert "fd_worst_class" not in scores["quality"]
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    assert scores["diversity"]["cluster_js"] == scores["diversity"]["cluster_js_real"]
    assert alarms(scores) == []


def test_without_labels_noise_and_a_missing_kind_of_image_are_seen(digits, judge_unlabelled):
    test = digits.splits["test"]
    kept = test.images[np.isin(test.labels, [2, 3, 5, 7, 8, 9])]
    lacking = judge_unlabelled(np.concatenate([kept, kept])[: len(test.images)])
    assert lacking["diversity"]["cluster_js"] > 3 * lacking["diversity"]["cluster_js_real"]
    assert any("groups of similar images" in alarm for alarm in alarms(lacking))
    noise = np.random.default_rng(0).integers(0, 256, test.images.shape, dtype=np.uint8)
    assert judge_unlabelled(noise)["quality"]["fd_ratio"] > 20


def test_an_unlabelled_extractor_survives_saving(digits, tmp_path):
    images = digits.splits["train"].images
    classifier = untrained_classifier(images, 3, torch.device("cpu"))
    extractor = Extractor.scaled_to(classifier, images, torch.device("cpu"), clusters=Clusters.fit(images, 3))
    extractor.save(tmp_path, (1, 8, 8), 0, None)
    loaded = Extractor.load(tmp_path, torch.device("cpu"))(images)
    assert np.array_equal(loaded.values, extractor(images).values)
    assert np.array_equal(loaded.labels, extractor(images).labels)
