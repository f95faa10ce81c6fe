"""One training twice: unbroken, and broken off and resumed."""

import math
from collections.abc import Callable
from pathlib import Path

import torch

from ganforge.training.trainer import Trainer


def resumed_to_the_bit(start: Callable[[Path], Trainer], folder: Path, stop: int) -> tuple[Trainer, Trainer]:
    """Both of them at their end, which have come to the same, and to numbers only.

    Args:
        start: a new trainer that saves to a folder, and resumes from it.
        folder: for the folders of both.
        stop: real signals shown when the second is broken off.
    """
    unbroken = start(folder / "unbroken")
    list(unbroken.run())
    broken = start(folder / "broken")
    for report in broken.run():
        if report.images == stop:
            broken.save()
            break
    torch.rand(7)  # what others draw in between is no part of the run
    resumed = start(folder / "broken")
    assert resumed.game.images == stop
    list(resumed.run())
    for trainer in (unbroken, resumed):
        assert all(math.isfinite(value) for row in trainer.history for value in row.values())
    ends = [trainer.game.objective.state_dict() for trainer in (unbroken, resumed)]
    assert all(torch.equal(tensor, ends[1][name]) for name, tensor in ends[0].items())
    return unbroken, resumed
