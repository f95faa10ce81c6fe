"""``ganforge recipe``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.params.proposal import MINUTES

if TYPE_CHECKING:
    from ganforge.params.proposal import Proposal

FOLDER = "folder"  # the recipe that depends on the files in data/import
READING = (  # keys of dataset that stay if params.yaml already reads these files
    *("held_out", "labels", "crop", "channels", "background", "mirror", "min_side", "max_megapixels", "max_broken"),
)
SIDE = (8, 1024)  # pixels, as in dataset.resolution
BUSY = 0.5  # running programs for each processor
CHANNELS = 3  # of images: whether they are grey is known after all are read
NAME, HELP = "recipe", "list known-good settings, or write one into params.yaml (other settings and comments stay)"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the name of a recipe, if any, and how long to train."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a file of recipes/, such as mnist (default: list)")
    parser.add_argument(
        "--minutes",
        type=positive,
        help="minutes of training, for the recipe folder: 5 for a first look, 20 for better images, 120 for large ones "
        f"(default: {MINUTES})",
    )
    parser.add_argument(
        "--resolution",
        type=side,
        metavar="PIXELS",
        help="side of the images, for the recipe folder (default: what the files have and the time allows)",
    )


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def side(text: str) -> int:
    """A side of images that networks can have."""
    least, most = SIDE
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of {least} to {most}")
    return int(text)


def proposed(minutes: int, resolution: int | None, present: Mapping[str, Any]) -> list[Proposal]:
    """Settings for the files in data/import, on this machine; ``present`` is the result of `kept`."""
    from ganforge.compute import processors
    from ganforge.compute.device import configure
    from ganforge.datasets.links import linked_folders
    from ganforge.params.proposal import propose
    from ganforge.params.recipes import with_recipe
    from ganforge.params.survey import survey

    linked_folders()  # refuses files that DVC cannot handle

    device = configure(with_recipe(FOLDER).compute).type
    seen = survey(processors(), device, present)
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > BUSY * processors():
        print("other programs keep this machine busy: it may be measured as slower than it is")
    print("measuring how fast this machine trains; this takes up to a minute")
    return propose(seen, minutes, partial(speed, len(seen.class_counts)), resolution)


def kept() -> Mapping[str, Any]:
    """How params.yaml reads the files in data/import, if it does; the user may have changed it."""
    from ganforge.layout import PARAMS
    from ganforge.params.reading import read_yaml

    sections = read_yaml(PARAMS)
    section = sections.get("dataset") if isinstance(sections, dict) else None
    if not isinstance(section, dict) or section.get("name") != FOLDER:
        return {}
    return {key: section[key] for key in READING if key in section}


def speed(classes: int, proposals: Sequence[Proposal], size: tuple[int, int]) -> float:
    """Images per second of a training with the proposed settings on this machine.

    Several processes are taken to be as fast as one with its share of the batch, times their number.
    """
    from ganforge.compute.device import configure
    from ganforge.params.recipes import with_recipe
    from ganforge.training.setup import Plan
    from ganforge.training.speed import images_per_second

    params = with_recipe(FOLDER, proposals)
    processes = params.compute.processes
    train = params.train.model_copy(update={"batch_size": params.train.batch_size // processes})
    plan = Plan(params.network, params.objective, train, params.augment, params.compute)
    labels = classes if params.dataset.labelled else 0
    return processes * images_per_second(plan, (CHANNELS, *size), labels, configure(params.compute))


def run(options: argparse.Namespace) -> None:
    """Lists the recipes, or applies one and prints its changes."""
    from ganforge.params.recipes import apply_recipe, describe, list_recipes

    for option, key in (("minutes", "train.images"), ("resolution", "dataset.resolution")):
        if getattr(options, option) is not None and options.name != FOLDER:
            raise UserError(f"--{option} works with the recipe {FOLDER} only; set {key} after other recipes.")
    if options.name is None:
        recipes = list_recipes()
        width = max(map(len, recipes)) + 2
        for name, description in recipes.items():
            print(f"{name:{width}}{description}")
        return
    present = kept() if options.name == FOLDER else {}
    proposals = proposed(options.minutes or MINUTES, options.resolution, present) if options.name == FOLDER else []
    changed = apply_recipe(options.name, proposals=proposals, kept={"dataset": present})
    reasons = {f"{proposal.section}.{proposal.key}": proposal.reason for proposal in proposals}
    untold = dict(reasons)
    for key, change in describe(changed).items():
        setting = ".".join(key.split(".")[:2])  # a schedule has more parts
        why = untold.pop(setting, None)
        print(change if why is None else f"{change}   ({why})")
    for key, reason in untold.items():
        print(f"{key} stays as it is   ({reason})")
    print("params.yaml is ready: run `make repro`." if changed else "params.yaml has these values already.")
