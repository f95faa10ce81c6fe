"""``ganforge sample``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.generators import add_generator, pool_for, read_condition
from ganforge.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from ganforge.generator import Generator
    from ganforge.prepared.columns import Arrays

NAME, HELP = (
    "sample",
    "draw samples from a trained generator: single files, a sheet, walks between them, an animation",
)
MOST_SHOWN = 400  # samples on a sheet
MOST_SAMPLES = 1_000_000  # of one command
MOST_FRAMES = 2_000  # of an animation
WIDEST_WALK = 60  # columns of a sheet, unless --columns is given
ALL = "all"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the generator, what to draw and where to write it."""
    add_generator(parser)
    parser.add_argument("--count", type=int, default=64, metavar="N", help="how many (default: 64)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same samples (default: 0)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--condition",
        "--label",
        metavar="VALUE",
        help="condition of all samples: a label by name or number, a caption, the file of a source (default: as in "
        "training; `ganforge info` lists the choices)",
    )
    which.add_argument("--conditions", "--labels", metavar="A,B,...", help=f"several conditions in turn, or {ALL}")
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
        help="walk from each sample to the next, and from the last to the first, in so many steps each",
    )
    parser.add_argument(
        "--video", type=Path, metavar="FILE", help="a .gif or .mp4 that shows all samples, one after the other"
    )
    parser.add_argument("--rate", type=int, default=20, metavar="FPS", help="pictures per second (default: 20)")
    parser.add_argument("--columns", type=int, help="columns of the sheet (default: 10, or the steps of a walk)")
    parser.add_argument("--out", type=Path, default=Path("generated"), metavar="FOLDER", help="(default: generated)")


def run(options: argparse.Namespace) -> None:
    """Writes the samples, a sheet of the first ones, and the animation."""
    check(options)

    import numpy as np

    from ganforge.signals import SHEET_SUFFIX
    from ganforge.signals.animation import check_animation, write_animation

    if options.video:
        check_animation(options.video)

    from ganforge.generator import Generator

    generator = Generator.load(options.generator)
    signal, asked = generator.signal, asked_for(generator, options)
    if options.interpolate is not None:
        blocks = walk(generator, options.count, options.seed, asked, options.truncation, options.interpolate)
    else:
        blocks = generator.draw(options.count, options.seed, asked, options.truncation)
    shown: list[np.ndarray] = []
    drawn, most = 0, MOST_FRAMES if options.video else MOST_SHOWN
    for block in blocks:
        signal.each(block, [f"{drawn + index:06d}" for index in range(len(block))], options.out)
        if drawn < most:
            shown.append(block)
        drawn += len(block)
    first = np.concatenate(shown)
    sheet = options.out / f"sheet{SHEET_SUFFIX}"
    signal.sheet(first[:MOST_SHOWN], columns_of(options), sheet)
    print(f"Samples in {options.out}: {drawn}; {sheet} shows {min(drawn, MOST_SHOWN)}.")
    if options.video:
        seconds = write_animation([signal.picture(sample) for sample in first], options.video, options.rate)
        print(f"{options.video} shows them in {seconds:.1f} s.")
    if older := sorted(options.out.glob(f"{'[0-9]' * 6}{signal.suffix}"))[drawn:]:
        print(f"Left in {options.out} from an earlier call: {older[0].name} to {older[-1].name}.")


def check(options: argparse.Namespace) -> None:
    """Checks that numbers are in their ranges.

    Raises:
        UserError: one is not.
    """
    from ganforge.settings import LAST_SEED

    walks = options.interpolate is not None
    frames = options.count * (options.interpolate or 1)
    for name, value, least, most in (
        ("count", options.count, 1, MOST_SAMPLES),
        ("columns", columns_of(options), 1, MOST_SHOWN),
        ("seed", options.seed, 0, LAST_SEED),
        ("interpolate", options.interpolate if walks else 2, 2, MOST_FRAMES),
        ("rate", options.rate, 1, 50),
    ):
        if not least <= value <= most:
            raise UserError(f"--{name} is {value}; allowed is {least} to {most}.")
    if walks and options.count == 1:
        raise UserError("--interpolate walks between samples, but --count is 1: ask for two or more.")
    if (options.video or walks) and frames > MOST_FRAMES:
        raise UserError(f"these options give {frames} pictures; an animation or a walk has at most {MOST_FRAMES}.")


def columns_of(options: argparse.Namespace) -> int:
    """Columns of the sheet."""
    columns: int = options.columns or min(options.interpolate or 10, WIDEST_WALK)
    return columns


def asked_for(generator: Generator, options: argparse.Namespace) -> Arrays:
    """The columns of the condition of all samples: one for all, several in turn, or drawn as in training.

    Raises:
        UserError: the generator does not know one of them.
    """
    import numpy as np

    condition = generator.condition
    if options.condition is None and options.conditions is None:
        return generator.ask(options.count, options.seed, pool=pool_for(condition))
    if options.conditions == ALL:
        rows = [condition.parse(example, 1) for example in condition.examples(MOST_SAMPLES)]
        if not rows:
            raise UserError(f"--conditions is {ALL}, but this generator asks for {condition.summary()}; name some.")
    else:
        if options.conditions is None:
            return read_condition(condition, options.condition, options.count)
        texts = options.conditions.split(",")
        rows = [read_condition(condition, text.strip()) for text in texts]
    turns = np.arange(options.count) % len(rows)
    return {name: np.concatenate([row[name] for row in rows])[turns] for name in condition.columns}


def walk(
    generator: Generator, count: int, seed: int, asked: Arrays, truncation: float, steps: int
) -> Iterator[np.ndarray]:
    """Blocks of signals of a walk from each sample to the next and from the last to the first, showing none twice."""
    import numpy as np

    from ganforge.latents.space import Space

    space = Space(generator)
    codes = space.codes(count, seed, asked, truncation)
    ends = np.roll(codes, -1, axis=0)
    paths = [space.between(start, end, steps + 1)[:-1] for start, end in zip(codes, ends)]
    return space.decode(np.concatenate(paths))
