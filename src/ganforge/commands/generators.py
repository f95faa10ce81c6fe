"""Shared by the commands that take a trained generator: its folder, and the condition of samples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.errors import UserError
from ganforge.layout import GENERATOR, PREPARED

if TYPE_CHECKING:
    from ganforge.conditions import Condition
    from ganforge.prepared.columns import Arrays


def add_generator(parser: argparse.ArgumentParser) -> None:
    """Defines the argument: the folder of the generator."""
    parser.add_argument(
        "--generator",
        type=Path,
        default=GENERATOR,
        metavar="FOLDER",
        help="folder of the generator (default: models/generator, where `make repro` writes it)",
    )


def read_condition(condition: Condition, text: str, count: int = 1) -> Arrays:
    """The columns of the condition of ``count`` samples, given in words or by the name of a file.

    Raises:
        UserError: there is no such condition.
    """
    if not condition.from_files:
        return condition.parse(text, count)
    try:
        return condition.parse(Path(text).read_bytes(), count)
    except OSError as error:
        raise UserError(f"{text} cannot be read ({error.strerror}); give the name of a file.") from None
    except UserError as error:
        raise UserError(f"{text} is not a condition of this generator: {error}") from None


def pool_for(condition: Condition) -> Arrays | None:
    """The test split of the data here, as a pool of conditions that cannot be drawn at random.

    None if they can be, or if the data here do not have them.
    """
    from ganforge.conditions import condition_in
    from ganforge.prepared.meta import META, Prepared

    if not condition.needs_data or not (PREPARED / META).exists():
        return None
    data = Prepared.load(PREPARED)
    fits = condition_in(data.meta).describe() == condition.describe()
    return data.splits["test"].columns if fits else None
