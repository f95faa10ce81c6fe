"""What dvc.lock says about the results here: their inputs, and whether all belong to one run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.layout import AUGMENTATION_LOCK, LOCK, PARAMS

CHAIN = (
    ("preprocess", "extractor", "data/prepared"),
    ("preprocess", "train", "data/prepared"),
    ("preprocess", "evaluate", "data/prepared"),
    ("extractor", "evaluate", "models/extractor"),
    ("train", "sample", "models/generator"),
    ("sample", "evaluate", "samples"),
)
"""Outputs that stages pass on: the stage that writes each, the stage that reads it, and its path."""


SCORED_BY = ("preprocess", "extractor", "baseline", "train", "sample", "evaluate")
"""The stages that lead to scores."""


@dataclass(frozen=True)
class Provenance:
    """The inputs of results.

    Attributes:
        sections: the sections of params.yaml that the stages ran with.
        whole: whether all results belong to one run.
        data: digest of the prepared data.
    """

    sections: dict[str, Any]
    whole: bool
    data: str


def holds(path: Path, root: Path = Path()) -> bool:
    """Whether a file is the one that a dvc.lock records, not that of another commit or run."""
    try:
        digest = hashlib.md5((root / path).read_bytes(), usedforsecurity=False).hexdigest()
    except FileNotFoundError:
        return False
    locks = [root / lock for lock in (LOCK, AUGMENTATION_LOCK)]
    return any(digest in lock.read_text(encoding="utf-8") for lock in locks if lock.exists())


def read_lock(root: Path = Path()) -> str:
    """The text of dvc.lock; empty if there is none."""
    try:
        return (root / LOCK).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def provenance(lock: str) -> Provenance | None:
    """The inputs of the results that the text of a dvc.lock records; None if it records none."""
    from ruamel.yaml import YAML, YAMLError

    try:
        stages = YAML(typ="safe", pure=True).load(lock)["stages"]
        whole = all(
            _digest(stages[writer], "outs", path) == _digest(stages[reader], "deps", path)
            for writer, reader, path in CHAIN
        )
        sections: dict[str, Any] = {}
        for name in sorted(stages, key=lambda name: name in SCORED_BY):  # later stages may still have older settings
            sections |= {key: value for key, value in _params(stages[name]).items() if "." not in key}
        data = _digest(stages["preprocess"], "outs", "data/prepared")
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return Provenance(sections, whole, data)


def _params(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    params: Mapping[str, Any] = stage.get("params", {}).get(str(PARAMS), {})
    return params


def _digest(stage: Mapping[str, Any], kind: str, path: str) -> str:
    """The digest of one output or dependency of a stage."""
    (digest,) = [entry["md5"] for entry in stage[kind] if entry["path"] == path]
    return str(digest)
