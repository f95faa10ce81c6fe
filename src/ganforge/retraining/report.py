"""The report of a retraining, in Markdown: the facts to accept or reject a change."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ganforge.evaluation.reading import headline, number_of
from ganforge.evaluation.registry import meanings
from ganforge.evaluation.score import look_up
from ganforge.figures.plots import plot_trainings
from ganforge.files import write_durably
from ganforge.retraining.places import PICTURES, REPORT
from ganforge.retraining.stages import Reproduction, Stage
from ganforge.runs.gate import Finding
from ganforge.runs.records import LEGEND, Record, changed_scores

BEFORE, AFTER = "base", "this change"
MARKS = {"better": "**better**", "worse": "**worse**"}
MOST_REASONS = 4
WHY_AGAIN = "its results were neither here nor in a remote"


@dataclass
class Retraining:
    """The contents of a report.

    Attributes:
        commit: commit of the change.
        base_commit: commit that it is compared with.
        base: the run of the base, or None.
        record: the run of the change, or None if the pipeline failed.
        reproduction: what the pipeline did, or None if there was nothing to do.
        refusal: why it could not begin, or empty.
        params: parameters that differ from the base, with both values.
        rules: rules of the gate, with their bounds and the values.
        findings: findings of the gate.
        histories: training.csv of base and change, if they exist, by `BEFORE` and `AFTER`.
        notes: further remarks: where the run was recorded, what could not be pulled.
        troubles: failures outside the pipeline.
    """

    commit: str
    base_commit: str
    base: Record | None
    record: Record | None = None
    reproduction: Reproduction | None = None
    refusal: str = ""
    params: list[tuple[str, str, str]] = field(default_factory=list)
    rules: list[tuple[str, str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    histories: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the pipeline succeeded and the gate accepts its scores."""
        failed = self.reproduction is not None and bool(self.reproduction.failure)
        refused = any(finding.refused for finding in self.findings)
        return not (failed or refused or self.refusal or self.troubles)

    @property
    def ran(self) -> list[str]:
        """Names of the stages that ran."""
        return [stage.name for stage in self._stages() if stage.outcome == "ran"]

    def _stages(self) -> Sequence[Stage]:
        return self.reproduction.stages if self.reproduction else []


def write_report(retraining: Retraining, folder: Path) -> Path:
    """Writes report.md and its pictures into ``folder``."""
    pictures = folder / PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(
        part
        for part in (
            _verdict(retraining),
            _findings(retraining),
            _gate(retraining),
            _parameters(retraining),
            _scores(retraining),
            _samples(retraining, pictures),
            _training(retraining, pictures),
            _what_ran(retraining),
            _notes(retraining),
        )
        if part
    )
    report = folder / REPORT
    write_durably(report, f"{text}\n".encode())
    return report


def _verdict(retraining: Retraining) -> str:
    """The outcome, in a headline."""
    reproduction, record = retraining.reproduction, retraining.record
    if retraining.refusal:
        return f"## The retraining could not begin\n\n{_code([retraining.refusal])}"
    if reproduction is not None and reproduction.failure:
        failed = next((stage.name for stage in reproduction.stages if stage.outcome == "failed"), "")
        where = f" in the stage `{failed}`" if failed else ""
        return f"## The pipeline failed{where}\n\n{_code(reproduction.failure)}"
    if any(finding.refused for finding in retraining.findings):
        title = "## Refused by the gate"
    elif retraining.troubles:
        title = "## Passed the gate, but failed afterwards"
    elif reproduction is None:
        title = "## Nothing to retrain"
    else:
        title = "## Passed the gate" if retraining.ran else "## Passed the gate; all results already existed"
    sentences = [headline(record.scores)] if record else []
    if reproduction is None:
        unchanged = "No stage of the pipeline depends on the change; these are the committed scores."
        sentences.insert(0, unchanged)
    compared = f"{retraining.commit[:7]} is compared with {retraining.base_commit[:7]}."
    if retraining.base is None:
        compared = f"No run is recorded at {retraining.base_commit[:7]}, so there is nothing to compare with."
    return "\n\n".join([title, " ".join(filter(None, [*sentences, compared]))])


def _findings(retraining: Retraining) -> str:
    """The findings of the gate, refusals first."""
    ordered = sorted(retraining.findings, key=lambda finding: not finding.refused)
    words = {True: "**refused**", False: "note"}
    lines = [f"- {words[finding.refused]}: {_safe(finding.sentence)}" for finding in ordered]
    return "\n".join([*lines, *(f"- **failed**: {_safe(trouble)}" for trouble in retraining.troubles)])


def _gate(retraining: Retraining) -> str:
    """The rules of the gate, even if nothing is refused."""
    if retraining.record is None:
        return ""
    if not retraining.rules:
        return "### Gate\n\nThe gate has no rules."
    return "### Gate\n\n" + _table(("score", "asked for", "value"), retraining.rules)


def _scores(retraining: Retraining) -> str:
    """Every score next to that of the base and of real data."""
    record, base = retraining.record, retraining.base
    if record is None:
        return ""
    if base is None:
        rows = [
            (meaning.label, number_of(meaning, value), _real(record, key))
            for key, meaning in meanings().items()
            if (value := look_up(record.scores, key)) is not None
        ]
        return "### Scores\n\n" + _table(("score", AFTER, "real data"), rows)
    changes = []
    for change in changed_scores(base, record):
        verdict = MARKS.get(change.verdict, change.verdict)
        changes.append((change.label, change.before, change.after, _real(record, change.key), verdict))
    table = _table(("score", BEFORE, AFTER, "real data", "verdict"), changes)
    return f"### Scores\n\n{table}\n\n{LEGEND}"


def _real(record: Record, key: str) -> str:
    meaning = meanings()[key]
    value = look_up(record.scores, meaning.real_key)
    return "" if value is None else number_of(meaning, value)


def _samples(retraining: Retraining, pictures: Path) -> str:
    """The two grids side by side; only one if they are the same."""
    grids: dict[str, bytes | None] = {}
    if retraining.base is not None:
        grids[BEFORE] = retraining.base.grid
    if retraining.record is not None and retraining.reproduction is not None:
        grids[AFTER] = retraining.record.grid
    if not any(grids.values()):
        return ""
    same = len(set(grids.values())) == 1 and len(grids) == 2
    shown = {f"{BEFORE} and {AFTER}, the same": grids[AFTER]} if same else grids
    cells = []
    for name, grid in shown.items():
        file = f"samples_{'both' if same else name.split()[-1]}.png"
        if grid is not None:
            write_durably(pictures / file, grid)
        cells.append(f"![samples of {name}]({PICTURES}/{file})" if grid else "neither in the cache nor in a remote")
    return "### Samples\n\n" + _table(tuple(shown), [tuple(cells)], escape=False)


def _training(retraining: Retraining, pictures: Path) -> str:
    """Curves of both trainings, or of one if nothing was trained."""
    texts = retraining.histories
    if retraining.reproduction is None or not texts:
        return ""
    if len(texts) == 2 and len(set(texts.values())) == 1:
        return "### Training\n\nThe curves are the same."
    file = "training.png"
    plot_trainings({name: pd.read_csv(io.StringIO(text)) for name, text in texts.items()}, pictures / file)
    return f"### Training\n\n![losses and distances]({PICTURES}/{file})"


def _parameters(retraining: Retraining) -> str:
    """What differs in params.yaml."""
    changed = retraining.params
    if retraining.refusal:
        return ""
    if not changed:
        return "### Parameters\n\nNo parameter differs."
    rows = [(f"`{key}`", one, other) for key, one, other in changed]
    return "### Parameters\n\n" + _table(("parameter", BEFORE, AFTER), rows)


def _what_ran(retraining: Retraining) -> str:
    """What each stage did, its duration and the reasons."""
    if retraining.reproduction is None:
        return ""
    rows = []
    for stage in retraining.reproduction.stages:
        why = ", ".join(f"`{reason}`" for reason in stage.reasons[:MOST_REASONS])
        why += f" and {len(stage.reasons) - MOST_REASONS} more" if len(stage.reasons) > MOST_REASONS else ""
        worked = stage.outcome in {"ran", "failed"}
        seconds = f"{stage.seconds:.0f} s" if worked else ""
        rows.append((f"`{stage.name}`", stage.outcome, seconds, why or (WHY_AGAIN if stage.outcome == "ran" else "")))
    return "### Stages\n\n" + _table(("stage", "outcome", "time", "because of"), rows)


def _notes(retraining: Retraining) -> str:
    return "\n".join(f"- {note}" for note in retraining.notes)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, escape: bool = True) -> str:
    """A table of Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_safe(cell) if escape else cell for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _safe(text: str) -> str:
    """Text escaped for a cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _code(lines: Sequence[str]) -> str:
    """Lines of output as a code block."""
    said = "\n".join(lines).replace("```", "~~~")
    return f"```text\n{said}\n```"
