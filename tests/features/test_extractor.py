"""The feature extractor, above all on items of several parts."""

import json

import numpy as np
import pytest
import torch

from ganforge.datasets.source import Split
from ganforge.datasets.stacked_mnist import stack
from ganforge.features.extractor import (
    Extractor,
    join_labels,
    part_classifier,
    read_config,
    separate,
    separate_labels,
)
from tests.features.extractors import trained

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def stacks(digits) -> Split:
    return stack(digits.splits["test"], 700, np.random.default_rng(1))


@pytest.fixture(scope="module")
def extractor(digits) -> Extractor:
    """Trained on stacks of three digits of 8x8 pixels."""
    train = stack(digits.splits["train"], 3000, np.random.default_rng(0))
    return trained(train, 1000, parts=3)


def test_labels_are_taken_apart_like_the_digits_of_a_number():
    labels = np.array([0, 7, 42, 999, 123])
    parted = separate_labels(labels, 10, 3)
    assert parted.reshape(-1, 3).tolist() == [[0, 0, 0], [0, 0, 7], [0, 4, 2], [9, 9, 9], [1, 2, 3]]
    assert join_labels(parted, 10, 3).tolist() == labels.tolist()
    assert separate_labels(labels, 1000, 1).tolist() == labels.tolist()


def test_an_item_is_taken_apart_channel_by_channel():
    items = np.arange(2 * 6 * 4 * 5).reshape(2, 6, 4, 5)
    parts = separate(items, 3)
    assert parts.shape == (6, 2, 4, 5)
    assert np.array_equal(parts[4], items[1, 2:4])


def test_a_thousand_classes_are_told_by_a_classifier_of_ten(extractor, stacks):
    assert extractor.classifier.classes == 10
    assert np.mean(extractor(stacks.images).labels == stacks.labels) > 0.9


def test_features_of_an_item_are_those_of_its_parts_side_by_side(extractor, stacks):
    features = extractor(stacks.images).values
    assert features.shape == (700, 384)
    alone = Extractor(extractor.classifier, extractor.scale, CPU)
    for part in range(3):
        expected = alone(stacks.images[:, part : part + 1]).values
        assert np.allclose(features[:, 128 * part : 128 * (part + 1)], expected, atol=1e-5)


def test_its_parts_survive_saving(extractor, stacks, tmp_path):
    extractor.save(tmp_path, (3, 8, 8), 1000, 0.9)
    assert json.loads((tmp_path / "config.json").read_text()) == read_config(tmp_path)
    assert read_config(tmp_path) | {"scale": 1} == {
        "shape": [3, 8, 8],
        "classes": 1000,
        "parts": 3,
        "scale": 1,
        "accuracy": 0.9,
    }
    loaded, before = Extractor.load(tmp_path, CPU)(stacks.images), extractor(stacks.images)
    assert np.array_equal(loaded.values, before.values)
    assert np.array_equal(loaded.labels, before.labels)


def test_parts_that_do_not_fit_the_data_are_refused():
    with pytest.raises(ValueError, match="10 classes and 3 channels are not those of 3 equal parts"):
        part_classifier((3, 8, 8), 10, 3)
    with pytest.raises(ValueError, match="1 channels"):
        part_classifier((1, 8, 8), 1000, 3)
