"""``ganforge set``."""

from __future__ import annotations

import argparse

STUDY, GATE = "augmentation_study.", "gate."
NAME, HELP = (
    "set",
    "write single settings into params.yaml, such as objective.loss=hinge or network.name=style (comments stay)",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: keys and values."""
    parser.add_argument("values", nargs="+", metavar="KEY=VALUE", help="a key of params.yaml and its new value")


def run(options: argparse.Namespace) -> None:
    """Writes the values, and prints what changed."""
    from ganforge.errors import UserError
    from ganforge.files import write_durably
    from ganforge.layout import PARAMS
    from ganforge.params import load_params
    from ganforge.params.recipes import apply_values, describe
    from ganforge.runs.gate import check_gate

    before = PARAMS.read_bytes() if PARAMS.exists() else b""
    changed = apply_values(options.values)
    if any(key.startswith(GATE) for key in changed):
        try:
            check_gate(load_params().gate)
        except UserError:
            write_durably(PARAMS, before)
            raise
    for change in describe(changed).values():
        print(change)
    if not changed:
        print("params.yaml has these values already.")
        return
    of_study = [key.startswith(STUDY) for key in changed]
    targets = [target for target, meant in (("repro", not all(of_study)), ("augmentation", any(of_study))) if meant]
    print(f"params.yaml is ready: run {' or '.join(f'`make {target}`' for target in targets)}.")
