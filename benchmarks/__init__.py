"""What is fast and what is good, measured: `python -m benchmarks.training`, `.time_to_quality`, `.results` and more."""

import pipeline  # noqa: F401  sets how threads wait, before torch is imported
