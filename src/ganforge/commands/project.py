"""``ganforge project``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.pictures import CODE, add_file, open_space, read_code, title_of, write_code
from ganforge.errors import UserError

NAME, HELP = "project", "find the code whose sample is nearest to a picture"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the picture, the generator and where to write."""
    add_file(parser, "a picture, or another file of what the generator draws")
    parser.add_argument("--out", type=Path, default=Path("projected"), metavar="FOLDER", help="(default: projected)")


def run(options: argparse.Namespace) -> None:
    """Writes the picture in the generator's size, its reconstruction, both side by side, and the code."""
    if not options.file.exists():
        raise UserError(f"{options.file} does not exist: name a picture.")

    import numpy as np

    from ganforge.latents.projection import describe_error
    from ganforge.signals import SHEET_SUFFIX

    space = open_space(options.generator)
    encoded = read_code(options.file, space)
    if encoded.given is None or encoded.share_of_mean_error is None:
        raise UserError(f"{options.file} is already a code; name a picture.")
    signal, both = space.generator.signal, np.concatenate([encoded.given, encoded.reconstruction])
    signal.each(both, ["given", "reconstruction"], options.out)
    signal.sheet(both, 2, options.out / f"sheet{SHEET_SUFFIX}")
    write_code(options.out / CODE, encoded, space)
    print(describe_error(encoded.share_of_mean_error))
    if title := title_of(encoded.asked, space):
        print(f"The condition that fits best is {title}.")
    print(f"given, reconstruction, both side by side (sheet{SHEET_SUFFIX}) and {CODE} are in {options.out}.")
