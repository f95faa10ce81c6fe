"""``ci/retrain``: retrains what a change touches, and says whether it may go in."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ganforge.errors import UserError

EXAMPLES = """
examples:
  ci/retrain --base origin/main                   what differs from there; the report is retrain/report.md
  ci/retrain --recipe mnist --set train.seed=1    what other settings make of it
  ci/retrain --deliver --pictures retrain-pictures --results my-branch
                                                  after one of these, where there is the right to push

status: 0 the change passes, 1 something failed, 3 the gate of params.yaml refuses the scores
"""


def main() -> None:
    """Retrains, or delivers what a retraining left."""
    options = _arguments()
    try:
        if options.deliver:
            from ganforge.retraining.deliver import deliver

            deliver(options.output, pictures=options.pictures, results=options.results, address=options.address)
        else:
            from ganforge.retraining.run import Order, retrain

            order = Order(
                base=options.base,
                recipe=options.recipe,
                values=_settings(options.set),
                output=options.output,
                push=options.push,
                register=options.register,
            )
            sys.exit(retrain(order))
    except UserError as error:
        sys.exit(f"ci/retrain: {error}")


def _settings(texts: Sequence[str]) -> list[str]:
    """Single settings of texts that may hold several."""
    try:
        return [value for text in texts for value in shlex.split(text)]
    except ValueError as error:
        raise UserError(
            f"--set is {' '.join(texts)!r}, which cannot be read ({error}): close what was opened."
        ) from None


def _arguments() -> argparse.Namespace:
    """An empty text is the same as nothing: workflows hand on what nobody filled in."""
    parser = argparse.ArgumentParser(
        prog="ci/retrain", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=Path("retrain"), help="folder of the report (default: retrain)")
    run = parser.add_argument_group("retraining")
    run.add_argument("--base", default="", help="revision to compare with (default: the last commit)")
    run.add_argument("--recipe", default="", help="a recipe to write into params.yaml first")
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting; several, or several in one text"
    )
    run.add_argument("--push", action="store_true", help="results to DVC's remote, if there is one")
    run.add_argument("--register", action="store_true", help="the generator in MLflow's registry, if it passes")
    deliver = parser.add_argument_group("delivering")
    deliver.add_argument("--deliver", action="store_true", help="push what a retraining left")
    deliver.add_argument("--pictures", default="", metavar="BRANCH", help="branch that pictures of the report go to")
    deliver.add_argument("--results", default="", metavar="BRANCH", help="branch that dvc.lock and scores go to")
    deliver.add_argument(
        "--address",
        default="",
        help="of a picture, as in https://github.com/me/faces/blob/{commit}/{path}?raw=true",
    )
    options = parser.parse_args()
    if options.pictures and "{commit}" not in options.address:
        parser.error("--pictures needs an --address with {commit} and {path}, for the report to show them")
    return options


if __name__ == "__main__":
    main()
