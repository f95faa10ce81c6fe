"""``ganforge sample``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from ganforge.generator import Generator, Label

NAME, HELP = (
    "sample",
    "draw samples from a trained generator: single pictures, a sheet, walks between them, an animation",
)
MOST_SHOWN = 400  # samples on a sheet
MOST_SAMPLES = 1_000_000  # that one command draws
MOST_FRAMES = 2_000  # of an animation
WIDEST_WALK = 60  # columns of a sheet, where nobody says how many
ALL = "all"


def add(parser: argparse.ArgumentParser) -> None:
    """Which generator, what to draw and where to."""
    add_generator(parser)
    parser.add_argument("--count", type=int, default=64, metavar="N", help="how many (default: 64)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same samples (default: 0)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--label", help="name or number of a label for all (default: as frequent as in training)")
    which.add_argument("--labels", metavar="A,B,...", help=f"labels in turns, by name or number, or {ALL}")
    parser.add_argument(
        "--truncation",
        type=float,
        default=1.0,
        metavar="0..1",
        help="below 1 samples become more typical and more alike (default: 1, as scored)",
    )
    parser.add_argument(
        "--interpolate",
        type=int,
        metavar="STEPS",
        help="walk from each sample to the next, and from the last to the first, in as many steps each",
    )
    parser.add_argument(
        "--video", type=Path, metavar="FILE", help="a .gif or .mp4 of all pictures, one after the other"
    )
    parser.add_argument("--rate", type=int, default=20, metavar="FPS", help="pictures per second in it (default: 20)")
    parser.add_argument("--columns", type=int, help="of the sheet (default: 10, or the steps of a walk)")
    parser.add_argument("--out", type=Path, default=Path("generated"), metavar="FOLDER", help="(default: generated)")


def run(options: argparse.Namespace) -> None:
    """Writes the samples, a sheet of the first of them, and the animation."""
    from ganforge.params import LAST_SEED

    walks = options.interpolate is not None
    columns = options.columns or min(options.interpolate or 10, WIDEST_WALK)
    frames = options.count * (options.interpolate or 1)
    for name, value, least, most in (
        ("count", options.count, 1, MOST_SAMPLES),
        ("columns", columns, 1, MOST_SHOWN),
        ("seed", options.seed, 0, LAST_SEED),
        ("interpolate", options.interpolate if walks else 2, 2, MOST_FRAMES),
        ("rate", options.rate, 1, 50),
    ):
        if not least <= value <= most:
            raise UserError(f"--{name} is {value}; allowed is {least} to {most}.")
    if walks and options.count == 1:
        raise UserError("--interpolate walks between samples, but --count is 1: ask for two or more.")
    if (options.video or walks) and frames > MOST_FRAMES:
        raise UserError(f"these are {frames} pictures; allowed in an animation or a walk is at most {MOST_FRAMES}.")

    import numpy as np

    from ganforge.signals import SHEET_SUFFIX, SIGNALS
    from ganforge.signals.animation import check_animation, write_animation

    if options.video:
        check_animation(options.video)

    from ganforge.generator import Generator

    generator = Generator.load(options.generator)
    signal = SIGNALS[generator.config.signal]()
    label = options.label if options.labels is None else in_turns(generator, options.labels, options.count)
    if walks:
        blocks = walk(generator, options.count, options.seed, label, options.truncation, options.interpolate)
    else:
        blocks = generator.sample_blocks(options.count, options.seed, label, options.truncation)
    shown: list[np.ndarray] = []
    drawn, kept = 0, MOST_FRAMES if options.video else MOST_SHOWN
    for block in blocks:
        signal.each(block, [f"{drawn + index:06d}" for index in range(len(block))], options.out)
        if drawn < kept:
            shown.append(block)
        drawn += len(block)
    pictures = np.concatenate(shown)
    sheet = options.out / f"sheet{SHEET_SUFFIX}"
    signal.sheet(pictures[:MOST_SHOWN], columns, sheet)
    print(f"Samples in {options.out}: {drawn}; {sheet} shows {min(drawn, MOST_SHOWN)}.")
    if options.video:
        seconds = write_animation(pictures, options.video, options.rate)
        print(f"{options.video} shows them in {seconds:.1f} s.")
    if older := sorted(options.out.glob(f"{'[0-9]' * 6}{signal.suffix}"))[drawn:]:
        print(f"Still in {options.out}, of an earlier call: {older[0].name} to {older[-1].name}.")


def in_turns(generator: Generator, text: str, count: int) -> np.ndarray:
    """As many labels as samples, in the order that a text like ``3,1,4`` names them, again and again.

    Raises:
        UserError: it names one that the generator does not know.
    """
    import numpy as np

    if not generator.classes:
        raise UserError(f"--labels is {text}, but this generator of {generator.config.dataset} has no labels.")
    names = generator.classes if text == ALL else [name.strip() for name in text.split(",")]
    numbers = np.concatenate([generator.labels(1, 0, name) for name in names])
    return np.resize(numbers, count)


def walk(
    generator: Generator, count: int, seed: int, label: Label, truncation: float, steps: int
) -> Iterator[np.ndarray]:
    """From each sample to the next and from the last to the first, without showing any twice; blocks of uint8."""
    import numpy as np

    from ganforge.latents import Space

    space = Space(generator)
    codes, _ = space.draw(count, seed, label, truncation)
    ends = np.roll(codes, -1, axis=0)
    paths = [space.between(start, end, steps + 1)[:-1] for start, end in zip(codes, ends)]
    return space.decode(np.concatenate(paths))
