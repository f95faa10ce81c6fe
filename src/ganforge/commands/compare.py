"""``ganforge compare``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.scores import STALE

if TYPE_CHECKING:
    from ganforge.records import Record

NAME, HELP = "compare", "what differs between two runs: parameters, scores, and pictures in reports/compare.html"


def add(parser: argparse.ArgumentParser) -> None:
    """Two runs."""
    for place in ("before", "after"):
        parser.add_argument(
            place,
            metavar="RUN",
            help="id of an MLflow run, git revision, DVC experiment, or workspace for what lies here",
        )


def run(options: argparse.Namespace) -> None:
    """Prints what differs, and writes the page."""
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
