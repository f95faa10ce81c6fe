"""A source, and the style that it is to be drawn in."""

import numpy as np
import pytest
import torch

from ganforge.conditions import condition_in, condition_of
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.conditions.styled import StyledSource
from ganforge.errors import UserError
from ganforge.prepared.columns import Column
from ganforge.prepared.meta import Meta
from ganforge.signals.image import ImageSignal

STYLED = StyledSource(ImageSignal((1, 2, 3)), Labels(["ink", "oil"], [30, 10]))
POOL = {"source": np.arange(40 * 6, dtype=np.uint8).reshape(40, 1, 2, 3), "labels": np.zeros(7, np.int64)}


def test_it_is_found_in_data_whose_labels_are_styles_and_in_no_others():
    for about, kind in (({}, Source), ({"styles": True}, StyledSource)):
        columns = {
            "signal": Column("image", "uint8", (1, 2, 3), {"train": 40, "test": 8}),
            "source": Column("image", "uint8", (1, 2, 3), {"train": 50, "test": 9}, {"unpaired": True}),
            "labels": Column(
                "labels", "int64", (), {"train": 40, "test": 8}, {"names": ["ink", "oil"], "counts": [30, 10], **about}
            ),
        }
        assert type(condition_in(Meta("paintings", "nowhere", columns, ""))) is kind


def test_it_is_what_it_says_of_itself():
    again = condition_of(STYLED.describe())
    assert again == STYLED
    assert again.styles.names == ("ink", "oil")
    assert STYLED.summary() == "sources: images of 1 x 2 x 3, and styles: ink, oil"


def test_draws_of_a_source_have_its_style_whatever_the_seed():
    one, other = (STYLED.draw(seed, 40, POOL) for seed in (0, 5))
    assert np.array_equal(one["source"], POOL["source"])
    assert np.array_equal(one["labels"], other["labels"])
    assert np.bincount(one["labels"]).tolist() == [30, 10]  # as often as in the training data


def test_a_style_is_asked_for_by_name_or_number_or_all_come_by_turns():
    source = POOL["source"][3]
    assert STYLED.parse({"source": source, "style": "oil"}, 3)["labels"].tolist() == [1, 1, 1]
    assert STYLED.parse({"source": source, "style": [1, 0]}, 2)["labels"].tolist() == [1, 0]
    assert STYLED.parse(source, 5)["labels"].tolist() == [0, 1, 0, 1, 0]
    assert STYLED.parse(source, 8)["source"].shape == (8, 1, 2, 3)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"source": POOL["source"][0], "style": "chalk"}, "label is 'chalk'; allowed is one of ink, oil"),
        ({"source": POOL["source"][0]}, "the condition has source; it needs source, style"),
        ({"source": 3, "style": "ink"}, "the source is int64 of shape"),
    ],
)
def test_what_is_no_source_in_a_style_is_refused(given, sentence):
    with pytest.raises(UserError, match=sentence):
        STYLED.parse(given, 2)


def test_networks_see_sources_as_signals_and_styles_as_numbers():
    columns = {"source": torch.from_numpy(POOL["source"][:2]), "labels": torch.tensor([1, 0])}
    seen = STYLED.present(columns)
    assert torch.equal(seen["source"], STYLED.signal.to_network(columns["source"]))
    assert STYLED.groups(seen).tolist() == [1, 0]
    assert STYLED.group_count == 2
    assert STYLED.titles({"labels": np.array([1, 0])}) == ["oil", "ink"]
