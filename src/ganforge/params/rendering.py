"""Sections of params.yaml as text, with the meanings of the keys as comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ganforge.params.catalogue import choices, class_of, meaning, summary
from ganforge.settings import Section

WIDTH = 120  # of a line
COLUMN = 28  # where comments begin
GAP = 2  # least number of spaces before a comment
NARROW = 40  # columns that a comment needs after a value; with fewer, it begins on the next line
PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}  # for some YAML readers
SMALL = 1e-9  # smaller numbers are written with an exponent

HEAD = """\
# All settings, in one file. `dvc repro` reruns exactly the stages that read a key you changed.
# `ganforge check` validates it, `ganforge explain` describes its keys, `ganforge set network.name=style` changes one
# of them, and `ganforge recipe NAME` writes known-good values into it.
"""
NOTE = "# Where (*) stands"
NOTES = {  # above sections
    "objective": NOTE
    + """, a number may also be a schedule over the signals shown:
# {start: 0.002, end: 0.0001, shape: linear, begin: 0.5} stays at start for half of the run, then changes to end in a
# straight line; shape may also be cosine.
"""
}


def render(values: Mapping[str, Mapping[str, Any]]) -> str:
    """A whole params.yaml: these sections, in this order."""
    return "\n".join([HEAD, *(NOTES.get(name, "") + render_section(name, section) for name, section in values.items())])


def render_section(name: str, values: Mapping[str, Any]) -> str:
    """A section of params.yaml: the keys of its class, in their order, with comments.

    Args:
        name: name of the section.
        values: values of all its keys.

    Raises:
        KeyError: a key is missing.
    """
    kind = class_of(name, values)
    assert kind is not None, f"{name} has no class for {values}"
    keys = [_line(f"  {key}: {text_of(values[key])}", comment(name, kind, key)) for key in kind.model_fields]
    return "".join([_line(f"{name}:", summary(kind)), *keys])


def comment(section: str, kind: type[Section], key: str) -> str:
    """The comment after a key: the words to choose from, if any, and its meaning."""
    words = choices(section, kind, key)
    return f"{words}. {meaning(kind, key)}" if "|" in words else meaning(kind, key)


def _line(text: str, comment: str) -> str:
    """A line with a comment, which continues on the next line if it is too long."""
    start = max(COLUMN, len(text) + GAP)
    lines = textwrap.wrap(comment, WIDTH - COLUMN - 2, initial_indent=" " * (start - COLUMN))
    if start > WIDTH - NARROW:
        lines = ["", *textwrap.wrap(comment, WIDTH - COLUMN - 2)]
    first, *others = lines or [""]
    head = f"{text:{start}}# {first.lstrip()}" if first else text
    return "\n".join([head, *(f"{'':{COLUMN}}# {words}" for words in others), ""])


def text_of(value: Any) -> str:
    """A value as YAML, on one line.

    Numbers are written without an exponent, as in 0.00006, and texts without quotes where YAML allows it.
    """
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) and value.lower() not in NOT_TEXT else _quoted(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{text_of(key)}: {text_of(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(text_of, value))}]"
    return str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(char if char.isprintable() else f"{chr(92)}U{ord(char):08X}" for char in escaped)}"'


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[str(value)]
    if value and abs(value) < SMALL:
        return str(value)
    text = format(Decimal(str(value)), "f")
    return text if "." in text else f"{text}.0"
