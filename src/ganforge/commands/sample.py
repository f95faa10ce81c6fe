"""``ganforge sample``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError

NAME, HELP = "sample", "draw samples from a trained generator, as single pictures and a sheet"
MOST_SHOWN = 400  # samples on a sheet
MOST_SAMPLES = 1_000_000  # that one command draws


def add(parser: argparse.ArgumentParser) -> None:
    """Which generator, what to draw and where to."""
    add_generator(parser)
    parser.add_argument("--count", type=int, default=64, metavar="N", help="how many (default: 64)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same samples (default: 0)")
    parser.add_argument("--label", help="name or number of a label for all (default: as frequent as in training)")
    parser.add_argument(
        "--truncation",
        type=float,
        default=1.0,
        metavar="0..1",
        help="below 1 samples become more typical and more alike (default: 1, as scored)",
    )
    parser.add_argument("--columns", type=int, default=10, help="of the sheet (default: 10)")
    parser.add_argument("--out", type=Path, default=Path("generated"), metavar="FOLDER", help="(default: generated)")


def run(options: argparse.Namespace) -> None:
    """Writes the samples and a sheet of the first of them."""
    import numpy as np

    from ganforge.generator import Generator
    from ganforge.signals import SHEET_SUFFIX, SIGNALS

    for name, value, least in (("count", options.count, 1), ("columns", options.columns, 1), ("seed", options.seed, 0)):
        if not least <= value <= MOST_SAMPLES:
            raise UserError(f"--{name} is {value}; allowed is {least} to {MOST_SAMPLES}.")
    generator = Generator.load(options.generator)
    signal = SIGNALS[generator.config.signal]()
    shown, drawn = [], 0
    for block in generator.sample_blocks(options.count, options.seed, options.label, options.truncation):
        signal.each(block, [f"{drawn + index:06d}" for index in range(len(block))], options.out)
        if drawn < MOST_SHOWN:
            shown.append(block)
        drawn += len(block)
    sheet = options.out / f"sheet{SHEET_SUFFIX}"
    signal.sheet(np.concatenate(shown)[:MOST_SHOWN], options.columns, sheet)
    print(f"{drawn} samples are in {options.out}, {min(drawn, MOST_SHOWN)} of them on {sheet}.")
