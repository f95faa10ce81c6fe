"""Options of the commands that take a trained generator."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.layout import GENERATOR


def add_generator(parser: argparse.ArgumentParser) -> None:
    """Where the generator lies."""
    parser.add_argument(
        "--generator",
        type=Path,
        default=GENERATOR,
        metavar="FOLDER",
        help="(default: models/generator, where `make repro` leaves it)",
    )
