"""Runs a sweep: its experiments, their ranking, and their parent in MLflow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial

from ganforge.evaluation.reading import shown
from ganforge.evaluation.score import look_up
from ganforge.files import repository_root
from ganforge.layout import RUN
from ganforge.params import parse_params
from ganforge.runs.records import Record, differing_params, ranked
from ganforge.sweeps.experiments import read_file, read_params, run_trials
from ganforge.sweeps.plan import Sweep, combinations, family, load_sweep, plan
from ganforge.sweeps.search import search
from ganforge.tracking.families import gather
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import scoring_mark
from ganforge.tracking.store import store_needed


def run_sweep(name: str, jobs: int) -> tuple[Sweep, list[Record]]:
    """Runs the missing experiments of a sweep, and collects their runs in MLflow.

    Args:
        name: a file of recipes/sweeps, without its suffix.
        jobs: how many experiments run at a time.

    Returns:
        The sweep, and the records of its experiments, best first.

    Raises:
        UserError: the sweep is wrong, or DVC or MLflow fail.
    """
    sweep = load_sweep(name)
    run = partial(run_trials, jobs=jobs)
    if sweep.search is None:
        experiments: Mapping[str, Record] = run([plan(name, sweep, chosen) for chosen in combinations(sweep)])
    else:
        experiments = search(name, sweep, repository_root() / ".ganforge" / "sweeps", jobs, run)
    records = ranked(list(experiments.values()), sweep.rank)
    if records:
        record(family(name, sweep), sweep, records)
    return sweep, records


def record(parent: str, sweep: Sweep, records: Sequence[Record]) -> None:
    """Puts the MLflow runs of the experiments under a parent, with a description that ranks them."""
    members = {
        each.name: (Identity.parse(read_file(each.name, RUN), f"{RUN} of {each.name}"), scoring(each))
        for each in records
    }
    choices = sweep.grid or (sweep.search.model_dump()["space"] if sweep.search else {})
    params = {"rank": sweep.rank} | {key: json.dumps(value) for key, value in {**sweep.fixed, **choices}.items()}
    first = look_up(records[0].scores, sweep.rank)
    best = {} if first is None else {sweep.rank.replace(".", "/"): first}
    with store_needed():
        gather(parent, members, params, best, ranking(records, sweep.rank))


def scoring(experiment: Record) -> str:
    """How the samples of an experiment were scored."""
    return scoring_mark(parse_params(read_params(experiment.name), experiment.name), experiment.scores)


def ranking(records: Sequence[Record], key: str) -> str:
    """A table in Markdown: what differs between the experiments, and the score that ranks them."""
    keys = differing_params(records)
    lines = [f"| experiment | {key} | {' | '.join(keys)} |", "|---|---|" + "---|" * len(keys)]
    for each in records:
        cells = [each.name, shown(each.scores, key), *(str(each.params.get(name)) for name in keys)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
