"""Finished runs: their parameters and scores, how they compare, and the gate for new ones."""
