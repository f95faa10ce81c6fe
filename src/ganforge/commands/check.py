"""``ganforge check``."""

from __future__ import annotations

import argparse

NAME, HELP = "check", "validate params.yaml without running anything"


def add(_: argparse.ArgumentParser) -> None:
    """It takes nothing."""


def run(_: argparse.Namespace) -> None:
    """Says that params.yaml is valid, or what is not."""
    from ganforge.params import load_params

    load_params()
    print("params.yaml is valid.")
