"""A text of one length."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.conditions.captions import Captions
from ganforge.errors import UserError

CAPTIONS = Captions(("", "a", "red", "green", "dot", "don't"), 4)
POOL = np.random.default_rng(0).integers(0, 6, (40, 4), dtype=np.int32)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a red dot", [1, 2, 4, 0]),
        ("", [0, 0, 0, 0]),
        ("Dot, RED!", [4, 2, 0, 0]),
        ("don't a a a", [5, 1, 1, 1]),
    ],
)
def test_every_caption_has_the_same_length(text, tokens):
    assert CAPTIONS.tokens(text) == tokens
    parsed = CAPTIONS.parse(text, 3)["tokens"]
    assert parsed.tolist() == [tokens] * 3
    assert parsed.dtype == np.int32


def test_texts_and_tokens_are_asked_of_each_sample():
    assert CAPTIONS.parse(["a dot", "green"], 2)["tokens"].tolist() == [[1, 4, 0, 0], [3, 0, 0, 0]]
    assert np.array_equal(CAPTIONS.parse(POOL[:9].astype(np.int64), 9)["tokens"], POOL[:9])
    assert CAPTIONS.parse([], 0)["tokens"].shape == CAPTIONS.parse("a dot", 0)["tokens"].shape == (0, 4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "a blue dot",
            "the caption is 'a blue dot' ('blue' is not a word of the training data); allowed are at most 4 words",
        ),
        (
            "a a a a a",
            "the caption is 'a a a a a' (too long); allowed are at most 4 words of the training data, such as a",
        ),
        (["a"], "the caption is ['a']; allowed is one text, or 2 texts."),
        (["a", 5], "the caption is ['a', 5]; allowed is one text, or 2 texts."),
        (7, "the caption is 7; allowed is one text, or 2 texts."),
        (np.full((2, 4), 6), "the caption is int64 of shape (2, 4); allowed is one text, or 2 texts."),
        (np.full((2, 4), 0.5), "allowed is one text, or 2 texts."),
        (np.zeros((2, 5), np.int32), "allowed is one text, or 2 texts."),
    ],
    ids=str,
)
def test_what_is_no_caption_is_refused_in_a_sentence(given, message):
    with pytest.raises(UserError, match=re.escape(message)) as refusal:
        CAPTIONS.parse(given, 2)
    assert "\n" not in str(refusal.value)


def test_captions_are_rows_of_the_pool():
    drawn = CAPTIONS.draw(0, 25, {"tokens": POOL})["tokens"]
    assert {tuple(row) for row in drawn} <= {tuple(row) for row in POOL}
    assert len({tuple(row) for row in drawn}) > 20
    with pytest.raises(UserError, match="this generator needs a caption for each sample, but none is given"):
        CAPTIONS.draw(0, 5)


def test_titles_are_the_texts():
    assert CAPTIONS.titles(CAPTIONS.parse(["a red dot", ""], 2)) == ["a red dot", ""]
    assert CAPTIONS.summary() == "captions of up to 4 words, of 5 known ones"


def test_the_order_of_the_words_counts():
    torch.manual_seed(0)
    encoder = CAPTIONS.encoder(6)
    one, two = (torch.from_numpy(CAPTIONS.parse(text, 1)["tokens"]) for text in ("red a green dot", "green a red dot"))
    assert not torch.allclose(encoder({"tokens": one}), encoder({"tokens": two}))


def test_the_score_is_a_projection_on_the_caption_beside_one_of_the_signal():
    torch.manual_seed(0)
    scorer, features = CAPTIONS.scorer(6, nn.Linear), torch.randn(8, 6)
    condition = {"tokens": torch.from_numpy(POOL[:8])}
    along = (scorer.encoder(condition) * features).sum(1) / 6**0.5
    assert torch.allclose(scorer(features, condition), scorer.scores(features)[:, 0] + along, atol=1e-6)
