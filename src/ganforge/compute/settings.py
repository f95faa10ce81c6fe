"""Where it runs: the section ``compute`` of params.yaml, and the processors that there are."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import Field

from ganforge.settings import Section

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class ComputeSettings(Section):
    """Where it runs, not what is built: changing these reruns nothing."""

    device: DeviceName
    """Device of the networks; auto: the fastest that is here."""
    threads: Annotated[int, Field(ge=1, le=1024)]
    """CPU threads; 1 may be faster beside other programs; the same bits need the same number."""
    processes: Annotated[int, Field(ge=1, le=1024)]
    """Training processes, one for each GPU, that share the batch; each draws its own noise."""
    cuda_graphs: bool
    """Whether a step on a CUDA device is recorded once and replayed."""
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86400)]
    """Seconds from one checkpoint to the next, or 50 times what writing one takes; a kill costs no more, beside the
    steps since the last report."""


def processors() -> int:
    """Processors that this process may run on, where the system tells; else those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
