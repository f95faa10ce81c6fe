"""reports/report.html: one page that opens anywhere and loads nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganforge.evaluation.reading import SPREAD, alarms, beside, headline, rows
from ganforge.evaluation.score import look_up
from ganforge.pages.page import Picture, Section, render
from ganforge.runs.records import LEGEND, Record, changed_params, changed_scores

IRRELEVANT = ("compute.", "augmentation_study.")  # parameters that do not change this run


def render_report(
    *,
    title: str,
    data: str,
    current: Record,
    previous: Record | str,
    chosen: str,
    sections: Sequence[Section],
    environment: Mapping[str, Any],
) -> str:
    """The page of one run.

    Args:
        title: title of the page.
        data: plural name of the signals, such as ``images``.
        current: this run.
        previous: the previous run, or why there is none.
        chosen: sentences about which generator of the training this is, and what to try next.
        sections: pictures; empty sections are left out.
        environment: the code and the versions that it ran with.
    """
    before = None if isinstance(previous, str) else previous
    scores = current.scores
    return render(
        "report.html",
        title=title,
        data=data,
        counts=scores["n"],
        labelled=look_up(scores, "classifier.extractor_accuracy") is not None,
        pretrained=look_up(scores, "quality.pretrained_features") is not None,
        alarms=alarms(scores),
        rows=rows(scores),
        beside=beside(scores),
        sections=[section for section in sections if section.pictures or section.players],
        headline=headline(scores, data),
        chosen=chosen,
        spread=SPREAD,
        legend=LEGEND,
        before=before,
        no_previous=previous if before is None else "",
        changed_params=changed_params(before, current) if before else [],
        changed_scores=changed_scores(before, current) if before else [],
        params={key: value for key, value in current.params.items() if not key.startswith(IRRELEVANT)},
        environment=environment,
    )


def render_comparison(before: Record, after: Record) -> str:
    """The page that shows two runs side by side."""
    captioned = [(record.name, record.grid) for record in (before, after)]
    return render(
        "compare.html",
        title=f"{before.name} against {after.name}",
        legend=LEGEND,
        before=before,
        after=after,
        changed_params=changed_params(before, after),
        changed_scores=changed_scores(before, after),
        grids=[Picture(name, grid) for name, grid in captioned if grid],
    )


def render_ranking(records: Sequence[Record], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The page that ranks several runs: a table with the given cells, and their grids."""
    grids = [Picture(record.name, record.grid) for record in records if record.grid]
    return render("ranking.html", title="Runs, best first", heads=heads, rows=rows, grids=grids)
