"""The classification accuracy score: what a classifier can learn from samples."""

import numpy as np
import pytest
import torch

from ganforge.datasets.source import Split
from ganforge.datasets.stacked_mnist import stack
from ganforge.evaluation.cas import classification_accuracy_score

IMAGES = 8000


@pytest.fixture(scope="module")
def accuracy(digits):
    def run(images, labels, parts=1, test=digits.splits["test"]):
        samples = Split(images, labels)
        return classification_accuracy_score(samples, test, 10**parts, IMAGES, 0, torch.device("cpu"), parts)

    return run


def test_real_images_teach_the_classes_and_the_same_seed_gives_the_same_score(digits, accuracy):
    train = digits.splits["train"]
    score = accuracy(train.images, train.labels)
    assert score > 0.95
    assert accuracy(train.images, train.labels) == score


def test_samples_that_do_not_obey_their_label_teach_wrongly(digits, accuracy):
    train = digits.splits["train"]
    assert accuracy(train.images, (train.labels + 1) % 10) < 0.05


def test_classes_without_samples_cannot_be_learnt(digits, accuracy):
    train, test = digits.splits["train"], digits.splits["test"]
    kept = train.labels < 6
    score = accuracy(train.images[kept], train.labels[kept])
    assert score == pytest.approx(np.mean(test.labels < 6), abs=0.03)


def test_items_of_several_parts_teach_their_parts(digits, accuracy):
    train, test = (
        stack(digits.splits[name], 500, np.random.default_rng(seed)) for seed, name in enumerate(("train", "test"))
    )
    assert accuracy(train.images, train.labels, parts=3, test=test) > 0.85
