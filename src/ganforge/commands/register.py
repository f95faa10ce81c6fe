"""``ganforge register``."""

from __future__ import annotations

import argparse

NAME, HELP = "register", "make the last run's generator the champion in MLflow's registry, unless it is worse"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the name, and whether to ignore a refusal."""
    parser.add_argument("--name", help="name of the registered model (default: ganforge- and the name of the data set)")
    parser.add_argument("--force", action="store_true", help="even if it is worse than the champion, or has alarms")


def run(options: argparse.Namespace) -> None:
    """Registers the generator and prints its version."""
    from ganforge.publishing.registry import CHAMPION, register

    registration = register(options.name, force=options.force)
    what = f"version {registration.version} of {registration.name}"
    print(f"{what} is now the {CHAMPION}." if registration.new else f"This generator is {what}, the {CHAMPION}.")
    for score in registration.worse:
        print(f"Worse than the previous champion: {score}")
    print("Serve it: make serve")
