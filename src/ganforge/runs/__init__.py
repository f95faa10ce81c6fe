"""Finished runs: what they were made with, how they compare, and what lets one pass."""
