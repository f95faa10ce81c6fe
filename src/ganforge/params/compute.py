"""Where it runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ganforge.settings import Section

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class ComputeSettings(Section):
    """Where it runs: no stage depends on it. It changes rounding; several processes draw noise each for itself."""

    device: DeviceName
    threads: Annotated[int, Field(ge=1, le=1024)]
    processes: Annotated[int, Field(ge=1, le=1024)]
    cuda_graphs: bool
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86400)]
