"""``ganforge edit``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.pictures import CODE, EncodedSignal, add_file, open_space, read_code, write_code
from ganforge.errors import UserError
from ganforge.layout import DIRECTIONS

if TYPE_CHECKING:
    import numpy as np
    import torch

NAME, HELP = "edit", "edit a picture: project it, and move its code along a direction"
COLUMNS = 7  # steps on the sheet
MOST = 20.0


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the picture, the direction and how far to move."""
    add_file(parser, f"a picture, or another file of what the generator draws, or {CODE} of one")
    parser.add_argument(
        "--direction", action="append", metavar="NAME", help="one of models/directions (default: list them)"
    )
    parser.add_argument(
        "--strength",
        type=float,
        metavar="S",
        help="how far: standard deviations, either sign (default: 2); towards a class, share of the way (default: 1)",
    )
    parser.add_argument("--out", type=Path, default=Path("edited"), metavar="FOLDER", help="(default: edited)")


def run(options: argparse.Namespace) -> None:
    """Writes the edited picture, its code, and a sheet of the steps."""
    if options.strength is not None and not -MOST <= options.strength <= MOST:
        raise UserError(f"--strength is {options.strength}; allowed is {-MOST:g} to {MOST:g}.")
    if options.strength is not None and not options.direction:
        raise UserError("--strength needs --direction: name one, or omit both to list the directions.")
    direction, *others = options.direction or [None]
    if others:
        raise UserError(
            f"--direction is given {len(others) + 1} times; give one, then edit {options.out / CODE} along the next."
        )
    if not options.file.exists():
        raise UserError(f"{options.file} does not exist: name a picture, or {CODE} of one.")

    import numpy as np

    from ganforge.latents.directions import TO, Directions
    from ganforge.latents.projection import describe_error
    from ganforge.prepared.columns import LABELS
    from ganforge.signals import SHEET_SUFFIX

    space = open_space(options.generator)
    directions = Directions.load(DIRECTIONS, space.generator)
    if direction is None:
        print("\n".join(directions.names) or "none found")
        return
    directions.check(direction)
    strength = options.strength
    if strength is None:
        strength = 1.0 if direction.startswith(TO) else 2.0
    encoded = read_code(options.file, space)
    labels = encoded.asked.get(LABELS)
    after = directions.label_after(labels, direction, strength)
    if labels is None and directions.classes:
        labels = _recognised(encoded, space.generator.device)
    steps = np.linspace(0, strength, COLUMNS)
    codes = np.concatenate([directions.edit(encoded.code, labels, direction, float(step)) for step in steps])
    signal, signals = space.generator.signal, space.signals(codes)
    signal.each(np.concatenate([encoded.reconstruction, signals[-1:]]), ["reconstruction", "edited"], options.out)
    signal.sheet(signals, COLUMNS, options.out / f"sheet{SHEET_SUFFIX}")
    asked = encoded.asked if after is None else {**encoded.asked, LABELS: after}
    write_code(options.out / CODE, EncodedSignal(codes[-1:], asked, None, signals[-1:], None), space)
    if encoded.share_of_mean_error is not None:
        print(describe_error(encoded.share_of_mean_error))
    print(f"edited, reconstruction, the steps between them (sheet{SHEET_SUFFIX}) and {CODE} are in {options.out}.")


def _recognised(encoded: EncodedSignal, device: torch.device) -> np.ndarray:
    """The class that the extractor recognises."""
    from ganforge.features.extractor import Extractor
    from ganforge.layout import EXTRACTOR

    return Extractor.load(EXTRACTOR, device)(encoded.reconstruction).labels
