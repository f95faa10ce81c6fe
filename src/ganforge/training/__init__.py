"""Optimises an objective: one training loop for all networks and data."""
