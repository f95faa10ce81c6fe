"""``ganforge augment``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError
from ganforge.layout import EXTRACTOR, PREPARED

NAME, HELP = "augment", "write a balanced, labelled set of generated samples, for other programs to train on"
MOST = 20_000


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: how many samples, which generator, and which samples to keep."""
    add_generator(parser)
    parser.add_argument(
        "--data",
        type=Path,
        default=PREPARED,
        metavar="DIR",
        help="prepared data that it was trained on (default: data/prepared)",
    )
    parser.add_argument("--per-class", type=int, default=100, metavar="N", help="samples of each class (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same samples (default: 0)")
    parser.add_argument(
        "--min-confidence",
        type=float,
        default=0.0,
        metavar="0..1",
        help="leave out samples to whose class the classifier gives a lower probability (default: 0)",
    )
    parser.add_argument(
        "--min-distance",
        type=float,
        default=0.0,
        metavar="R",
        help="leave out samples nearer to training data; 1: as near as two training items, 0: a copy (default: 0)",
    )
    parser.add_argument("--out", type=Path, default=Path("augmented"), metavar="DIR", help="(default: augmented)")


def run(options: argparse.Namespace) -> None:
    """Writes a folder for each class, as torchvision's ImageFolder reads it, and a table of all samples."""
    check(options)

    from ganforge.augmenting.labelled_set import Filter, Inspector, class_names, write_set
    from ganforge.compute.device import configure
    from ganforge.features.extractor import Extractor
    from ganforge.files import read_array
    from ganforge.generator import Generator
    from ganforge.params import load_params
    from ganforge.prepared.columns import SIGNAL
    from ganforge.prepared.meta import Prepared
    from ganforge.signals import signal_of

    device = configure(load_params().compute)
    generator = Generator.load(options.generator, device)
    names, signal = class_names(generator), generator.signal
    data, extractor = Prepared.load(options.data), Extractor.load(EXTRACTOR, device)
    of_data = (signal_of(data.meta.columns[SIGNAL]), data.meta.classes)
    if of_data != (signal, names) or (extractor.signal, extractor.classes) != (signal, len(names)):
        raise UserError(
            f"{options.data} or {EXTRACTOR} is not of the training data of {options.generator}: name those data."
        )
    stored = options.data == PREPARED
    features = read_array(EXTRACTOR / "train_features.npy") if stored else extractor(data.splits["train"].signal).values
    wanted = Filter(options.min_confidence, options.min_distance)
    confidence = write_set(
        options.out, generator, Inspector(extractor, features), options.per_class, options.seed, wanted
    )
    count = len(names) * options.per_class
    print(f"{count} {signal.plural} of {len(names)} classes and a table of them are in {options.out}.")
    print(f"The classifier gives their labels a mean probability of {confidence:.1%}.")


def check(options: argparse.Namespace) -> None:
    """Checks that numbers are in their ranges, and that nothing is overwritten.

    Raises:
        UserError: a check fails.
    """
    from ganforge.settings import LAST_SEED

    for name, value, least, most in (
        ("per-class", options.per_class, 1, MOST),
        ("seed", options.seed, 0, LAST_SEED),
        ("min-confidence", options.min_confidence, 0, 1),
        ("min-distance", options.min_distance, 0, 1000),
    ):
        if not least <= value <= most:
            raise UserError(f"--{name} is {value}; allowed is {least} to {most}.")
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise UserError(f"{options.out} exists and is not empty: name another folder, or remove it.")
