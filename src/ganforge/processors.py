"""How many processors there are for us."""

from __future__ import annotations

import os


def processors() -> int:
    """Those that this process may run on, where the system tells; else those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
