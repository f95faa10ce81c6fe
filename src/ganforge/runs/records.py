"""Finished runs to compare: their parameters, scores and pictures, from any place."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ganforge.errors import UserError
from ganforge.evaluation.reading import number_of
from ganforge.evaluation.registry import meanings
from ganforge.evaluation.score import Meaning, look_up
from ganforge.layout import GRID, LOCK, METRICS, PARAMS
from ganforge.runs.lock import provenance, read_lock
from ganforge.settings import leaves

WORKSPACE = "workspace"  # the name of the run on disk, as in DVC

# Prefixes of the keys of params.yaml that change all scores; older runs have images and huggingface.
MEASURING = ("dataset.", "images.", "huggingface.", "extractor.", "sample.count")
BEFORE_SOURCES = {"dataset.source": "none", "dataset.source_strength": "auto"}
NUMBERS = ("real", "fake")  # of items in all scores

LEGEND = (
    "Much the same: the difference is less than twice the standard deviation over the samples. Noise unknown: no such "
    "standard deviation was measured. Measured differently: the data, the extractor or the number of samples differ. "
    "Another seed of the training changes scores as well."
)

Verdict = Literal["better", "worse", "much the same", "the same", "measured differently", "noise unknown"]


@dataclass(frozen=True)
class Record:
    """A finished run.

    Attributes:
        name: its name for people.
        params: dotted keys of params.yaml and the values that the scores were computed with.
        scores: contents of metrics.json.
        grid: samples as a PNG, or None if the picture is not available.
        stale: whether params.yaml has changed since, or some results belong to another run.
        data: digest of the prepared data, or None if it is not known.
    """

    name: str
    params: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, Any]]
    grid: bytes | None
    stale: bool = False
    data: str | None = None


@dataclass(frozen=True)
class ScoreChange:
    """A score of two runs, ready to print; ``verdict`` says whether the second is better."""

    key: str
    label: str
    before: str
    after: str
    verdict: Verdict


def changed_params(before: Record, after: Record) -> list[tuple[str, str, str]]:
    """Key and both values of every parameter that differs; ``-`` if a run has no such key."""
    keys = [*before.params, *(key for key in after.params if key not in before.params)]
    pairs = [(key, *(str(record.params.get(key, "-")) for record in (before, after))) for key in keys]
    return [(key, one, other) for key, one, other in pairs if one != other]


def comparable(before: Record, after: Record) -> bool:
    """Whether the scores of both were measured on the same data, with the same features and numbers of items."""
    same_data = before.data == after.data or None in (before.data, after.data)
    return same_data and _alike(before, after, MEASURING, NUMBERS)


def changed_scores(before: Record, after: Record) -> list[ScoreChange]:
    """Every score that both have, and whether the second is better, given the noise of the samples.

    Much the same: within twice the standard deviation over the seeds of the samples or, for a share, within two
    standard errors for the number of items.
    """
    changes = []
    for meaning in meanings().values():
        one, other = (look_up(record.scores, meaning.key) for record in (before, after))
        if one is not None and other is not None:
            verdict = _verdict(meaning, before, after)
            values = number_of(meaning, one), number_of(meaning, other)
            changes.append(ScoreChange(meaning.key, meaning.label, *values, verdict))
    return changes


def ranked(records: Sequence[Record], key: str) -> list[Record]:
    """Runs by a score of the registry, best first; those without it last.

    If some were measured in another way, see `comparable`, those of the largest group come before the others.
    """
    meaning = meanings()[key]
    scored = [record for record in records if look_up(record.scores, key) is not None]
    groups = [[other for other in scored if comparable(record, other)] for record in scored]
    largest = {id(record) for record in max(groups, key=len, default=[])}
    return sorted(
        records,
        key=lambda record: (
            look_up(record.scores, key) is None,
            id(record) not in largest,
            _distance_from_best(meaning, record),
        ),
    )


def differing_params(records: Sequence[Record]) -> list[str]:
    """Keys of the parameters that differ between runs."""
    keys = dict.fromkeys(key for record in records for key in record.params)
    return [key for key in keys if len({str(record.params.get(key, "-")) for record in records}) > 1]


def worse_by(key: str, before: Record, after: Record) -> float | None:
    """How much worse a score of the second run is, below 0 if it is better; None if the two do not compare.

    Args:
        key: key of a score in the registry; if real data have the best value, distances from it are compared.
        before: the first run, which has that score.
        after: the second run, which has it as well.
    """
    meaning = meanings()[key]
    if _verdict(meaning, before, after) == "measured differently":
        return None
    return _distance_from_best(meaning, after) - _distance_from_best(meaning, before)


def _alike(before: Record, after: Record, settings: tuple[str, ...], numbers: tuple[str, ...]) -> bool:
    """Whether two runs have the same counts, and the same parameters with these prefixes of their keys."""
    keys = {key for record in (before, after) for key in record.params if settings and key.startswith(settings)}
    counts = [[record.scores.get("n", {}).get(name) for name in numbers] for record in (before, after)]
    return all(before.params.get(key) == after.params.get(key) for key in keys) and counts[0] == counts[1]


def _verdict(meaning: Meaning, before: Record, after: Record) -> Verdict:
    """Whether a score of the second is better."""
    alike = _alike(before, after, meaning.settings, ("pooled",) if meaning.pooled else ())
    if not alike or not comparable(before, after):
        return "measured differently"
    if look_up(before.scores, meaning.key) == look_up(after.scores, meaning.key):
        return "the same"
    noise = [_noise(meaning, record) for record in (before, after)]
    if noise[0] is None or noise[1] is None:
        return "noise unknown"
    gain = _distance_from_best(meaning, before) - _distance_from_best(meaning, after)
    if abs(gain) <= 2 * (noise[0] ** 2 + noise[1] ** 2) ** 0.5:
        return "much the same"
    return "better" if gain > 0 else "worse"


def _distance_from_best(meaning: Meaning, record: Record) -> float:
    """A number that falls as the score gets better."""
    value = look_up(record.scores, meaning.key) or 0.0
    if meaning.better == "real":
        return abs(value - (look_up(record.scores, meaning.real_key) or 0.0))
    return value if meaning.better == "lower" else -value


def _noise(meaning: Meaning, record: Record) -> float | None:
    """The standard deviation of a score over other samples, or None where it is not known."""
    spread = look_up(record.scores, meaning.spread_key)
    if spread is not None or meaning.whole is None:
        return spread
    share = (look_up(record.scores, meaning.key) or 0.0) / meaning.whole
    count = look_up(record.scores, meaning.count_key) or look_up(record.scores, "n.fake")
    if not count:
        return None
    return meaning.whole * math.sqrt(max(share * (1 - share) / count, 1 / count**2))


def read_workspace(root: Path = Path()) -> Record:
    """The run whose files are on disk, with the parameters that it ran with.

    Raises:
        UserError: there is no such run.
    """
    try:
        params, scores = ((root / name).read_text(encoding="utf-8") for name in (PARAMS, METRICS))
    except FileNotFoundError as error:
        raise UserError(
            f"{error.filename} does not exist: run `make repro` in the root of the project to make it."
        ) from None
    grid = root / GRID
    record = parse_record(WORKSPACE, params, scores, grid.read_bytes() if grid.exists() else None)
    return _with_provenance(record, read_lock(root))


def _with_provenance(record: Record, lock: str) -> Record:
    """A record with the parameters that its scores were computed with, if dvc.lock has them."""
    origin = provenance(lock)
    if origin is None:
        return record
    rest = {key: value for key, value in record.params.items() if key.split(".")[0] not in origin.sections}
    params = before_names(dict(leaves(origin.sections))) | rest
    return replace(record, params=params, stale=params != record.params or not origin.whole, data=origin.data)


def read_revision(revision: str) -> Record:
    """The run of a commit, a branch, a tag or a DVC experiment, with its grid if DVC has it or can fetch it.

    Raises:
        UserError: git knows no such revision, or it holds no scores.
    """
    if not revision or revision.startswith("-"):
        raise UserError(f"{revision!r} is not a revision; allowed is a name as in `git log`, or {WORKSPACE}.")
    commit = _resolve(revision)
    params, scores = (_show(commit, revision, name) for name in (PARAMS, METRICS))
    try:
        lock = _show(commit, revision, LOCK)
    except UserError:
        lock = ""
    return _with_provenance(parse_record(revision, params, scores, _grid_of(commit)), lock)


def _resolve(revision: str) -> str:
    """The commit of a name in DVC, which also knows experiments; the name itself if DVC does not know it."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import resolve_rev

    try:
        with Repo() as repo:
            commit: str = resolve_rev(repo.scm, revision)
            return commit
    except (DvcException, AttributeError, OSError):  # AttributeError: a project without git
        return revision


def _show(commit: str, revision: str, name: Path) -> str:
    """A file as a commit holds it."""
    try:
        done = subprocess.run(["git", "show", f"{commit}:./{name}"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[0].removeprefix("fatal: ")
        raise UserError(
            f"{revision} is neither a recorded run nor a revision that holds {name} ({reason}); allowed are ids of "
            f"MLflow runs, commits, branches, tags, names of DVC experiments, and {WORKSPACE} for the run here."
        ) from None
    return done.stdout


def parse_record(name: str, params: str, scores: str, grid: bytes | None) -> Record:
    """A record from the texts of params.yaml and metrics.json; parameters are not validated, they may be old."""
    from ruamel.yaml import YAML

    try:
        sections = YAML(typ="safe", pure=True).load(params)
        groups = json.loads(scores)
        if not all(isinstance(group, dict) for group in groups.values()):
            raise TypeError("a group of scores is not a dictionary")
        return Record(name, before_names(dict(leaves(sections))), groups, grid)
    except Exception as error:
        raise UserError(
            f"params.yaml or metrics.json of {name} cannot be read ({type(error).__name__}): name another run, or run "
            "`make repro` to write these again."
        ) from error


def before_names(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a run; old runs get those that had no name then: one extractor, and pictures without a source."""
    nameless = "extractor.images" in params and "extractor.name" not in params
    named = {"extractor.name": "classifier", **params} if nameless else params
    sourceless = "dataset.resolution" in named and "dataset.source" not in named and "dataset.layout" not in named
    return {**named, **BEFORE_SOURCES} if sourceless else named


def _grid_of(revision: str) -> bytes | None:
    import dvc.api

    try:
        content: bytes = dvc.api.read(str(GRID), rev=revision, mode="rb")
        return content
    except Exception:  # DVC raises many kinds if neither its cache nor a remote has the picture
        return None
