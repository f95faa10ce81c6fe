"""recipes/sweeps/NAME.yaml as typed, validated objects."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from ganforge.errors import UserError
from ganforge.evaluation.registry import meanings
from ganforge.layout import IMPORT, PARAMS
from ganforge.params import parse_params, read_yaml
from ganforge.params.refusal import sentence_of
from ganforge.settings import Name, Section, Seed

SWEEPS = Path("recipes/sweeps")
PIPELINE = Path("dvc.yaml")
CODE = (Path("pipeline"), Path("src"))
MOST_VALUES = 40  # characters of values in the name of an experiment


class Range(Section):
    """Numbers from ``low`` to ``high``: whole numbers if both are whole; ``log`` samples each decade equally."""

    low: int | float
    high: int | float
    log: bool

    @model_validator(mode="after")
    def _ascends(self) -> Range:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"a range is {self.low} to {self.high}: it must ascend, and start above 0 if log")
        return self


class Search(Section):
    """The values that Optuna may choose, and the number of trials."""

    trials: Annotated[int, Field(ge=1)]
    seed: Seed
    space: Annotated[dict[Name, Range | list[Any]], Field(min_length=1)]


class Sweep(Section):
    """Experiments that belong together.

    Attributes:
        rank: the score of metrics.json to rank them by.
        fixed: values that all of them share.
        grid: values whose combinations are all tried; or
        search: values that Optuna chooses from earlier results.
    """

    rank: Name
    fixed: dict[Name, Any] = Field(default_factory=dict)
    grid: Annotated[dict[Name, list[Any]], Field(min_length=1)] | None = None
    search: Search | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Sweep:
        if (self.grid is None) == (self.search is None):
            raise ValueError("a sweep has either a grid or a search: give one of the two")
        known = [key for key, meaning in meanings().items() if meaning.better != "real"]
        if self.rank not in known:
            raise ValueError(f"rank is {self.rank!r}; allowed are {', '.join(known)}")
        return self

    @property
    def chosen(self) -> list[str]:
        """Keys that differ between the experiments."""
        return list(self.grid or (self.search.space if self.search else ()))

    @property
    def lower_is_better(self) -> bool:
        """The direction of ``rank``."""
        return meanings()[self.rank].better == "lower"


@dataclass(frozen=True)
class Trial:
    """One experiment.

    Attributes:
        name: its name in DVC.
        values: dotted keys of params.yaml and their values.
    """

    name: str
    values: Mapping[str, Any]


def list_sweeps() -> dict[str, str]:
    """Names of the sweeps, and the comment at the start of each file."""
    files = sorted(SWEEPS.glob("*.yaml"))
    return {file.stem: file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for file in files}


def load_sweep(name: str) -> Sweep:
    """Reads and validates a file of recipes/sweeps.

    Raises:
        UserError: there is no such file, or a key in it is wrong.
    """
    known = list_sweeps()
    if name not in known:
        raise UserError(f"{name!r} is not a sweep; allowed are {', '.join(known) or 'none'}, the files of {SWEEPS}/.")
    path = SWEEPS / f"{name}.yaml"
    try:
        return Sweep.model_validate(read_yaml(path))
    except ValidationError as error:
        raise UserError(sentence_of(error, Sweep, str(path))) from None


def combinations(sweep: Sweep) -> list[dict[str, Any]]:
    """Every combination of a grid's values, the last key changing fastest."""
    assert sweep.grid is not None
    return [dict(zip(sweep.grid, values)) for values in itertools.product(*sweep.grid.values())]


def plan(name: str, sweep: Sweep, chosen: Mapping[str, Any]) -> Trial:
    """The experiment with these values and the fixed ones.

    Its name ends in a digest of all parameters and of the code, so the same experiment never runs twice.

    Raises:
        UserError: params.yaml has no such key, or a value does not fit.
    """
    values = {**sweep.fixed, **chosen}
    params = read_yaml(PARAMS)
    for key, value in values.items():
        *groups, last = key.split(".")
        section = params
        for group in groups:
            section = section.get(group) if isinstance(section, dict) else None
        if not isinstance(section, dict) or last not in section:
            raise UserError(f"{SWEEPS}/{name}.yaml sets {key}, which is not a key of {PARAMS}; allowed are its keys.")
        section[last] = value
    parse_params(params, f"{SWEEPS}/{name}.yaml")
    said = "-".join(_short(value) for value in chosen.values())[:MOST_VALUES]
    digest = hashlib.sha256(json.dumps([params, _code()], sort_keys=True).encode()).hexdigest()[:6]
    return Trial("-".join(filter(None, [name, said, digest])), values)


def _short(value: Any) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return re.sub(r"[^\w.]+", "_", text).strip("_.")


def family(name: str, sweep: Sweep) -> str:
    """A name for the experiments of a sweep that does not depend on the code and the other parameters."""
    return f"{name}-{hashlib.sha256(sweep.model_dump_json(exclude={'search': {'trials'}}).encode()).hexdigest()[:6]}"


def _code() -> str:
    """A digest of the code of the stages, and of the user's files that DVC tracks."""
    files = [PIPELINE, *sorted(IMPORT.glob("*.dvc"))]
    for folder in CODE:
        files += sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in files:
        if path.exists():
            digest.update(f"{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()
