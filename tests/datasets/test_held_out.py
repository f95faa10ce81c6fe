"""Training images that are kept back, to choose settings by without a look at the test images."""

import numpy as np
import pytest

from ganforge.datasets.held_out import every_kth_of_each_class, hold_out_validation
from ganforge.prepared.columns import Split


def numbered(labels: np.ndarray, first: int = 0) -> Split:
    """Images that say which they are."""
    numbers = np.arange(first, first + len(labels), dtype=np.uint16)
    return Split.of(numbers.view(np.uint8).reshape(-1, 1, 1, 2), labels)


def numbers(split: Split) -> list[int]:
    return split.signal.reshape(-1, 2).copy().view(np.uint16)[:, 0].tolist()


@pytest.fixture
def splits() -> dict[str, Split]:
    """12,000 training and 1,500 test images of three unequal classes."""
    random = np.random.default_rng(0)
    return {
        "train": numbered(random.choice(3, 12_000, p=[0.1, 0.3, 0.6])),
        "test": numbered(random.choice(3, 1_500), first=12_000),
    }


def test_positions_are_counted_within_the_class():
    labels = np.array([5, 5, 9, 5, 9, 5, 9, 9])
    assert np.flatnonzero(every_kth_of_each_class(labels, 2)).tolist() == [1, 4, 5, 7]


def test_training_images_stand_for_the_test_images_and_are_not_trained_on(splits):
    held = hold_out_validation(splits)
    assert sorted(numbers(held["train"]) + numbers(held["test"])) == list(range(12_000))
    labels = splits["train"].labels
    assert all(np.array_equal(split.labels, labels[numbers(split)]) for split in held.values())


def test_they_are_as_many_as_the_test_images_and_of_all_classes_alike(splits):
    held = hold_out_validation(splits)["test"]
    assert len(held.labels) == pytest.approx(1_500, abs=3)
    shares = np.bincount(held.labels) / np.bincount(splits["train"].labels)
    assert shares == pytest.approx([1 / 8] * 3, rel=0.01)


def test_they_are_at_most_a_fifth(splits):
    many = hold_out_validation(splits | {"test": splits["train"]})
    assert len(many["test"].labels) == pytest.approx(12_000 / 5, abs=3)
    assert len(many["test"].labels) <= 12_000 / 5


def test_data_without_classes_are_held_out_by_position(splits):
    held = hold_out_validation({name: split.without("labels") for name, split in splits.items()})
    assert numbers(held["test"]) == list(range(7, 12_000, 8))
    assert held["test"].labels is None


def test_sources_without_partners_are_held_out_by_their_own_numbers(splits):
    sources = {"train": np.arange(50), "test": np.arange(50, 55)}
    both = {name: split.with_columns(source=sources[name]) for name, split in splits.items()}
    held = hold_out_validation(both, {"source"})
    assert held["test"].columns["source"].tolist() == [9, 19, 29, 39, 49]
    assert numbers(held["test"]) == numbers(hold_out_validation(splits)["test"])


def test_the_test_images_change_nothing_but_how_many_they_are(splits):
    other = Split.of(splits["test"].signal[::-1], splits["test"].labels[::-1])
    one, two = hold_out_validation(splits), hold_out_validation(splits | {"test": other})
    assert numbers(one["test"]) == numbers(two["test"])
