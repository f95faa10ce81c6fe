"""Another signal."""

import re

import numpy as np
import pytest
import torch

from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.signals.image import ImageSignal

SOURCE = Source(ImageSignal((1, 2, 3)))
POOL = np.arange(40 * 6, dtype=np.uint8).reshape(40, 1, 2, 3)


def test_sources_are_rows_of_the_pool():
    drawn = SOURCE.draw(0, 25, {"source": POOL, "signal": POOL[:3]})["source"]
    assert drawn.shape == (25, 1, 2, 3)
    assert drawn.dtype == np.uint8
    rows = [next(number for number, row in enumerate(POOL) if np.array_equal(row, source)) for source in drawn]
    assert len(set(rows)) > 20


def test_a_whole_pool_is_drawn_in_its_order_so_that_samples_stand_beside_their_partners():
    assert np.array_equal(SOURCE.draw(7, 40, {"source": POOL})["source"], POOL)


def test_without_a_pool_a_source_has_to_be_given():
    with pytest.raises(UserError, match="this generator needs a source for each sample, but none is given"):
        SOURCE.draw(0, 5)


def test_one_source_is_asked_of_all_samples_and_several_of_each():
    assert np.array_equal(SOURCE.parse(POOL[3], 2)["source"], POOL[[3, 3]])
    assert np.array_equal(SOURCE.parse(POOL[:5], 5)["source"], POOL[:5])
    assert SOURCE.parse(POOL[3], 0)["source"].shape == (0, 1, 2, 3)


ALLOWED = "allowed is uint8 of shape (1, 2, 3), or 4 of these."


@pytest.mark.parametrize(
    ("given", "was"),
    [
        (POOL[0].astype(float), "float64 of shape (1, 2, 3)"),
        (POOL[:3], "uint8 of shape (3, 1, 2, 3)"),
        (POOL[0, 0], "uint8 of shape (2, 3)"),
        ("edges.png", "<U9 of shape ()"),
        ([[1], [2, 3]], "object of shape ()"),
    ],
    ids=["floats", "too few", "an axis short", "a name", "ragged"],
)
def test_what_is_no_source_is_refused_in_a_sentence(given, was):
    with pytest.raises(UserError, match=re.escape(f"the source is {was}; {ALLOWED}")):
        SOURCE.parse(given, 4)


def test_networks_see_it_as_they_see_signals():
    seen = SOURCE.present({"source": torch.from_numpy(POOL)})["source"]
    assert torch.equal(seen, SOURCE.signal.to_network(torch.from_numpy(POOL)))
    assert SOURCE.signals == {"source": SOURCE.signal}


def test_it_says_what_it_is():
    assert SOURCE.summary() == "sources: images of 1 x 2 x 3"
