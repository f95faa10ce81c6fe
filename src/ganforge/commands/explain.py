"""``ganforge explain``."""

from __future__ import annotations

import argparse

NAME, HELP = "explain", "explain params.yaml: its sections, their variants, and what each key means"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the argument: what to explain, if anything."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="a section, a variant or a key, such as train, network.style or train.beta2 (default: list them)",
    )


def run(options: argparse.Namespace) -> None:
    """Prints it."""
    from ganforge.params.explaining import explain, overview

    print(overview() if options.name is None else explain(options.name))
