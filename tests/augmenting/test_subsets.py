"""Few images of each class."""

import numpy as np
import pytest

from ganforge.augmenting.subsets import draw_subsets, possible
from ganforge.prepared.columns import Split

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(3), [40, 60, 50]))
ALL = Split.of(np.arange(150, dtype=np.uint8).reshape(150, 1, 1, 1), LABELS)


def numbers(split):
    return set(split.signal.ravel().tolist())


@pytest.mark.parametrize("seed", [0, 1])
def test_both_parts_have_as_many_of_each_class_and_share_no_image(seed):
    learnt, validated = draw_subsets(ALL, 10, 20, seed)
    assert np.bincount(learnt.labels).tolist() == [10] * 3
    assert np.bincount(validated.labels).tolist() == [20] * 3
    assert len(numbers(learnt)) == 30 and not numbers(learnt) & numbers(validated)
    for part in (learnt, validated):
        assert (LABELS[part.signal.ravel()] == part.labels).all(), "labels stay with their images"


def test_the_images_to_choose_by_do_not_depend_on_how_many_are_learnt_from_and_small_subsets_lie_in_larger_ones():
    few, chosen_by = draw_subsets(ALL, 5, 20, 0)
    many, also_chosen_by = draw_subsets(ALL, 20, 20, 0)
    assert numbers(few) < numbers(many)
    assert numbers(chosen_by) == numbers(also_chosen_by)


def test_another_seed_draws_others():
    assert numbers(draw_subsets(ALL, 10, 20, 0)[0]) != numbers(draw_subsets(ALL, 10, 20, 1)[0])


def test_only_what_the_smallest_class_has_room_for_is_possible():
    assert possible((40, 60, 50), [10, 20, 21, 100], 20) == [10, 20]
