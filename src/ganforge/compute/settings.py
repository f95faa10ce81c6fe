"""The section ``compute`` of params.yaml, and the number of processors."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import Field

from ganforge.settings import Section

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class ComputeSettings(Section):
    """Device and processes; changing these reruns nothing."""

    device: DeviceName
    """Device of the networks; auto: the fastest one of this machine."""
    threads: Annotated[int, Field(ge=1, le=1024)]
    """CPU threads; 1 may be faster on a busy machine; identical results need the same number."""
    processes: Annotated[int, Field(ge=1, le=1024)]
    """Training processes that share the batch, one for each GPU; each draws its own noise."""
    cuda_graphs: bool
    """Whether a step on a CUDA device is recorded once and replayed."""
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86400)]
    """Seconds between checkpoints, but at least 50 times the time to write one; a killed training loses no more than
    this and the steps since the last report."""


def processors() -> int:
    """Processors that this process may use, if the system says; else those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
