"""What the commands share that take a trained generator: where it lies, and what it is asked for."""

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
    """Where the generator lies."""
    parser.add_argument(
        "--generator",
        type=Path,
        default=GENERATOR,
        metavar="FOLDER",
        help="(default: models/generator, where `make repro` leaves it)",
    )


def read_condition(condition: Condition, text: str, count: int = 1) -> Arrays:
    """The columns of ``count`` samples that a person asks for, in words or by the name of a file.

    Raises:
        UserError: there is no such thing.
    """
    if not condition.from_files:
        return condition.parse(text, count)
    try:
        return condition.parse(Path(text).read_bytes(), count)
    except OSError as error:
        raise UserError(f"{text} cannot be read ({error.strerror}); allowed is the name of a file.") from None
    except UserError as error:
        raise UserError(f"{text} cannot be asked for: {error}") from None


def pool_for(condition: Condition) -> Arrays | None:
    """The test split of the data here, to choose conditions from that cannot be made up.

    None where they can be, or where the data here have other ones.
    """
    from ganforge.conditions import condition_in
    from ganforge.prepared.meta import META, Prepared

    if not condition.needs_data or not (PREPARED / META).exists():
        return None
    data = Prepared.load(PREPARED)
    fits = condition_in(data.meta).describe() == condition.describe()
    return data.splits["test"].columns if fits else None
