"""The conditions for new scores: the section ``gate`` of params.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ganforge.errors import UserError
from ganforge.evaluation.reading import alarms, number_of
from ganforge.evaluation.registry import meanings
from ganforge.evaluation.score import look_up
from ganforge.runs.records import Record, worse_by
from ganforge.runs.settings import GateSettings


@dataclass(frozen=True)
class Finding:
    """Something to know before new scores are accepted.

    Attributes:
        sentence: what it is.
        refused: whether it is a reason to refuse them.
    """

    sentence: str
    refused: bool


def check_gate(gate: GateSettings) -> None:
    """Checks that every score in the gate exists.

    Raises:
        UserError: one does not.
    """
    allowed = meanings()
    for key in ("most", "least", "worse_by"):
        for name in getattr(gate, key):
            if name not in allowed:
                meant = [each for each in allowed if each.endswith(f".{name}")] or allowed
                raise UserError(f"params.yaml: gate.{key} names {name!r}, no score; allowed are {', '.join(meant)}.")


def rules(record: Record, base: Record | None, gate: GateSettings) -> list[tuple[str, str, str]]:
    """The rules of the gate: for each score its label, the bound, and the value."""
    table = []
    for bounds, words in ((gate.most, "at most"), (gate.least, "at least")):
        for key, bound in bounds.items():
            value = look_up(record.scores, key)
            table.append((_label(key), f"{words} {bound:g}", "-" if value is None else _number(key, value)))
    for key, allowed in gate.worse_by.items():
        there = base is not None and None not in (look_up(base.scores, key), look_up(record.scores, key))
        lost = worse_by(key, base, record) if base is not None and there else None
        table.append((_label(key), f"at most {allowed:g} worse than the base", "-" if lost is None else f"{lost:+.3g}"))
    return table


def _label(key: str) -> str:
    return meanings()[key].label


def _number(key: str, value: float) -> str:
    return number_of(meanings()[key], value)


def judge(record: Record, base: Record | None, gate: GateSettings) -> list[Finding]:
    """What is wrong with new scores, and what could not be checked.

    Args:
        record: the run with the new scores.
        base: the run with the old scores, or None if there are none.
        gate: the rules.
    """
    check_gate(gate)
    asked = dict.fromkeys([*gate.most, *gate.least, *gate.worse_by])
    absent = [key for key in asked if look_up(record.scores, key) is None]
    return [
        *(_absent(key, base) for key in absent),
        *_bounds(record, gate),
        *_beside(record, base, gate),
        *_alarms(record, gate),
    ]


def _absent(key: str, base: Record | None) -> Finding:
    """A score that the gate names and the run lacks: it is refused only if the base has it."""
    if base is not None and look_up(base.scores, key) is not None:
        return Finding(f"{_label(key)} ({key}) is no longer measured, although the base has it", refused=True)
    return Finding(f"{_label(key)} ({key}) is not measured for these data", refused=False)


def _bounds(record: Record, gate: GateSettings) -> Iterable[Finding]:
    for bounds, words, sign in ((gate.most, "at most", 1), (gate.least, "at least", -1)):
        for key, bound in bounds.items():
            value = look_up(record.scores, key)
            if value is not None and not sign * value <= sign * bound:  # refuses NaN too
                is_so = f"{_label(key)} ({key}) is {_number(key, value)}"
                yield Finding(f"{is_so}, {words} {bound:g} is allowed", refused=True)


def _beside(record: Record, base: Record | None, gate: GateSettings) -> Iterable[Finding]:
    for key, allowed in gate.worse_by.items():
        before = look_up(base.scores, key) if base else None
        after = look_up(record.scores, key)
        if after is None:
            continue
        if base is None or before is None:
            is_so = f"{_label(key)} ({key}) is {_number(key, after)}"
            yield Finding(f"{is_so}, and the base has no value to compare it with", refused=False)
            continue
        lost = worse_by(key, base, record)
        change = f"{_label(key)} ({key}) went from {_number(key, before)} to {_number(key, after)}"
        if lost is None:
            reason = "but the two were measured on different data, extractors or numbers of samples"
            yield Finding(f"{change}, {reason}: not compared", refused=False)
        elif not lost <= allowed:
            yield Finding(f"{change}, {lost:.3g} worse than the base; at most {allowed:g} is allowed", refused=True)


def _alarms(record: Record, gate: GateSettings) -> Iterable[Finding]:
    return [Finding(alarm, refused=gate.alarms == "refuse") for alarm in alarms(record.scores)]
