"""The documentation as a site of HTML pages: `python docs/build_site.py` writes build/site; it needs no network.

The pages are those of docs/, README.md as the first of them, CONTRIBUTING.md, and reference pages that are written
from the code: every key of params.yaml, every score, every command.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ganforge.cli import parser
from ganforge.evaluation.registry import SCORES
from ganforge.params.catalogue import SECTIONS, classes_of, summary, tag_of, variants
from ganforge.params.explaining import described

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SETTINGS = "reference/settings"
FOLDERS = {  # pages that zensical.toml does not name, by the place of their folder in its navigation
    "Settings": SETTINGS,
    "Decisions": "explanation/decisions",
    "Notebook": "explanation/notebook",
    "Learn GANs": "tutorials/learn",
}
OUTSIDE = {"README.md": "index.md", "CONTRIBUTING.md": "how_to/contribute.md"}  # pages that are not in docs/
LINK = re.compile(r"(\[[^][]*\])\(([^)#\s:]+)((?:#[^)\s]*)?)\)")
COMMAND = re.compile(
    r"^(?: {4})?(?:ci/retrain|(?:\.venv/bin/)?(?:make|ganforge|dvc|git|python|pip|docker)) ", re.MULTILINE
)
CHAPTERS = (DOCS / "tutorials" / "learn").glob("[0-9]*.md")
RUN = {"tutorials/first_run.md", *(page.relative_to(DOCS).as_posix() for page in CHAPTERS)}
TESTED = "*A test runs this page as it stands.*"
CHECKED = "*Tests check that programs accept the commands of this page. They do not run them.*"
BADGE = re.compile(r"^\[!\[.*\n", re.MULTILINE)
API = {
    "The generator": ["ganforge.generator.Generator"],
    "What a new signal, condition or data set implements": [
        "ganforge.signals.signal.Signal",
        "ganforge.conditions.condition.Condition",
        "ganforge.datasets.source.Source",
    ],
    "What a new network, objective or score implements": [
        "ganforge.networks.build.Family",
        "ganforge.objectives.objective.Objective",
        "ganforge.evaluation.score.Score",
        "ganforge.evaluation.score.Meaning",
    ],
}


def main() -> None:
    """Lays out the pages and lets Zensical turn them into HTML; a dead link ends it with an error."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve()
    for made in ("docs", "site"):  # nothing else in the folder is ours
        shutil.rmtree(folder / made, ignore_errors=True)
    lay_out(folder / "docs")
    (folder / "zensical.toml").write_text(config(folder / "docs"), encoding="utf-8")
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run([zensical, "build", "--strict"], cwd=folder)
    if done.returncode == 0:
        print(f"The site is {folder / 'site' / 'index.html'}")
    sys.exit(done.returncode)


def lay_out(folder: Path) -> None:
    """Writes all pages and their pictures into a folder."""
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("*.py", "results", "__pycache__"))
    for source, name in OUTSIDE.items():
        (folder / name).write_text((ROOT / source).read_text(encoding="utf-8"), encoding="utf-8")
    for page in sorted(folder.rglob("*.md")):
        text, place = page.read_text(encoding="utf-8"), page.relative_to(folder)
        mark = TESTED if place.as_posix() in RUN else CHECKED if COMMAND.search(text) else ""
        page.write_text(f"{relinked(text, place)}\n{mark}\n", encoding="utf-8")
    for name, text in reference():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def relinked(text: str, page: Path) -> str:
    """A page without badges and links to files of the repository; links to pages lead to where they are on the site."""
    origin = next((Path(source) for source, name in OUTSIDE.items() if name == str(page)), Path("docs") / page)

    def moved(match: re.Match[str]) -> str:
        title, target, anchor = match.groups()
        inside = os.path.normpath(origin.parent / target)
        if inside.endswith(".py") or not (inside in OUTSIDE or inside.startswith("docs/")):
            return title[1:-1]  # a file of the repository, which the site does not have
        place = OUTSIDE.get(inside) or inside.removeprefix("docs/")
        return f"{title}({os.path.relpath(place, page.parent)}{anchor})"

    return LINK.sub(moved, BADGE.sub("", text))


def config(docs: Path) -> str:
    """zensical.toml with the pages that are not named in it: one of settings for each section, decisions by room."""
    text = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    for title, folder in FOLDERS.items():
        names = sorted((docs / folder).glob("*.md"), key=lambda page: (page.stem != "index", page.stem))
        pages = [page.relative_to(docs).as_posix() for page in names]
        text = text.replace(f'{{ "{title}" = [] }}', f'{{ "{title}" = {pages} }}'.replace("'", '"'))
    return text.replace('"build/', '"').replace('paths = ["src"]', f'paths = ["{ROOT / "src"}"]')


def reference() -> Iterator[tuple[str, str]]:
    """Pages that are written from the code, by their names."""
    for section in SECTIONS:
        yield f"{SETTINGS}/{section}.md", settings_page(section)
    scores = (DOCS / "reference" / "scores.md").read_text(encoding="utf-8")
    yield "reference/scores.md", scores + "\n" + "\n".join(score_tables())
    yield "reference/commands.md", "\n".join(commands_page(parser()))
    yield "reference/api.md", "\n".join(api_page())


def settings_page(section: str) -> str:
    """All keys of a section of params.yaml: what each means, allows, and is set to by a recipe."""
    kinds = variants(section)
    lines = [f"# Settings: {section}", "", f"Keys of the section `{section}` in `params.yaml`.", ""]
    if kinds:
        lines += [f"`{section}.{tag_of(section)}` chooses one of these:", "", "| | |", "|---|---|"]
        lines += [f"| `{name}` | {_cell(summary(kind))} |" for name, kind in kinds.items()]
    else:
        lines.append(summary(classes_of(section)[0]))
    for key, owners, value in described(section):
        lines += ["", f"## {section}.{key.name}{_anchor(key.name, owners)}", "", key.meaning, ""]
        lines += [f"- Allowed: {_cell(key.allowed)}", *([f"- Set by a recipe: `{value}`"] if value else [])]
        lines += [f"- Only with: {', '.join(f'`{name}`' for name in owners)}"] if owners else []
    return "\n".join([*lines, ""])


def _anchor(name: str, owners: Sequence[str]) -> str:
    return f" {{#{'-'.join([name.replace('.', '-'), *owners])}}}"


def score_tables() -> Iterator[str]:
    """A table of all scores, by the group they have in metrics.json."""
    groups: dict[str, list[str]] = {}
    for meaning in (meaning for score in SCORES for meaning in score.meanings):
        better = {"lower": "lower", "higher": "higher", "real": "near that of real data"}[meaning.better]
        row = f"| `{meaning.key}` | {_cell(meaning.label)} | {_cell(meaning.text)} | {better} |"
        groups.setdefault(meaning.key.partition(".")[0], []).append(row)
    for group, rows in groups.items():
        yield from ("", f"## {group}", "", "| key in metrics.json | on pages | what it measures | better |")
        yield from ("|---|---|---|---|", *dict.fromkeys(rows))
    yield ""


def commands_page(known: argparse.ArgumentParser) -> Iterator[str]:
    """Every command with its options, as `--help` shows them."""
    yield from ("# Commands", "", "Run them in the root of the project. `ganforge COMMAND --help` prints the same.")
    for name, command in _commands(known).items():
        yield from ("", f"## ganforge {name}", "", str(command.description or ""), "", "```text")
        yield from (command.format_usage().strip(), "```", "", "| option | |", "|---|---|")
        for action in command._actions:
            option = ", ".join(action.option_strings) or str(action.metavar or action.dest)
            yield f"| `{option}` | {_cell(str(action.help or ''))} |"
    yield ""


def _commands(known: argparse.ArgumentParser) -> dict[str, Any]:
    return next(dict(action.choices) for action in known._actions if isinstance(action.choices, dict))


def api_page() -> Iterable[str]:
    """Classes for programs that use or extend the project; mkdocstrings fills them in."""
    yield from ("# Python API", "", "Names that begin with an underscore are private, and so is whatever is not here.")
    for title, names in API.items():
        yield from ("", f"## {title}")
        yield from (line for name in names for line in ("", f"::: {name}"))
    yield ""


def _cell(text: str) -> str:
    """A text that may stand in a cell of a table."""
    return text.replace("|", r"\|").replace("*", r"\*").replace("<", "&lt;")


if __name__ == "__main__":
    main()
