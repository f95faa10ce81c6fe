"""``ganforge recipe``."""

from __future__ import annotations

import argparse

NAME, HELP = "recipe", "list known-good settings, or write one into params.yaml (comments are kept)"


def add(parser: argparse.ArgumentParser) -> None:
    """Name of a recipe, or nothing."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a file of recipes/, such as mnist; none: list them")


def run(options: argparse.Namespace) -> None:
    """Lists the recipes, or applies one and says what it changed."""
    from ganforge.recipes import apply_recipe, list_recipes

    if options.name is None:
        for name, description in list_recipes().items():
            print(f"{name:14}{description}")
        return
    changed = apply_recipe(options.name)
    for key, (before, after) in changed.items():
        print(f"{key}: {before} -> {after}")
    print("params.yaml is ready: run `make repro`." if changed else "params.yaml has these values already.")
