"""``ganforge project``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.pictures import CODE, add_image, open_space, read_code, write_code
from ganforge.errors import UserError

NAME, HELP = "project", "find the code whose image is nearest to a picture"


def add(parser: argparse.ArgumentParser) -> None:
    """Which picture, which generator and where to."""
    add_image(parser, "a picture")
    parser.add_argument("--out", type=Path, default=Path("projected"), metavar="FOLDER", help="(default: projected)")


def run(options: argparse.Namespace) -> None:
    """Writes the picture as the generator's size has it, its reconstruction, both side by side, and the code."""
    if not options.image.exists():
        raise UserError(f"{options.image} does not exist: name a picture.")

    import numpy as np

    from ganforge.latents import describe_error
    from ganforge.signals import SHEET_SUFFIX, SIGNALS

    space = open_space(options.generator)
    coded = read_code(options.image, space)
    if coded.image is None or coded.share_of_mean_error is None:
        raise UserError(f"{options.image} is a code already; allowed is a picture.")
    signal = SIGNALS[space.generator.config.signal]()
    signal.each(np.concatenate([coded.image, coded.reconstruction]), ["image", "reconstruction"], options.out)
    signal.sheet(np.concatenate([coded.image, coded.reconstruction]), 2, options.out / f"sheet{SHEET_SUFFIX}")
    write_code(options.out / CODE, coded, space)
    print(describe_error(coded.share_of_mean_error))
    if coded.labels is not None:
        print(f"It was found with the label {space.generator.classes[coded.labels[0]]}.")
    print(f"image, reconstruction, both beside each other (sheet{SHEET_SUFFIX}) and {CODE} are in {options.out}.")
