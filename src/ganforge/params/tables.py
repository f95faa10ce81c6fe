"""Writes what README, docs and params.yaml repeat from the classes of settings: tables, lists, comments.

Choices are between ``<!-- choices: network -->`` and ``<!-- end -->``: on separate lines around a table of the variants
of a section, within a line around a list of the words that a key allows.

    python -m ganforge.params.tables            # writes them again
    python -m ganforge.params.tables --check    # lists the outdated ones, for CI
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ganforge.layout import PARAMS
from ganforge.params.catalogue import choices, classes_of, summary, tag_of, variants
from ganforge.params.editing import Document
from ganforge.params.reading import parse_yaml
from ganforge.params.rendering import render_section

DOCS = (Path("README.md"), Path("CONTRIBUTING.md"), Path("docs"))
MARKED = re.compile(r"(<!-- choices: ([\w.]+) -->)(.*?)(<!-- end -->)", re.DOTALL)


def table(section: str) -> str:
    """The variants of a section, each with its summary, as Markdown."""
    rows = [f"| `{name}` | {summary(kind)} |" for name, kind in variants(section).items()]
    return "\n".join([f"| `{section}.{tag_of(section)}` | |", "|---|---|", *rows])


def listed(name: str) -> str:
    """The variants of a section or the words that a key allows, as Markdown on one line."""
    section, _, key = name.partition(".")
    owner = next((kind for kind in classes_of(section) if key in kind.model_fields), None)
    words = choices(section, owner, key).split(" | ") if owner else list(variants(section))
    return ", ".join(f"`{word}`" for word in words)


def with_choices(text: str) -> str:
    """A Markdown page with up-to-date choices."""

    def written(match: re.Match[str]) -> str:
        start, name, old, end = match.groups()
        return f"{start}\n{table(name)}\n{end}" if old.startswith("\n") else f"{start}{listed(name)}{end}"

    return MARKED.sub(written, text)


def with_comments(text: str) -> str:
    """The text of params.yaml with up-to-date comments."""
    document = Document(text)
    for section, values in parse_yaml(text, str(PARAMS)).items():
        document.replace(section, render_section(section, values))
    return str(document)


def pages() -> Iterator[Path]:
    """The Markdown pages that may contain choices."""
    for place in DOCS:
        yield from sorted(place.glob("**/*.md")) if place.is_dir() else [place]


def main() -> None:
    """Updates outdated pages, or lists them."""
    check = sys.argv[1:] == ["--check"]
    old = []
    for path in (*pages(), PARAMS):
        text = path.read_text(encoding="utf-8")
        new = with_comments(text) if path == PARAMS else with_choices(text)
        if new != text:
            old.append(str(path))
            if not check:
                path.write_text(new, encoding="utf-8")
    if old and check:
        sys.exit(f"{', '.join(old)}: choices or comments are outdated; run python -m ganforge.params.tables.")


if __name__ == "__main__":
    main()
