"""What is optimised: an objective is one file, and one class in `ganforge.objectives.settings`."""
