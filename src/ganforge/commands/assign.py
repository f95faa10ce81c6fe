"""``ganforge set``."""

from __future__ import annotations

import argparse

STUDY = "augmentation_study."
NAME, HELP = (
    "set",
    "write single settings into params.yaml, such as objective.loss=hinge or network.name=style (comments stay)",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: keys and values."""
    parser.add_argument("values", nargs="+", metavar="KEY=VALUE", help="a key of params.yaml and its new value")


def run(options: argparse.Namespace) -> None:
    """Writes the values, and prints what changed."""
    from ganforge.params.recipes import apply_values, describe

    changed = apply_values(options.values)
    for change in describe(changed).values():
        print(change)
    if not changed:
        print("params.yaml has these values already.")
        return
    of_study = [key.startswith(STUDY) for key in changed]
    targets = [target for target, meant in (("repro", not all(of_study)), ("augmentation", any(of_study))) if meant]
    print(f"params.yaml is ready: run {' or '.join(f'`make {target}`' for target in targets)}.")
