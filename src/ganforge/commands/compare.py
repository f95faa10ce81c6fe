"""``ganforge compare``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.scores import STALE
from ganforge.errors import UserError

if TYPE_CHECKING:
    from ganforge.runs.records import Record

NAME, HELP = "compare", "compare runs: parameters, scores, and pictures in reports/compare.html"
PAGE = Path("reports/compare.html")
DECIDING = "quality.fd"  # ranks runs by default
HEADLINE = ("quality.fd_ratio", "quality.coverage", "classifier.conditional_accuracy")  # shown when many are ranked


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: two runs, or more to rank."""
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="id of an MLflow run, git revision, DVC experiment, or workspace for the run here; three are ranked",
    )
    parser.add_argument("--by", metavar="SCORE", help="rank them by this score (default for three or more: quality.fd)")


def run(options: argparse.Namespace) -> None:
    """Prints the differences, and writes the page."""
    from ganforge.evaluation.registry import meanings
    from ganforge.runs.records import ranked

    known = meanings()
    if len(options.runs) < 2:
        raise UserError("one run cannot be compared: name a second one, such as HEAD for the run of the last commit.")
    if options.by is not None and options.by not in known:
        raise UserError(f"--by is {options.by!r}, which is not a score; allowed are {', '.join(known)}.")
    records = [_record(name) for name in options.runs]
    if options.by or len(records) > 2:
        by = options.by or DECIDING
        print_ranking(ranked(records, by), by)
    else:
        print_pair(*records)


def print_ranking(records: Sequence[Record], key: str) -> None:
    """Prints runs in the given order with their differences, and writes the page with their grids."""
    from ganforge.evaluation.reading import shown
    from ganforge.evaluation.score import look_up
    from ganforge.files import write_durably
    from ganforge.pages.report import render_ranking
    from ganforge.runs.records import comparable, differing_params

    scores = list(dict.fromkeys([key, *HEADLINE]))
    heads = ["", *(name.split(".")[1] for name in scores), *differing_params(records)]
    rows = []
    for record in records:
        values = [shown(record.scores, name) for name in scores]
        settings = [str(record.params.get(name, "-")) for name in heads[1 + len(scores) :]]
        rows.append([record.name, *values, *settings])
    widths = [max(len(row[place]) for row in [heads, *rows]) + 2 for place in range(len(heads))]
    for row in [heads, *rows]:
        print("".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip())
    PAGE.parent.mkdir(exist_ok=True)
    write_durably(PAGE, render_ranking(records, heads, rows).encode())
    scored = [record for record in records if look_up(record.scores, key) is not None]
    others = [record.name for record in scored if not comparable(scored[0], record)]
    if others:
        print(
            f"\nNot ranked with the others: {', '.join(others)}. Their scores were measured on other data, by another "
            "extractor or on another number of samples."
        )
    if any(record.stale for record in records):
        print(f"\n{STALE}")
    print(f"\nSide by side  {PAGE}")


def print_pair(before: Record, after: Record) -> None:
    """Prints the differences between two runs, and writes the page that shows them side by side."""
    from ganforge.files import write_durably
    from ganforge.pages.report import render_comparison
    from ganforge.runs.records import LEGEND, changed_params, changed_scores

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
    PAGE.parent.mkdir(exist_ok=True)
    write_durably(PAGE, render_comparison(before, after).encode())
    print(f"\nSide by side  {PAGE}")


def _record(name: str) -> Record:
    """A run by any of its names."""
    from ganforge.runs.records import WORKSPACE, read_revision, read_workspace

    if name == WORKSPACE:
        return read_workspace()
    if re.fullmatch("[0-9a-f]{8,32}", name):
        from ganforge.tracking.reading import read_run
        from ganforge.tracking.store import store_needed

        with store_needed():
            recorded = read_run(name)
        if recorded is not None:
            return recorded
    return read_revision(name)
