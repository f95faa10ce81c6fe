"""What is optimised. A new adversarial loss is one function and its name in `LOSSES`."""

from ganforge.objectives.adversarial import LOSSES, Adversarial

__all__ = ["LOSSES", "Adversarial"]
