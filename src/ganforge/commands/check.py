"""``ganforge check``."""

from __future__ import annotations

import argparse

NAME, HELP = "check", "validate params.yaml and the links in data/import, without running anything"


def add(_: argparse.ArgumentParser) -> None:
    """It takes nothing."""


def run(_: argparse.Namespace) -> None:
    """Says that params.yaml is valid, or what is not; and what DVC will not see of data/import."""
    from ganforge.datasets.links import linked_folders
    from ganforge.params import load_params
    from ganforge.runs.gate import check_gate

    params = load_params()
    params.check_source()
    check_gate(params.gate)
    print("params.yaml is valid.")
    for link in linked_folders():
        print(f"{link} is a link to a folder: DVC does not see when that changes; run `dvc repro -f preprocess` then.")
