"""The command ``ganforge``. Whatever is slow to import is imported by the command that needs it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge import __version__
from ganforge.errors import UserError

if TYPE_CHECKING:
    from ganforge.records import Record


MOST_SHOWN = 400  # samples on a sheet
MOST_SAMPLES = 1_000_000  # that one command draws
STALE = "params.yaml has changed since these scores, or a stage has failed: `make repro` makes them anew."


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; what the user can put right ends in one sentence and exit status 1."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except UserError as error:
        sys.exit(f"ganforge: {error}")
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        from ganforge.files import UNWRITABLE, unwritable

        if error.errno not in UNWRITABLE:
            raise
        sys.exit(f"ganforge: {unwritable(error)}, then try again.")


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

    compare = commands.add_parser(
        "compare", help="what differs between two runs: parameters, scores, and pictures in reports/compare.html"
    )
    for place in ("before", "after"):
        compare.add_argument(
            place,
            metavar="RUN",
            help="id of an MLflow run, git revision, DVC experiment, or workspace for what lies here",
        )
    compare.set_defaults(command=_compare)

    info = commands.add_parser("info", help="what a trained generator is: its data, network, labels and size")
    _add_generator(info)
    info.set_defaults(command=_info)

    sample = commands.add_parser("sample", help="draw samples from a trained generator, as single pictures and a sheet")
    _add_generator(sample)
    sample.add_argument("--count", type=int, default=64, metavar="N", help="how many (default: 64)")
    sample.add_argument("--seed", type=int, default=0, help="the same seed draws the same samples (default: 0)")
    sample.add_argument("--label", help="name or number of a label for all (default: as frequent as in training)")
    sample.add_argument("--columns", type=int, default=10, help="of the sheet (default: 10)")
    sample.add_argument("--out", type=Path, default=Path("generated"), metavar="FOLDER", help="(default: generated)")
    sample.set_defaults(command=_sample)

    scores = commands.add_parser("scores", help="show the scores of the last run and where its results lie")
    scores.set_defaults(command=_scores)
    return parser


def _add_generator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generator",
        type=Path,
        default=Path("models/generator"),
        metavar="FOLDER",
        help="(default: models/generator, where `make repro` leaves it)",
    )


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
    from ganforge.evaluation.alarms import alarms
    from ganforge.evaluation.meanings import SPREAD, headline, rows
    from ganforge.records import METRICS, read_workspace

    record = read_workspace()
    try:
        inception = bool(record.params.get("evaluation.inception"))
        table, told = rows(record.scores), alarms(record.scores, inception=inception)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{METRICS} cannot be read ({error}): remove it, and `make repro` makes it again.") from None
    print(f"\n{_scored():20}{'samples':>16}{'real images':>14}")
    for row in table:
        print(f"{row.meaning.label:20}{row.value:>16}{row.real:>14}   {row.meaning.text}")
    print(f"{SPREAD}\n\n{headline(record.scores)}")
    if record.stale:
        print(f"\n{STALE}")
    for alarm in told:
        print(f"\nALARM: {alarm}")
    print()
    for what, path in (("Sample grid", "samples/grid.png"), ("Report", "reports/report.html")):
        if Path(path).exists():
            print(f"{what:14}{path}")
    print(f"{'Compare runs':14}make ui, or with the last commit: .venv/bin/ganforge compare HEAD workspace")


def _info(options: argparse.Namespace) -> None:
    from ganforge.generator import Generator

    generator = Generator.load(options.generator)
    config = generator.config
    weights = sum(weight.numel() for weight in generator.module.parameters())
    told = {
        "Trained on": f"{config.dataset}, {config.images:,} images shown",
        "Draws": f"{config.signal}s of {' x '.join(map(str, generator.shape))}",
        "Labels": ", ".join(generator.classes) if generator.classes else "none: it was trained without",
        "Network": f"{config.network.name}, {weights:,} weights, latent vectors of {config.network.latent_dim}",
    }
    for name, text in told.items():
        print(f"{name:12}{text}")


def _sample(options: argparse.Namespace) -> None:
    import numpy as np

    from ganforge.generator import Generator
    from ganforge.signals import SIGNALS

    for name, value, least in (("count", options.count, 1), ("columns", options.columns, 1), ("seed", options.seed, 0)):
        if not least <= value <= MOST_SAMPLES:
            raise UserError(f"--{name} is {value}; allowed is {least} to {MOST_SAMPLES}.")
    generator = Generator.load(options.generator)
    signal = SIGNALS[generator.config.signal]()
    label = options.label
    if label is not None and label not in generator.classes and label.isdecimal():
        label = int(label)
    shown, drawn = [], 0
    for block in generator.sample_blocks(options.count, options.seed, label):
        signal.each(block, [f"{drawn + index:06d}" for index in range(len(block))], options.out)
        if drawn < MOST_SHOWN:
            shown.append(block)
        drawn += len(block)
    sheet = options.out / f"sheet{signal.suffix}"
    signal.sheet(np.concatenate(shown)[:MOST_SHOWN], options.columns, sheet)
    print(f"{drawn} samples are in {options.out}, {min(drawn, MOST_SHOWN)} of them on {sheet}.")


def _compare(options: argparse.Namespace) -> None:
    from ganforge.evaluation.report import render_comparison
    from ganforge.files import write_durably
    from ganforge.records import LEGEND, changed_params, changed_scores

    before, after = _record(options.before), _record(options.after)
    width = max(20, len(before.name), len(after.name)) + 2
    print(f"\n{'':34}{before.name:>{width}}{after.name:>{width}}")
    for key, one, other in changed_params(before, after) or [("no parameter differs", "", "")]:
        print(f"{key:34}{one:>{width}}{other:>{width}}")
    print()
    for change in changed_scores(before, after):
        print(f"{change.label:34}{change.before:>{width}}{change.after:>{width}}   {change.verdict}")
    print(f"\n{LEGEND}")
    if before.stale or after.stale:
        print(f"\n{STALE}")
    page = Path("reports/compare.html")
    page.parent.mkdir(exist_ok=True)
    write_durably(page, render_comparison(before, after).encode())
    print(f"\nSide by side  {page}")


def _record(name: str) -> Record:
    """A run by any of its names."""
    from ganforge.records import WORKSPACE, read_revision, read_workspace

    if name == WORKSPACE:
        return read_workspace()
    if re.fullmatch("[0-9a-f]{8,32}", name):
        from ganforge.tracking import read_run, store_needed

        with store_needed():
            recorded = read_run(name)
        if recorded is not None:
            return recorded
    return read_revision(name)


def _scored() -> str:
    """Which data and network the scores are of, where the generator still lies there."""
    try:
        config = json.loads(Path("models/generator/config.json").read_text(encoding="utf-8"))
        return f"{config['dataset']}, {config['network']['name']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


if __name__ == "__main__":
    main()
