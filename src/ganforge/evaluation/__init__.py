"""Measures how good a generator is."""
