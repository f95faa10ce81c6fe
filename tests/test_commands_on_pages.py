"""The commands on pages of documentation: programs accept them, and the first tutorial runs as written."""

import re
import shlex
from itertools import pairwise

import pytest

from ganforge.cli import parser
from ganforge.params.catalogue import SECTIONS, variants
from ganforge.params.explaining import names
from ganforge.params.recipes import list_recipes
from tests.project import ROOT, Project, copy_project

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/import/README.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SHELL = {"", "bash", "console", "sh"}
PROMPT = re.compile(r"(?:(?:[A-Z_]+=\S* )*)(?:\.venv/bin/)?(?=(?:ganforge|make|python|dvc) )")
LEAST = {"ganforge": 50, "make": 30, "dvc": 20, "python": 5}  # calls on all pages
CHOICES = {name for section in SECTIONS for name in variants(section)}  # such as dataset.points, no keys
ASIDE = {"source", "make ui"}  # in the tutorial: what only a shell can do, and what waits for a person
TUTORIAL = ROOT / "docs" / "tutorials" / "first_run.md"


def commands(page):
    """Lines of code blocks that call a program, without comments and what follows a pipe or `&&`."""
    text = page.read_text(encoding="utf-8")
    blocks = [code for language, code in FENCED.findall(text) if language in SHELL]
    blocks += re.findall(r"^    (.*)$", FENCED.sub("", text), re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    parts = [part.strip() for line in lines for part in re.split(r" && | \| | >>? |; ", line.partition(" #")[0])]
    return [PROMPT.sub("", part, count=1) for part in parts if part]


def to_be_replaced(words):
    return "..." in words or any(re.search(r"\b(?!HEAD\b)[A-Z][A-Z_]+\b", word) for word in words)


def unknown_keys(values):
    """Keys in ``key=value`` that no section of params.yaml has."""
    known = {name for name in names() if name.partition(".")[2] not in CHOICES}
    return [key for key in (value.partition("=")[0] for value in values) if key not in known]


def of(program):
    found = [(page.name, line) for page in PAGES for line in commands(page) if line.split()[0] == program]
    assert len(found) >= LEAST[program]
    return [pytest.param(line, id=f"{page}: {line}") for page, line in dict.fromkeys(found)]


@pytest.mark.parametrize("line", of("ganforge"))
def test_a_command_of_ours_has_these_options_keys_and_recipes(line):
    words = shlex.split(line)[1:]
    if to_be_replaced(words):
        pytest.skip("shows the form of a command, with words to be replaced")
    options = parser().parse_args(words)
    assert options.run is not None
    if words[0] == "set":
        assert unknown_keys(words[1:]) == []
    if words[0] == "recipe" and words[1:]:
        assert words[1] in list_recipes()


@pytest.mark.parametrize("line", of("make"))
def test_make_has_these_targets(line):
    targets = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)}
    assert [word for word in shlex.split(line)[1:] if "=" not in word and word not in targets] == []


@pytest.mark.parametrize("line", of("python"))
def test_programs_are_where_pages_say(line):
    words = shlex.split(line)
    if to_be_replaced(words):
        pytest.skip("shows the form of a command, with words to be replaced")
    name = words[2].replace(".", "/") if words[1] == "-m" else words[1].removesuffix(".py")
    places = [ROOT / name, ROOT / "src" / name]
    assert any(place.is_dir() or place.with_suffix(".py").is_file() for place in places)


@pytest.mark.parametrize("line", of("dvc"))
def test_dvc_has_these_options(line):
    from dvc.cli.parser import get_main_parser

    words = shlex.split(line)[1:]
    if to_be_replaced(words):
        pytest.skip("shows the form of a command, with words to be replaced")
    get_main_parser().parse_args(words)
    assert unknown_keys(after for word, after in pairwise(words) if word in {"-S", "--set-param"}) == []


@pytest.mark.long
def test_the_first_tutorial_runs_as_written(tmp_path):
    project = Project(copy_project(tmp_path / "project"))
    (project.root / ".venv").symlink_to(ROOT / ".venv")
    project.make_tiny()
    committed = ("git add --all", "git commit --quiet --message begun")  # with scores, as those of a clone are
    before = commands(TUTORIAL)
    lines = [line for line in before[: before.index("ganforge recipe mnist")] if not line.startswith(tuple(ASIDE))]
    lines = [line for line in lines if line.split()[0] in {"ganforge", "make", "dvc", "git"}]
    assert lines[0] == "make repro"
    for line in ("git init --quiet", *lines[:1], *committed, *lines[1:]):
        done = project.run(*shlex.split(line), **AUTHOR)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


AUTHOR = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
AUTHOR["GIT_EDITOR"] = "echo kept >"
