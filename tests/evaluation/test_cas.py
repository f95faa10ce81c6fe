"""The classification accuracy score: what a classifier can learn from samples."""

import numpy as np
import pytest

from ganforge.evaluation.cas import classification_accuracy_score
from ganforge.prepared.columns import Split
from ganforge.signals.image import StackedImageSignal
from tests.evaluation.judging import CPU, DIGIT, of_classes, stack

IMAGES = 8000


@pytest.fixture(scope="module")
def accuracy(digits):
    def run(samples, test=digits.splits["test"], classes=10, signal=DIGIT):
        return classification_accuracy_score(samples, test, classes, IMAGES, 0, CPU, signal)

    return run


def test_real_images_teach_the_classes_and_the_same_seed_gives_the_same_score(digits, accuracy):
    train = digits.splits["train"]
    score = accuracy(train)
    assert score > 0.95
    assert accuracy(train) == score


def test_samples_that_do_not_obey_their_label_teach_wrongly(digits, accuracy):
    train = digits.splits["train"]
    assert accuracy(Split.of(train.signal, (train.labels + 1) % 10)) < 0.05


def test_classes_without_samples_cannot_be_learnt(digits, accuracy):
    score = accuracy(of_classes(digits.splits["train"], range(6)))
    assert score == pytest.approx(np.mean(digits.splits["test"].labels < 6), abs=0.03)


def test_signals_of_several_views_teach_these_one_by_one(digits, accuracy):
    train, test = (
        stack(digits.splits[name], 500, np.random.default_rng(seed)) for seed, name in enumerate(("train", "test"))
    )
    assert accuracy(train, test, 1000, StackedImageSignal((3, 8, 8))) > 0.85
