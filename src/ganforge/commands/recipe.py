"""``ganforge recipe``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.params.rules import MINUTES

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import MidiSettings
    from ganforge.params.files import Files
    from ganforge.params.rules import Proposal
    from ganforge.prepared.columns import Kind

FOLDER, SOUNDS, MUSIC = "folder", "sounds", "midi"  # the recipes that depend on the files in data/import
READING = {  # keys of dataset that stay if params.yaml already reads these files
    name: ("held_out", "labels", "max_broken", *more)
    for name, more in (
        (FOLDER, ("crop", "channels", "background", "mirror", "min_side", "max_megapixels")),
        (SOUNDS, ("loudness", "griffin_lim", "min_seconds", "silence")),
        (MUSIC, ("voices", "steps_per_quarter", "steps", "stride", "transpose", "tempo", "step_difference")),
    )
}
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
        help=f"minutes of training, for the recipes {FOLDER}, {SOUNDS} and {MUSIC}: 5 for a first look, 20 for better "
        f"results, 120 for large images (default: {MINUTES})",
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


def proposed(name: str, minutes: int, resolution: int | None, present: Mapping[str, Any]) -> list[Proposal]:
    """Settings for the files in data/import, on this machine; ``present`` is the result of `kept`."""
    from ganforge.compute import processors
    from ganforge.compute.device import configure
    from ganforge.datasets.links import linked_folders
    from ganforge.datasets.music_settings import MidiSettings
    from ganforge.params.music_proposal import propose_for_music, survey_music
    from ganforge.params.proposal import propose
    from ganforge.params.recipes import with_recipe
    from ganforge.params.sound_proposal import propose_for_sounds, survey_sounds
    from ganforge.params.survey import survey

    linked_folders()  # refuses files that DVC cannot handle

    recipe = with_recipe(name, kept={"dataset": present})
    device, dataset = configure(recipe.compute).type, recipe.dataset.model_dump()
    max_broken = dataset["max_broken"]
    if name == MUSIC:
        settings = MidiSettings.model_validate(dataset)
        music = survey_music(processors(), device, present, settings)
        announce_measuring(music, max_broken)
        return propose_for_music(music, minutes, partial(speed_of_music, settings, len(music.class_counts)))
    if name == SOUNDS:
        sounds = survey_sounds(processors(), device, present)
        announce_measuring(sounds, max_broken)
        return propose_for_sounds(sounds, minutes, partial(speed_of_sounds, len(sounds.class_counts)))
    images = survey(processors(), device, present)
    announce_measuring(images, max_broken)
    return propose(images, minutes, partial(speed, len(images.class_counts)), resolution)


def announce_measuring(seen: Files, max_broken: float) -> None:
    """Says whether too many files cannot be used, that the machine is measured, and whether it is busy."""
    if warning := seen.warning(max_broken):
        print(warning)
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > BUSY * seen.processors:
        print("other programs keep this machine busy: it may be measured as slower than it is")
    print("measuring how fast this machine trains; this takes about a minute, and longer if it is busy")


def kept(name: str) -> Mapping[str, Any]:
    """How params.yaml reads the files in data/import, if it does; the user may have changed it."""
    from ganforge.layout import PARAMS
    from ganforge.params.reading import read_yaml

    sections = read_yaml(PARAMS)
    section = sections.get("dataset") if isinstance(sections, dict) else None
    if not isinstance(section, dict) or section.get("name") != name:
        return {}
    return {key: section[key] for key in READING[name] if key in section}


def speed(classes: int, proposals: Sequence[Proposal], size: tuple[int, int]) -> float:
    """Images per second of a training with the proposed settings on this machine."""
    from ganforge.prepared.columns import Kind

    return signals_per_second(FOLDER, proposals, (CHANNELS, *size), classes, Kind("image"))


def speed_of_sounds(classes: int, proposals: Sequence[Proposal], rate: int, samples: int) -> float:
    """Spectrograms per second of a training with the proposed settings on this machine."""
    from ganforge.params.sound_proposal import FFT
    from ganforge.prepared.columns import Kind
    from ganforge.signals.sound import SpectrogramSignal, about_sounds

    bins = FFT // 2
    about = about_sounds(rate, samples, FFT, loudest=[0.0] * bins, rounds=1)
    kind = Kind(SpectrogramSignal.kind, about)
    return signals_per_second(SOUNDS, proposals, (1, bins, samples // bins), classes, kind)


def speed_of_music(settings: MidiSettings, classes: int, proposals: Sequence[Proposal], pitches: int) -> float:
    """Windows per second of a training with the proposed settings on this machine."""
    from ganforge.prepared.columns import Kind
    from ganforge.signals.music import MusicSignal

    about = {"lowest": 0, "pitches": pitches, "step_difference": settings.step_difference}
    kind = Kind(MusicSignal.kind, about)
    return signals_per_second(MUSIC, proposals, (settings.voices, settings.steps), classes, kind)


def signals_per_second(
    recipe: str, proposals: Sequence[Proposal], shape: tuple[int, ...], classes: int, kind: Kind
) -> float:
    """Signals per second of a training with a recipe and the proposed settings on this machine.

    Several processes are taken to be as fast as one with its share of the batch, times their number.
    """
    from ganforge.compute.device import configure
    from ganforge.params.recipes import with_recipe
    from ganforge.training.setup import Plan
    from ganforge.training.speed import images_per_second

    params = with_recipe(recipe, proposals)
    processes = params.compute.processes
    train = params.train.model_copy(update={"batch_size": params.train.batch_size // processes})
    plan = Plan(params.network, params.objective, train, params.augment, params.compute)
    labels = classes if params.dataset.labelled else 0
    return processes * images_per_second(plan, shape, labels, configure(params.compute), kind=kind)


def run(options: argparse.Namespace) -> None:
    """Lists the recipes, or applies one and prints its changes."""
    from ganforge.params.recipes import apply_recipe, describe, list_recipes

    for option, key, names in (("minutes", "train.images", [*READING]), ("resolution", "dataset.resolution", [FOLDER])):
        if getattr(options, option) is not None and options.name not in names:
            raise UserError(
                f"--{option} works with the recipe {' or '.join(names)} only; set {key} after other recipes."
            )
    if options.name is None:
        recipes = list_recipes()
        width = max(map(len, recipes)) + 2
        for name, description in recipes.items():
            print(f"{name:{width}}{description}")
        return
    present: Mapping[str, Any] = {}
    proposals: Sequence[Proposal] = ()
    if options.name in READING:
        present = kept(options.name)
        proposals = proposed(options.name, options.minutes or MINUTES, options.resolution, present)
    changed = apply_recipe(options.name, proposals=proposals, kept={"dataset": present})
    reasons = {f"{proposal.section}.{proposal.key}": proposal.reason for proposal in proposals}
    untold = dict(reasons)
    for key, change in describe(changed).items():
        setting = ".".join(key.split(".")[:2])  # a schedule has more parts
        why = untold.pop(setting, None)
        print(change if why is None else f"{change}   ({why})")
    for key, reason in untold.items():
        print(f"{key} stays as it is   ({reason})")
    next_step = "run `make look` to check what was read, then `make repro`" if proposals else "run `make repro`"
    print(f"params.yaml is ready: {next_step}." if changed else "params.yaml has these values already.")
