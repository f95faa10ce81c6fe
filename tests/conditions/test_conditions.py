"""What every condition is asked for by data, by users and by networks."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.conditions import CONDITIONS, Unconditional, condition_in, condition_of
from ganforge.conditions.captions import Captions
from ganforge.conditions.condition import chosen_rows, spread
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.conditions.styled import StyledSource
from ganforge.errors import UserError
from ganforge.networks.equalised import EqualisedLinear
from ganforge.prepared.columns import Column
from ganforge.prepared.meta import Meta
from ganforge.signals.image import ImageSignal

VOCABULARY = ("", "red", "green", "dot", "line")
EVERY = {
    "none": Unconditional(),
    "labels": Labels(("zero", "one", "two"), (50, 30, 20)),
    "source": Source(ImageSignal((1, 4, 4)), unpaired=True),
    "styled_source": StyledSource(ImageSignal((1, 4, 4)), Labels(["ink", "oil"], [30, 10])),
    "captions": Captions(VOCABULARY, 4),
}
ENCODING = ("labels", "captions")
POOL = {
    "source": np.arange(60 * 16, dtype=np.uint16).astype(np.uint8).reshape(60, 1, 4, 4),
    "tokens": np.stack([np.arange(60) % 5, *[np.zeros(60)] * 3], axis=1).astype(np.int32),
}


@pytest.fixture(params=CONDITIONS)
def condition(request):
    return EVERY[request.param]


def tensors(condition, count, seed=0):
    """Conditions as networks are given them."""
    drawn = condition.draw(seed, count, POOL)
    return condition.present({name: torch.from_numpy(column) for name, column in drawn.items()})


def test_it_is_made_again_of_its_description(condition):
    again = condition_of(json.loads(json.dumps(condition.describe())))
    assert type(again) is type(condition)
    assert again == condition
    assert hash(again) == hash(condition)
    assert again.describe() == condition.describe()
    assert all(condition != other for name, other in EVERY.items() if name != condition.kind)


def test_what_is_drawn_are_its_columns(condition):
    drawn = condition.draw(0, 7, POOL)
    assert tuple(drawn) == condition.columns
    assert all(len(column) == 7 for column in drawn.values())


def test_row_i_of_what_is_drawn_depends_on_the_seed_and_i_alone(condition):
    many, few = condition.draw(3, 50, POOL), condition.draw(3, 20, POOL)
    other = condition.draw(4, 50, POOL)
    assert all(np.array_equal(few[name], column[:20]) for name, column in many.items())
    differs = any(not np.array_equal(other[name], column) for name, column in many.items())
    assert differs == (condition.kind in ENCODING)  # of a source several draws are compared


def test_what_was_drawn_can_be_asked_for_and_what_is_not_given_is_drawn(condition):
    drawn = condition.draw(0, 6, POOL)
    for name, column in condition.ask(None, 0, 6, POOL).items():
        assert np.array_equal(column, drawn[name])
    given = (
        {"source": drawn["source"], "style": drawn["labels"]} if len(drawn) > 1 else next(iter(drawn.values()), None)
    )
    parsed = condition.ask(given, 1, 6)
    for name, column in drawn.items():
        assert np.array_equal(parsed[name], column)
        assert parsed[name].dtype == column.dtype


def test_people_are_told_what_can_be_asked_for(condition):
    assert condition.summary()
    drawn = condition.draw(0, 6, POOL)
    titles = condition.titles(drawn)
    assert titles is None or len(titles) == 6
    examples = condition.examples(2)
    assert len(examples) <= 2
    if examples:
        assert all(len(column) == len(examples) for column in condition.parse(examples, len(examples)).values())


def test_an_encoder_makes_a_vector_that_depends_on_the_condition(condition):
    torch.manual_seed(0)
    encoder = condition.encoder(6)
    assert condition.encodes == (encoder is not None) == (condition.kind in ENCODING)
    if encoder is not None:
        vectors = encoder(tensors(condition, 8))
        assert vectors.shape == (8, 6)
        assert len(vectors.unique(dim=0)) > 1
        vectors.sum().backward()
        assert all(parameter.grad is not None for parameter in encoder.parameters())


@pytest.mark.parametrize("linear", [nn.Linear, EqualisedLinear])
def test_a_scorer_gives_each_sample_a_score(condition, linear):
    torch.manual_seed(0)
    scorer, features = condition.scorer(6, linear), torch.randn(8, 6)
    asked = tensors(condition, 8)
    scores = scorer(features, asked)
    assert scores.shape == (8,)
    assert not torch.equal(scorer(-features, asked), scores)
    changed = {name: column.roll(1, 0) for name, column in asked.items()}
    assert torch.equal(scorer(features, changed), scores) == (condition.kind not in ENCODING)
    alone = torch.cat([scorer(features[[row]], {name: asked[name][[row]] for name in asked}) for row in range(8)])
    assert torch.allclose(alone, scores, atol=1e-6)


@pytest.mark.parametrize("columns", [(), ("labels",), ("tokens", "labels"), ("source", "tokens", "labels")])
def test_data_offer_a_source_before_a_caption_before_a_label(columns):
    count = {"train": 3, "test": 2}
    offered = {
        "labels": Column("labels", "int64", (), count, {"names": ["a", "b"], "counts": [1, 2]}),
        "tokens": Column("tokens", "int32", (5,), count, {"vocabulary": list(VOCABULARY)}),
        "source": Column("image", "uint8", (1, 4, 4), count, {}),
    }
    signal = {"signal": Column("image", "uint8", (3, 8, 8), count)}
    meta = Meta("toys", "nowhere", signal | {name: offered[name] for name in columns}, "")
    expected = {
        "labels": Labels(("a", "b"), (1, 2)),
        "tokens": Captions(VOCABULARY, 5),
        "source": Source(ImageSignal((1, 4, 4))),
    }
    assert condition_in(meta) == (expected[columns[0]] if columns else Unconditional())


def test_sources_without_partners_are_known_for_it():
    count = {"train": 3, "test": 2}
    columns = {
        "signal": Column("image", "uint8", (3, 8, 8), count),
        "source": Column("image", "uint8", (1, 4, 4), count, {"unpaired": True}),
    }
    assert condition_in(Meta("toys", "nowhere", columns, "")).unpaired


def test_nothing_can_be_asked_of_what_has_no_condition():
    with pytest.raises(UserError, match="the condition is 3, but this generator was trained without a condition"):
        Unconditional().parse(3, 1)


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_places_are_spread_evenly(count):
    places = np.sort(spread(0, count))
    assert places[0] >= 0 and places[-1] < 1
    assert np.diff(places).max() < 3 / count


def test_as_many_rows_as_there_are_come_all_and_in_their_order():
    assert np.array_equal(chosen_rows(5, 9, 9), np.arange(9))
    fewer = chosen_rows(5, 30, 9)
    assert np.bincount(fewer, minlength=9).min() >= 2
    assert fewer.max() == 8
