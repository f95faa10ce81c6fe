"""``ganforge check``."""

from __future__ import annotations

import argparse

NAME, HELP = "check", "validate params.yaml and the links in data/import, without running anything"


def add(_: argparse.ArgumentParser) -> None:
    """Defines no arguments."""


def run(_: argparse.Namespace) -> None:
    """Says whether params.yaml is valid, and which changes of data/import DVC does not see."""
    from ganforge.datasets.links import linked_folders
    from ganforge.params import load_params
    from ganforge.runs.gate import check_gate

    params = load_params()
    params.check_source()
    check_gate(params.gate)
    print("params.yaml is valid.")
    for link in linked_folders():
        print(f"{link} links to a folder, and DVC does not see its changes: run `dvc repro -f preprocess` after one.")
