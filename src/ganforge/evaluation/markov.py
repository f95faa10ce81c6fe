"""Music that needs no network: a Markov chain over what all voices do at a step."""

from __future__ import annotations

import numpy as np

ORDER = 3  # steps on which the next one depends
MOST_PIECES = 10_000  # to learn from


class MarkovChain:
    """A chain of third order that backs off to fewer steps if the last three never occurred.

    Args:
        pieces: (N, voices, steps) to learn from; of more than `MOST_PIECES`, so many at random.
    """

    def __init__(self, pieces: np.ndarray) -> None:
        chosen = np.random.default_rng(0).permutation(len(pieces))[:MOST_PIECES]
        joint = np.array(pieces[np.sort(chosen)]).transpose(0, 2, 1)
        count, self.steps, voices = joint.shape
        self.states, states = np.unique(joint.reshape(-1, voices), axis=0, return_inverse=True)
        self.pieces = states.reshape(count, self.steps).astype(np.int64)
        self._followers = [self._learn(order) for order in range(1, ORDER + 1)]

    def _learn(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """The preceding states, each as one number in ascending order, and the following ones; (transitions,) each."""
        length = self.steps - order
        contexts = self._context([self.pieces[:, place : place + length].ravel() for place in range(order)])
        ascending = np.argsort(contexts, kind="stable")
        return contexts[ascending], self.pieces[:, order:].ravel()[ascending]

    def _context(self, states: list[np.ndarray]) -> np.ndarray:
        """Several states as one number; fewer than two million of them fit three times into 63 bits."""
        context = np.zeros(len(states[0]), dtype=np.int64)
        for state in states:
            context = context * len(self.states) + state
        return context

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New pieces (count, voices, steps); their first steps are those of training pieces."""
        random = np.random.default_rng(seed)
        drawn = [self.pieces[random.integers(len(self.pieces), size=count), 0]]
        for _ in range(1, self.steps):
            drawn.append(self._next(drawn[-ORDER:], random.random(count)))
        pieces: np.ndarray = self.states[np.stack(drawn, axis=1)]
        return pieces.transpose(0, 2, 1)

    def _next(self, before: list[np.ndarray], chance: np.ndarray) -> np.ndarray:
        """The next state of each; ``chance`` (count,) in 0..1 chooses among those that followed."""
        following = self.pieces.ravel()[(chance * self.pieces.size).astype(np.int64)]
        for order in range(1, len(before) + 1):  # a longer context replaces what a shorter one gave
            contexts, followers = self._followers[order - 1]
            context = self._context(before[-order:])
            first, last = (np.searchsorted(contexts, context, side) for side in ("left", "right"))
            place = np.minimum(first + (chance * (last - first)).astype(np.int64), len(followers) - 1)
            following = np.where(last > first, followers[place], following)
        return following
