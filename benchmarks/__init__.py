"""What is fast and what is good, measured: each module is a command, `python -m benchmarks.NAME`."""

import pipeline  # noqa: F401  sets how threads wait, before torch is imported
