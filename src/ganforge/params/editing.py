"""Changes to the text of params.yaml: whole sections or single values; all other text stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ganforge.params.rendering import COLUMN, GAP, text_of

TOP_KEY = re.compile(r"([A-Za-z_]\w*)[ \t]*:(?=\s)")


class Document:
    """The text of params.yaml, split into its sections and the text between them.

    Attributes:
        pieces: name and text of each section in order; comments and empty lines between them have no name.
    """

    def __init__(self, text: str) -> None:
        self.pieces = list(_pieces(text if text.endswith("\n") else f"{text}\n"))

    def __str__(self) -> str:
        return "".join(text for _, text in self.pieces)

    def __contains__(self, section: str) -> bool:
        return any(name == section for name, _ in self.pieces)

    def replace(self, section: str, text: str) -> None:
        """Replaces the text of a section."""
        self.pieces = [(name, text if name == section else old) for name, old in self.pieces]

    def insert(self, section: str, text: str, order: Sequence[str]) -> None:
        """Adds a section after those that come before it in ``order``."""
        earlier = {*order[: order.index(section)]}
        place = max((index + 1 for index, (name, _) in enumerate(self.pieces) if name in earlier), default=1)
        self.pieces[place:place] = [(None, "\n"), (section, text)]

    def remove(self, section: str) -> None:
        """Removes a section, if present, with the empty lines after it."""
        for place, (name, _) in enumerate(self.pieces):
            if name == section:
                self.pieces[place : place + 2] = [(None, self.pieces[place + 1][1].lstrip("\n"))]

    def change(self, section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Replaces the values that differ; comments stay, in their columns where possible.

        Raises:
            KeyError: the section lacks a key.
        """
        from ruamel.yaml import YAML

        text = dict(self.pieces)[section]
        node = YAML(typ="safe", pure=True).compose(text).value[0][1]
        for start, end, new in sorted(_edits(text, node, before, after), reverse=True):
            text = _exchanged(text, start, end, new)
        self.replace(section, text)


def _pieces(text: str) -> Iterator[tuple[str | None, str]]:
    """Each section and the text between it and the next."""
    name, own, between = None, "", ""
    for line in re.findall(r"[^\n]*\n", text):
        key = TOP_KEY.match(line)
        if key:
            yield from [(name, own), (None, between)]
            name, own, between = key[1], line, ""
        elif line[0] in "#\r\n":
            between += line
        else:
            own, between = own + between + line, ""
    yield from [(name, own), (None, between)]


def _edits(text: str, node: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    """Start and end in ``text`` of each value that differs, and its new text."""
    places = {key.value: (key, value) for key, value in node.value}
    for name, value in after.items():
        if same(before[name], value):
            continue
        key, place = places[name]
        over_lines = getattr(place, "flow_style", None) is False
        if over_lines and isinstance(value, Mapping) and value.keys() == before[name].keys():
            yield from _edits(text, place, before[name], value)
        elif over_lines:
            start = text.index(":", key.end_mark.index) + 1
            inner = re.sub(r"(\s*(#[^\n]*)?\n)*\s*$", "", text[start : place.end_mark.index])
            yield start, start + len(inner), f" {text_of(value)}"
        else:
            yield place.start_mark.index, place.end_mark.index, text_of(value)


def _exchanged(text: str, start: int, end: int, new: str) -> str:
    """``text`` with ``new`` from ``start`` to ``end``; a comment after it keeps its column or returns to it."""
    gap = re.match(r"[ \t]+(?=#)", text[end:])
    if not gap:
        return text[:start] + new + text[end:]
    line = text.rfind("\n", 0, end) + 1
    column = end - line + len(gap[0])
    if len(gap[0]) <= GAP:  # the old value may have moved it
        column = min(column, COLUMN)
    used = len(f"{text[:start]}{new}") - (text.rfind("\n", 0, start) + 1)
    return f"{text[:start]}{new}{' ' * max(GAP, column - used)}{text[end + len(gap[0]) :]}"


def same(one: Any, other: Any) -> bool:
    """Whether two values of YAML are equal; unlike in Python, true is not 1."""
    return type(one) is type(other) and one == other if bool in {type(one), type(other)} else bool(one == other)
