"""Captions as conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Condition, LinearLayer, Tensors, array_of, drawn_from
from ganforge.errors import UserError
from ganforge.prepared.columns import TOKENS, Arrays

PADDING = 0  # the token after the last word; it is in the vocabulary
EMBEDDED = 64  # size of the embedding of a word
MIXING, PRIME = 2654435761, 2**31 - 1  # of a multiplicative hash of captions


class Captions(Condition):
    """A sentence as tokens (length,), padded to a fixed length.

    Args:
        vocabulary: the words; the token of a word is its index, and the first is the padding.
        length: number of tokens of a caption.
    """

    kind = "captions"
    columns = (TOKENS,)
    needs_data = True

    def __init__(self, vocabulary: Sequence[str], length: int) -> None:
        self.vocabulary, self.length = tuple(vocabulary), length

    def describe(self) -> dict[str, Any]:
        """See `Condition`."""
        return {"kind": self.kind, "vocabulary": list(self.vocabulary), "length": self.length}

    def summary(self) -> str:
        """The length and the number of known words."""
        return f"captions of up to {self.length} words, of {len(self.vocabulary) - 1} known ones"

    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """Captions of the pool, (count, length)."""
        return drawn_from(pool, self.columns, seed, count, "a caption")

    def parse(self, given: Any, count: int) -> Arrays:
        """One text for all samples, or ``count`` texts; arrays of tokens are used directly."""
        texts = [given] * count if isinstance(given, str) else given
        if isinstance(texts, list | tuple) and all(isinstance(text, str) for text in texts):
            texts = np.array([self.tokens(text) for text in texts], dtype=np.int32).reshape(-1, self.length)
        tokens = array_of(texts)
        if tokens.shape != (count, self.length) or not self._are_known(tokens):
            shown = f"{tokens.dtype} of shape {tokens.shape}" if isinstance(given, np.ndarray) else f"{given!r:.60}"
            raise UserError(f"the caption is {shown}; allowed is one text, or {count} texts.")
        return {TOKENS: tokens.astype(np.int32)}

    def blank(self, count: int) -> Arrays:
        """Padding only."""
        return {TOKENS: np.full((count, self.length), PADDING, np.int32)}

    def _are_known(self, tokens: np.ndarray) -> bool:
        """Whether each number is an index into the vocabulary."""
        return np.issubdtype(tokens.dtype, np.integer) and bool(((tokens >= 0) & (tokens < len(self.vocabulary))).all())

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text.

        Raises:
            UserError: a word is unknown, or there are too many words.
        """
        words = text.split()
        if not set(words) <= set(self.vocabulary[1:]):  # otherwise they already match the vocabulary
            words = re.findall(r"[\w'-]+", text.lower())
        unknown = [word for word in words if word not in self.vocabulary[1:]]
        if unknown or len(words) > self.length:
            known = ", ".join(self.vocabulary[1:9])
            reason = f"{unknown[0]!r} is not a word of the training data" if unknown else "too long"
            raise UserError(
                f"the caption is {text!r:.60} ({reason}); "
                f"allowed are at most {self.length} words of the training data, such as {known}."
            )
        return [self.vocabulary.index(word) for word in words] + [PADDING] * (self.length - len(words))

    def groups(self, columns: Tensors) -> Tensor:
        """A hash of each caption; different captions rarely have the same one."""
        weights = torch.arange(1, self.length + 1, device=columns[TOKENS].device) * MIXING % PRIME
        return (columns[TOKENS] * weights).sum(1)

    def titles(self, arrays: Arrays) -> list[str]:
        """The texts."""
        return [" ".join(self.vocabulary[token] for token in row if token != PADDING) for row in arrays[TOKENS]]

    def encoder(self, features: int) -> nn.Module:
        """See `CaptionEncoder`."""
        return CaptionEncoder(len(self.vocabulary), features)

    @property
    def encodes(self) -> bool:
        """Always."""
        return True

    def scorer(self, features: int, linear: LinearLayer) -> nn.Module:
        """See `ProjectedScore`."""
        return ProjectedScore(features, linear, self.encoder(features))


class CaptionEncoder(nn.Module):
    """Encodes a caption as a vector: the last states of a bidirectional GRU over embedded words.

    Args:
        words: size of the vocabulary.
        features: size of the vector.
    """

    def __init__(self, words: int, features: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, EMBEDDED, padding_idx=PADDING)
        self.reader = nn.GRU(EMBEDDED, EMBEDDED, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * EMBEDDED, features)

    def forward(self, condition: Tensors) -> Tensor:
        """Tokens (batch, length) to (batch, features)."""
        _, last = self.reader(self.embedding(condition[TOKENS].long()))
        vector: Tensor = self.output(last.movedim(0, 1).flatten(1))
        return vector


class ProjectedScore(nn.Module):
    """score = <encoder(condition), phi(x)> + psi(phi(x)).

    Miyato & Koyama 2018, https://arxiv.org/abs/1802.05637, eq. 3.

    Args:
        features: entries of phi(x).
        linear: creates psi.
        encoder: encodes the condition as a vector of the same size.
    """

    def __init__(self, features: int, linear: LinearLayer, encoder: nn.Module) -> None:
        super().__init__()
        self.scores, self.encoder, self.scale = linear(features, 1), encoder, features**-0.5

    def forward(self, features: Tensor, condition: Tensors) -> Tensor:
        """(batch, features) and `Tensors` to (batch,)."""
        projected = (self.encoder(condition) * features).sum(1) * self.scale
        scores: Tensor = self.scores(features)[:, 0] + projected
        return scores
