"""Known-good values of keys, taken from recipes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ganforge.params.catalogue import class_of, declared_in
from ganforge.params.reading import read_yaml
from ganforge.settings import Section

RECIPES = Path("recipes")
DEFAULT = "digits"


class Known(NamedTuple):
    """A value that a recipe gives a key."""

    recipe: str
    value: Any


def known_good(section: str, kind: type[Section], key: str, dataset: Any = None) -> Known | None:
    """A value for a key of a variant, from a recipe that uses the variant.

    If none does, the value of another variant that inherits the key from the same class is used.

    Args:
        section: the section of the key.
        kind: the variant.
        key: any key except the tag.
        dataset: name of the data set whose recipes are searched first.
    """
    inherited = None
    for name, values in recipes(dataset):
        there = values.get(section, {})
        other = class_of(section, there)
        if other is None or key not in there or key not in other.model_fields:
            continue
        if other is kind:
            return Known(name, there[key])
        if inherited is None and declared_in(other, key) is declared_in(kind, key):
            inherited = Known(name, there[key])
    return inherited


def recipes(dataset: Any = None) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Names and sections of all recipes: those of a data set first, then the default one, then the others."""
    files = {file.stem: file.resolve() for file in sorted(RECIPES.glob("*.yaml"))}
    names = sorted(files, key=lambda name: name != DEFAULT)
    if dataset is not None:
        names.sort(key=lambda name: _sections(files[name]).get("dataset", {}).get("name") != dataset)
    for name in names:
        yield name, _sections(files[name])


@cache
def _sections(file: Path) -> dict[str, dict[str, Any]]:
    values = read_yaml(file)
    return {name: section for name, section in dict(values).items() if isinstance(section, dict)}
