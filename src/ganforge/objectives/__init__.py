"""Training objectives: each is one file and one class in `ganforge.objectives.settings`."""
