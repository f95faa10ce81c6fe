"""``ci/retrain``: retrains what a change affects, and says whether it passes."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ganforge.errors import UserError

EXAMPLES = """
examples:
  ci/retrain --base origin/main                   retrain what differs from it; the report is retrain/report.md
  ci/retrain --recipe mnist --set train.seed=1    retrain with other settings
  ci/retrain --deliver --pictures retrain-pictures --results my-branch
                                                  after one of these, with permission to push

status: 0 the change passes, 1 something failed, 3 the gate of params.yaml refuses the scores
"""


def main() -> None:
    """Retrains, or delivers the results of a retraining."""
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
    """Splits texts into settings; a text may have several."""
    try:
        return [value for text in texts for value in shlex.split(text)]
    except ValueError as error:
        raise UserError(f"--set is {' '.join(texts)!r}, which cannot be read ({error}): close all quotes.") from None


def _arguments() -> argparse.Namespace:
    """The parser. An empty text means no value: workflows pass on empty inputs."""
    parser = argparse.ArgumentParser(
        prog="ci/retrain", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=Path("retrain"), help="folder of the report (default: retrain)")
    run = parser.add_argument_group("retraining")
    run.add_argument("--base", default="", help="revision to compare with (default: the last commit)")
    run.add_argument("--recipe", default="", help="a recipe to write into params.yaml first")
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting; repeatable, or several in one text"
    )
    run.add_argument("--push", action="store_true", help="push results to DVC's remote, if there is one")
    run.add_argument("--register", action="store_true", help="register the generator in MLflow, if it passes")
    deliver = parser.add_argument_group("delivering")
    deliver.add_argument("--deliver", action="store_true", help="push the results of a retraining")
    deliver.add_argument("--pictures", default="", metavar="BRANCH", help="branch for the pictures of the report")
    deliver.add_argument("--results", default="", metavar="BRANCH", help="branch for dvc.lock and the scores")
    deliver.add_argument(
        "--address",
        default="",
        help="address of a picture, as in https://github.com/me/faces/blob/{commit}/{path}?raw=true",
    )
    options = parser.parse_args()
    if options.pictures and "{commit}" not in options.address:
        parser.error("--pictures needs an --address with {commit} and {path}, so that the report can show them")
    return options


if __name__ == "__main__":
    main()
