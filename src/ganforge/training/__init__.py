"""How an objective is optimised."""

from ganforge.training.trainer import DivergedError, Report, Row, Trainer

__all__ = ["DivergedError", "Report", "Row", "Trainer"]
