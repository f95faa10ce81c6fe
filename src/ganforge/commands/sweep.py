"""``ganforge sweep``."""

from __future__ import annotations

import argparse

NAME, HELP = "sweep", "run a grid or a search of recipes/sweeps as experiments, or list them"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the name of a sweep, and how many experiments run at a time."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a file of recipes/sweeps/, such as losses; none: list")
    parser.add_argument("--jobs", type=int, default=1, help="experiments at a time (default: 1)")


def run(options: argparse.Namespace) -> None:
    """Lists the sweeps, or runs one and ranks its experiments."""
    from ganforge.sweeps.plan import list_sweeps

    if options.name is None:
        for name, description in list_sweeps().items():
            print(f"{name:14}{description}")
        return
    from ganforge.commands.compare import print_ranking
    from ganforge.errors import UserError
    from ganforge.sweeps.run import run_sweep

    if options.jobs < 1:
        raise UserError(f"--jobs is {options.jobs}; allowed is at least 1.")
    sweep, records = run_sweep(options.name, options.jobs)
    if not records:
        raise UserError("no experiment gave a score: read their output in .ganforge/sweeps/NAME.log.")
    print_ranking(records, sweep.rank)
    settings = [f"{key}={records[0].params[key]}" for key in sweep.chosen if key in records[0].params]
    print(f"To write the best settings into params.yaml: .venv/bin/ganforge set {' '.join(settings)}")
