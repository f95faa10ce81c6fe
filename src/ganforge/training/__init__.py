"""How an objective is optimised."""

from ganforge.training.failure import DivergedError, FailureError
from ganforge.training.trainer import Kept, Report, Row, Trainer

__all__ = ["DivergedError", "FailureError", "Kept", "Report", "Row", "Trainer"]
