"""The contents of params.yaml explained: sections, their variants, and each key with its meaning."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ganforge.errors import UserError
from ganforge.params.catalogue import (
    SECTIONS,
    allowed,
    classes_of,
    group_of,
    meaning,
    summary,
    tag_of,
    variants,
)
from ganforge.params.known_good import DEFAULT, RECIPES, known_good
from ganforge.params.rendering import text_of
from ganforge.settings import Section

WIDTH = 100  # of a line
NEAR = 5  # names in a refusal, at most


@dataclass(frozen=True)
class Key:
    """A key of some classes of a section.

    Attributes:
        section: the section that has it.
        name: its name, dotted inside a group of keys.
        allowed: what it may be set to.
        meaning: what it means.
    """

    section: str
    name: str
    allowed: str
    meaning: str


def overview() -> str:
    """All sections, with their variants if they have any."""
    lines = []
    for section in SECTIONS:
        if tag_of(section):
            lines.append(f"{section}: by {section}.{tag_of(section)}, one of")
            lines += _variants(section)
        else:
            lines.append(f"{section}: {summary(classes_of(section)[0])}")
    return "\n".join(
        [
            *lines,
            "",
            "Name a section, a variant, a key or a score, as in network, network.style, train.beta2, quality.fd_ratio.",
        ]
    )


def explain(name: str, others: Sequence[str] = ()) -> str:
    """A section, a variant or a key, with its meaning and allowed values.

    Args:
        name: its name.
        others: names that are explained elsewhere, to suggest if they are near.

    Raises:
        UserError: nothing has this name.
    """
    section, *rest = name.split(".")
    if section not in SECTIONS:
        raise _unknown(name, others)
    kinds, title = classes_of(section), section
    chosen = variants(section).get(rest[0]) if rest else None
    if chosen:
        kinds, title, rest = (chosen,), f"{section}.{rest[0]}", rest[1:]
    keys = _keys(section, kinds, rest)
    if not keys:
        raise _unknown(name, others)
    head = (
        [f"{title}: {summary(kinds[0])}".rstrip(": ")] if len(kinds) == 1 else [f"{title}, by its {tag_of(section)}:"]
    )
    head += [*(_variants(section) if len(kinds) > 1 else []), ""]
    entries = [line for key, owners in keys.items() for line in _entry(key, owners, title, kinds)]
    source = f"Values are from {RECIPES}/{DEFAULT}.yaml unless another is named." if RECIPES.is_dir() else ""
    return "\n".join([*(head if not rest else []), *entries, source]).rstrip()


def names() -> Iterator[str]:
    """Everything that `explain` knows."""
    for section in SECTIONS:
        yield section
        yield from (f"{section}.{variant}" for variant in variants(section))
        yield from dict.fromkeys(f"{section}.{key.name}" for key in _keys(section, classes_of(section), []))


def described(section: str) -> Iterator[tuple[Key, list[str], str]]:
    """The keys of a section, with the variants that have each key and its value in a recipe.

    An empty list means all variants; an empty value means that no recipe sets it.
    """
    kinds = classes_of(section)
    for key, owners in _keys(section, kinds, []).items():
        some = [name for name, kind in variants(section).items() if kind in owners]
        yield key, some if len(owners) < len(kinds) else [], _value(key, owners).removeprefix(": ")


def _variants(section: str) -> list[str]:
    return [f"  {variant:16}{summary(kind)}".rstrip() for variant, kind in variants(section).items()]


def _keys(section: str, kinds: Sequence[type[Section]], path: Sequence[str]) -> dict[Key, list[type[Section]]]:
    """The keys of some classes of a section, or only those at a path, with the classes that have them."""
    owners: dict[Key, list[type[Section]]] = {}
    for kind in kinds:
        for key in _of_class(section, kind, "", path):
            owners.setdefault(key, []).append(kind)
    return owners


def _of_class(section: str, kind: type[Section], above: str, path: Sequence[str]) -> Iterator[Key]:
    """The keys of a class and of its groups of keys, down to the end of the path."""
    for name in kind.model_fields:
        if path and name != path[0]:
            continue
        group = group_of(kind, name)
        if len(path) < 2:
            yield Key(section, f"{above}{name}", allowed(section, kind, name), meaning(kind, name))
        if group and (len(path) > 1 or kind.model_fields[name].annotation is group):  # a schedule only if asked for
            yield from _of_class(section, group, f"{above}{name}.", path[1:])


def _entry(key: Key, owners: Sequence[type[Section]], title: str, kinds: Sequence[type[Section]]) -> Iterator[str]:
    """The lines that explain a key."""
    of_some = [name for name, kind in variants(key.section).items() if kind in owners]
    whose = f", of {', '.join(of_some)}" if len(owners) < len(kinds) else ""
    yield f"{title}.{key.name}{whose}{_value(key, owners)}"
    for text in (key.meaning, f"Allowed: {key.allowed}."):
        yield from textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield ""


def _value(key: Key, owners: Sequence[type[Section]]) -> str:
    """The value of a key in a recipe, as in ": 64"; empty if no recipe sets it."""
    first, *deeper = key.name.split(".")
    if first == tag_of(key.section):
        return f": {next(name for name, kind in variants(key.section).items() if kind in owners)}"
    known = [value for kind in owners if (value := known_good(key.section, kind, first))]
    known.sort(key=lambda value: value.recipe != DEFAULT)
    if not known:
        return ""
    recipe, value = known[0]
    for inner in deeper:
        value = value[inner] if isinstance(value, dict) else None
    if value is None:
        return ""
    return f": {text_of(value)}{'' if recipe == DEFAULT else f'   ({RECIPES}/{recipe}.yaml)'}"


def _unknown(name: str, others: Sequence[str]) -> UserError:
    known = [*names(), *others]
    near = [one for one in known if one.rpartition(".")[2] == name.rpartition(".")[2]]
    near = near or difflib.get_close_matches(name, known, n=NEAR)
    words = f"did you mean {' or '.join(near[:NEAR])}?" if near else f"allowed are {', '.join(SECTIONS)}:"
    return UserError(
        f"{name!r} is no section, variant or key of params.yaml and no score; {words} see `ganforge explain`."
    )
