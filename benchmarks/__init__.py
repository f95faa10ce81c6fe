"""Measures speed and quality: `python -m benchmarks.training`, `.time_to_quality`, `.results` and more."""

import pipeline  # noqa: F401  sets how threads wait, before torch is imported
