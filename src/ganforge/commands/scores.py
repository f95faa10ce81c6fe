"""``ganforge scores``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ganforge.errors import UserError
from ganforge.layout import GENERATOR, GRID, METRICS, REPORT, TRAINING

if TYPE_CHECKING:
    from ganforge.runs.records import Record

NAME, HELP = "scores", "show the scores of the last run and where its results are"
STALE = "params.yaml has changed since these scores, or a stage has failed: run `make repro` to update them."


def add(_: argparse.ArgumentParser) -> None:
    """Defines no arguments."""


def run(_: argparse.Namespace) -> None:
    """Prints every score next to that of real data, the headline, and alarms."""
    from ganforge.evaluation.reading import SPREAD, alarms, beside, headline, rows
    from ganforge.runs.records import read_workspace

    record = read_workspace()
    try:
        table, warnings, others = rows(record.scores), alarms(record.scores), beside(record.scores)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{METRICS} cannot be read ({error}): remove it and run `make repro`.") from None
    if record.stale:
        print(f"\n{STALE}")
    print(f"\n{_scored():20}{'samples':>16}{'real data':>14}")
    for row in table:
        print(f"{row.meaning.label:20}{row.value:>16}{row.real:>14}   {row.meaning.text}")
    if others is not None:
        heads = "".join(f"{head:>16}" for head in others.heads)
        print(f"\n{'compared with others':20}{'samples':>16}{heads}")
        for meaning, value, cells in others.rows:
            print(
                f"{meaning.label:20}{value:>16}{''.join(f'{cell:>16}' for cell in cells)}   {meaning.better} is better"
            )
    print(f"{SPREAD}\n\n{headline(record.scores)}")
    for alarm in warnings:
        print(f"\nALARM: {alarm}")
    if advice := _advice(record):
        print(f"\n{advice}")
    print()
    for what, path in (("Sample grid", GRID), ("Report", REPORT)):
        if path.exists():
            print(f"{what:14}{path}")
    print(f"{'Compare runs':14}make ui, or with a commit on the same data: ganforge compare HEAD workspace")


def _advice(record: Record) -> str:
    """What to try next; empty if the training on disk may be another one than that of the scores."""
    import pandas as pd

    from ganforge.runs.next_step import next_step

    if record.stale:
        return ""
    try:
        chosen_at = int(json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["images"])
        history = pd.read_csv(TRAINING)
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return next_step(record.scores, record.params, history, chosen_at)


def _scored() -> str:
    """The data and the network of the scores, if the generator is still here."""
    try:
        config = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))
        return f"{config['dataset']}, {config['network']['name']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
