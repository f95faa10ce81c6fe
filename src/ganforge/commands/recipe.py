"""``ganforge recipe``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganforge.params.proposal import Proposal

FOLDER = "folder"  # the recipe that depends on what is there
NAME, HELP = "recipe", "list known-good settings, or write one into params.yaml (other settings and comments stay)"


def add(parser: argparse.ArgumentParser) -> None:
    """Name of a recipe, or nothing."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a file of recipes/, such as mnist; none: list them")


def proposed() -> list[Proposal]:
    """Settings for what lies in data/import, on this machine."""
    import torch

    from ganforge.compute import processors
    from ganforge.datasets.links import linked_folders
    from ganforge.params.proposal import propose, survey

    linked_folders()  # refuses what DVC would stumble over

    accelerated = torch.cuda.is_available() or torch.backends.mps.is_available()
    return propose(survey(processors(), accelerated=accelerated))


def run(options: argparse.Namespace) -> None:
    """Lists the recipes, or applies one and says what it changed."""
    from ganforge.params.recipes import apply_recipe, describe, list_recipes

    if options.name is None:
        for name, description in list_recipes().items():
            print(f"{name:14}{description}")
        return
    proposals = proposed() if options.name == FOLDER else []
    changed = apply_recipe(options.name, proposals=proposals)
    reasons = {f"{proposal.section}.{proposal.key}": proposal.reason for proposal in proposals}
    for key, change in describe(changed).items():
        print(f"{change}{f'   ({reasons[key]})' if key in reasons else ''}")
    for key, reason in reasons.items():
        if key not in changed:
            print(f"{key} stays as it is   ({reason})")
    print("params.yaml is ready: run `make repro`." if changed else "params.yaml has these values already.")
