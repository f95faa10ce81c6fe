"""``ganforge explain``."""

from __future__ import annotations

import argparse

NAME, HELP = "explain", "explain params.yaml (sections, variants and keys) and scores"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the argument: what to explain, if anything."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="a section, a variant, a key or a score, such as train, network.style, train.beta2 or quality.fd_ratio "
        "(default: list the sections)",
    )


def run(options: argparse.Namespace) -> None:
    """Prints it."""
    from ganforge.evaluation.reading import explain_score, score_groups, score_keys
    from ganforge.params.explaining import explain, overview

    if options.name is None:
        print(overview())
        print(f"\nScores are {', '.join(score_groups())}.")
    else:
        print(explain_score(options.name) or explain(options.name, [*score_groups(), *score_keys()]))
