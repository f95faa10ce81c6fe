"""A class, by number or by name."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.conditions.labels import Labels
from ganforge.errors import UserError

LABELS = Labels(("zero", "one", "7"), (50, 30, 20))


def test_labels_are_as_frequent_as_in_the_training_data():
    counts = np.array([100, 300, 50, 50])
    drawn = Labels(tuple("abcd"), counts.tolist()).draw(0, 500)["labels"]
    assert drawn.dtype == np.int64
    assert np.abs(np.bincount(drawn, minlength=4) - counts).max() <= 3


def test_labels_that_no_item_has_are_never_drawn():
    assert set(Labels(tuple("abc"), (0, 5, 0)).draw(0, 500)["labels"]) == {1}


def test_labels_do_not_depend_on_how_many_are_drawn():
    labels = Labels(tuple("abc"), (5, 5, 9))
    assert np.array_equal(labels.draw(3, 70)["labels"], labels.draw(3, 200)["labels"][:70])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1, [1, 1, 1]),
        (np.int32(2), [2, 2, 2]),
        ("one", [1, 1, 1]),
        ("1", [1, 1, 1]),
        ("7", [2, 2, 2]),
        ([2, 0, 1], [2, 0, 1]),
        (np.array([2, 0, 1], np.uint8), [2, 0, 1]),
        (["7", "zero", "one"], [2, 0, 1]),
        (("one", 0, "2"), [1, 0, 2]),
    ],
    ids=str,
)
def test_a_number_or_a_name_is_asked_of_all_samples_and_a_list_of_each(given, expected):
    labels = LABELS.parse(given, 3)["labels"]
    assert labels.tolist() == expected
    assert labels.dtype == np.int64


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("two", "label is 'two'; allowed is one of zero, one, 7."),
        (["one", "two", 0], "label is 'two'; allowed is one of zero, one, 7."),
        (3, "label is 3; allowed is 0 to 2."),
        ("3", "label is 3; allowed is 0 to 2."),
        (-1, "label is -1; allowed is 0 to 2."),
        ([0, 1, 9], "label is [0, 1, 9]; allowed is 0 to 2."),
        ([0, 1], "label is [0, 1]; allowed is one label by number or name, or 3 numbers."),
        (1.5, "label is 1.5; allowed is one label by number or name, or 3 numbers."),
        (True, "label is True; allowed is one label by number or name, or 3 numbers."),
        ([[0], [1, 2], 0], "label is [[0], [1, 2], 0]; allowed is one label by number or name, or 3 numbers."),
    ],
    ids=str,
)
def test_what_is_no_label_is_refused_in_a_sentence(given, message):
    with pytest.raises(UserError, match=re.escape(message)):
        LABELS.parse(given, 3)


def test_each_class_can_be_asked_for_and_has_its_name():
    assert LABELS.examples(20) == [0, 1, 2]
    assert LABELS.examples(2) == [0, 1]
    assert LABELS.titles({"labels": np.array([2, 0])}) == ["7", "zero"]
    assert LABELS.summary() == "labels: zero, one, 7"


def test_the_score_is_that_of_the_claimed_label():
    scorer = LABELS.scorer(5, nn.Linear)
    features, labels = torch.randn(4, 5), torch.tensor([2, 0, 1, 2])
    expected = (scorer.scores.weight[labels] * features).sum(1) + scorer.scores.bias[labels]
    assert torch.allclose(scorer(features, {"labels": labels}), expected)


def test_each_class_has_a_vector_of_its_own():
    encoder, labels = LABELS.encoder(5), torch.tensor([2, 0, 1, 2])
    assert torch.equal(encoder({"labels": labels}), encoder.weight[labels])
