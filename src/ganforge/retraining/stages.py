"""The stages of the pipeline that ran, and why."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ganforge.layout import PARAMS
from ganforge.params import leaves
from ganforge.runs.shell import dvc

Outcome = Literal["ran", "taken from the cache", "unchanged", "failed"]

RUNNING = re.compile(r"Running stage '([\w-]+)'")
CACHED = re.compile(r"Stage '([\w-]+)' is cached - skipping run")
SKIPPED = re.compile(r"Stage '([\w-]+)' didn't change, skipping")
LAST_LINES = 30  # of the pipeline's output, kept to show why it failed


@dataclass(frozen=True)
class Stage:
    """The result of a stage.

    Attributes:
        name: its name.
        outcome: what `dvc repro` did.
        seconds: its duration.
        reasons: parameters and files that it depends on and that differ from the base.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reproduction:
    """What `dvc repro` did.

    Attributes:
        stages: the stages in order.
        failure: the last lines of the output, if it failed.
    """

    stages: list[Stage]
    failure: list[str]


def needs_a_run() -> bool:
    """Whether any stage differs from its entry in dvc.lock, even if its results are missing here."""
    known, said = dvc("repro", "--dry", "--allow-missing")
    return not known or RUNNING.search(said) is not None


def reproduce(*arguments: str) -> Reproduction:
    """Runs `dvc repro`, and prints its output."""
    stages: list[Stage] = []
    said: list[str] = []
    began = time.monotonic()

    def end_of_stage() -> None:
        if stages:
            stages[-1] = replace(stages[-1], seconds=time.monotonic() - began)

    with subprocess.Popen(
        ["dvc", "repro", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            said = [*said, line.rstrip()][-LAST_LINES:]
            stage = stage_begun(line)
            if stage is not None:
                end_of_stage()
                stages.append(stage)
                began = time.monotonic()
    end_of_stage()
    failed = process.returncode != 0
    if failed and stages and stages[-1].outcome == "ran":
        stages[-1] = replace(stages[-1], outcome="failed")
    return Reproduction(stages, [line for line in said if line] if failed else [])


def stage_begun(line: str) -> Stage | None:
    """The stage that a line of `dvc repro` names, if any."""
    outcomes: tuple[tuple[re.Pattern[str], Outcome], ...] = (
        (RUNNING, "ran"),
        (CACHED, "taken from the cache"),
        (SKIPPED, "unchanged"),
    )
    for pattern, outcome in outcomes:
        match = pattern.match(line)
        if match:
            return Stage(match.group(1), outcome)
    return None


def with_reasons(stages: Iterable[Stage], before: str, after: str) -> list[Stage]:
    """Stages with the reasons to run them: differences between two texts of dvc.lock.

    Args:
        stages: the stages to explain.
        before: the dvc.lock of the base; empty if there is none.
        after: the current dvc.lock.
    """
    one, other = _stages(before), _stages(after)
    return [replace(stage, reasons=_reasons(one.get(stage.name), other.get(stage.name))) for stage in stages]


def _stages(lock: str) -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    stages: Mapping[str, Any] = (YAML(typ="safe", pure=True).load(lock) or {}).get("stages", {})
    return stages


def _reasons(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Parameters and dependencies of a stage that differ."""
    if before is None or after is None:
        return ()
    params = [dict(leaves(stage.get("params", {}).get(str(PARAMS), {}))) for stage in (before, after)]
    digests = [{file["path"]: file.get("md5") for file in stage.get("deps", [])} for stage in (before, after)]
    return tuple(key for one, other in (params, digests) for key in {**one, **other} if one.get(key) != other.get(key))
