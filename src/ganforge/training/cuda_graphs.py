"""A whole step, recorded once as a CUDA graph and replayed: the host launches one thing instead of some hundred.

A step with a penalty does other work than one without, so each combination of penalties is a graph of its own. What
changes from step to step lies in tensors that the graph reads: the batch, the learning rate, the penalties' weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import torch

from ganforge.errors import UserError, first_line
from ganforge.objectives.objective import Batch, Terms
from ganforge.training.game import Play

WARM_UP = 3  # steps of each kind that are played as they are before one is recorded: libraries choose their kernels


class RecordedStep:
    """`Game.play_step`, recorded on its way; called as it is.

    Random numbers inside of a step come from CUDA's default generator, whose seed a replay reads anew.

    Args:
        step: what is to be recorded, on a CUDA device, in one process, with optimisers that are ``capturable``.
    """

    def __init__(self, step: Play) -> None:
        self.step = step
        self._played: Counter[tuple[str, ...]] = Counter()
        self._batches: list[Batch] = []
        self._graphs: dict[tuple[str, ...], tuple[torch.cuda.CUDAGraph, Terms]] = {}
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, batches: Sequence[Batch], due: Collection[str]) -> Terms:
        """As `Game.play_step`; the terms returned are overwritten by the next replay."""
        kind = tuple(due)
        self._played[kind] += 1
        if self._played[kind] <= WARM_UP:
            return self._warm_up(batches, due)
        self._take(batches)
        if kind not in self._graphs:
            self._graphs[kind] = self._record(kind)
        graph, terms = self._graphs[kind]
        graph.replay()
        return terms

    def _warm_up(self, batches: Sequence[Batch], due: Collection[str]) -> Terms:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            terms = self.step(batches, due)
        torch.cuda.current_stream().wait_stream(self._stream)
        return terms

    def _take(self, batches: Sequence[Batch]) -> None:
        """Copies a batch to where the graphs read it."""
        if not self._batches:
            self._batches = [{name: column.clone() for name, column in batch.items()} for batch in batches]
            return
        for mine, given in zip(self._batches, batches, strict=True):
            for name, column in mine.items():
                column.copy_(given[name])

    def _record(self, due: Collection[str]) -> tuple[torch.cuda.CUDAGraph, Terms]:
        """Records without running: the replay that follows is this step.

        Raises:
            UserError: something in the step cannot be recorded.
        """
        graph = torch.cuda.CUDAGraph()
        try:
            # Other threads go on meanwhile: one of them may be reading the next batch.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                terms = self.step(self._batches, due)
        except RuntimeError as error:
            raise UserError(
                f"params.yaml: compute.cuda_graphs is true, but a step cannot be recorded here ({first_line(error)}); "
                "set it to false and run `make repro` again: training continues from its last checkpoint."
            ) from error
        return graph, terms
