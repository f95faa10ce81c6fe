"""The command ``ganforge``. Whatever is slow to import is imported by the command that needs it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ganforge import __version__
from ganforge.errors import UserError


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; what the user can put right ends in one sentence and exit status 1."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except UserError as error:
        sys.exit(f"ganforge: {error}")
    except BrokenPipeError:
        sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ganforge", description="GANs you can rebuild. Run it in the root of the project, beside params.yaml."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="validate params.yaml without running anything")
    check.set_defaults(command=_check)

    recipe = commands.add_parser(
        "recipe", help="list known-good settings, or write one into params.yaml (comments are kept)"
    )
    recipe.add_argument("name", nargs="?", metavar="NAME", help="a file of recipes/, such as mnist; none: list them")
    recipe.set_defaults(command=_recipe)

    scores = commands.add_parser("scores", help="show the scores of the last run and where its results lie")
    scores.set_defaults(command=_scores)
    return parser


def _check(_: argparse.Namespace) -> None:
    from ganforge.params import load_params

    load_params()
    print("params.yaml is valid.")


def _recipe(options: argparse.Namespace) -> None:
    from ganforge.recipes import apply_recipe, list_recipes

    if options.name is None:
        for name, description in list_recipes().items():
            print(f"{name:14}{description}")
        return
    changed = apply_recipe(options.name)
    for key, (before, after) in changed.items():
        print(f"{key}: {before} -> {after}")
    print("params.yaml is ready: run `make repro`." if changed else "params.yaml has these values already.")


def _scores(_: argparse.Namespace) -> None:
    from ganforge.evaluation.meanings import rows

    metrics, report, grid = Path("reports/metrics.json"), Path("reports/report.html"), Path("samples/grid.png")
    try:
        table = rows(json.loads(metrics.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{metrics} does not exist: run `make repro` to make it.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{metrics} cannot be read ({error}): run `dvc repro -f evaluate` to make it again.") from None
    print(f"\n{_scored():20}{'samples':>16}{'real images':>14}")
    for label, value, real, meaning in table:
        print(f"{label:20}{value:>16}{real:>14}   {meaning}")
    print()
    for what, path in (("Sample grid", grid), ("Report", report)):
        if path.exists():
            print(f"{what:14}{path}")
    print(f"{'Compare runs':14}make ui")


def _scored() -> str:
    """Which data and network the scores are of, where the generator still lies there."""
    try:
        config = json.loads(Path("models/generator/config.json").read_text(encoding="utf-8"))
        return f"{config['dataset']}, {config['network']['name']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


if __name__ == "__main__":
    main()
