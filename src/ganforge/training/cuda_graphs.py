"""A whole step, recorded once as a CUDA graph and replayed: the host launches one graph, not some hundred kernels.

A step with a penalty does more work than one without, so each combination of penalties has its own graph. What
changes from step to step is in tensors that the graph reads: the batch, the learning rate, the penalties' weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import torch

from ganforge.errors import UserError, first_line
from ganforge.objectives.objective import Batch, Terms
from ganforge.training.game import Play

WARM_UP = 3  # steps of each kind before one is recorded: libraries choose their kernels in these


class RecordedStep:
    """Records `Game.play_step` and replays it; called in the same way.

    Random numbers in a step come from CUDA's default generator, whose seed every replay reads again.

    Args:
        step: the step to record, on a CUDA device, in one process, with optimisers that are ``capturable``.
    """

    def __init__(self, step: Play) -> None:
        self.step = step
        self._played: Counter[tuple[str, ...]] = Counter()
        self._batches: list[Batch] = []
        self._graphs: dict[tuple[str, ...], tuple[torch.cuda.CUDAGraph, Terms]] = {}
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, batches: Sequence[Batch], due: Collection[str]) -> Terms:
        """See `Game.play_step`; the next replay overwrites the returned terms."""
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
        """Copies a batch into the tensors that the graphs read."""
        if not self._batches:
            self._batches = [{name: column.clone() for name, column in batch.items()} for batch in batches]
            return
        for mine, given in zip(self._batches, batches, strict=True):
            for name, column in mine.items():
                column.copy_(given[name])

    def _record(self, due: Collection[str]) -> tuple[torch.cuda.CUDAGraph, Terms]:
        """Records a step without running it; the replay that follows runs it.

        Raises:
            UserError: something in the step cannot be recorded.
        """
        graph = torch.cuda.CUDAGraph()
        try:
            # Other threads keep running: one of them may be reading the next batch.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                terms = self.step(self._batches, due)
        except RuntimeError as error:
            raise UserError(
                f"params.yaml: compute.cuda_graphs is true, but a step cannot be recorded here ({first_line(error)}); "
                "set it to false and run `make repro` again: training continues from its last checkpoint."
            ) from error
        return graph, terms
