"""The rooms of the package: an import points down, none goes in a circle, and no file holds two ideas."""

import ast
from pathlib import Path

import pytest

from tests.project import ROOT

PACKAGE = ROOT / "src" / "ganforge"
FLOORS = (  # from the top; rooms of one floor do not know each other
    {"__main__", "project_files"},
    {"cli"},
    {"commands"},
    {"sweeps", "retraining", "demo"},
    {"publishing", "starting"},
    {"latents", "augmenting", "translating"},
    {"pages", "tracking"},
    {"params"},
    {"runs", "generator"},
    {"evaluation", "figures"},
    {"features"},
    {"training"},
    {"objectives"},
    {"networks", "datasets"},
    {"conditions"},
    {"signals"},
    {"prepared"},
    {"compute"},
    {"settings", "files", "layout", "addresses"},
    {"errors", "__init__"},
)
LONGEST = 400  # lines of a file


def files() -> dict[str, Path]:
    """All modules of the package, by their dotted names within it."""
    return {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path, known: set[str]) -> set[str]:
    """The modules of the package that one imports, wherever it does so, but not for its types alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ganforge":
            base = node.module.removeprefix("ganforge").lstrip(".")
            for name in node.names:
                inner = f"{base}.{name.name}".lstrip(".")
                modules.add(inner if inner in known or f"{inner}.__init__" in known else base or "__init__")
        elif isinstance(node, ast.Import):
            modules |= {name.name.removeprefix("ganforge.") for name in node.names if name.name.startswith("ganforge.")}
    return {f"{module}.__init__" if f"{module}.__init__" in known else module for module in modules}


def graph() -> dict[str, set[str]]:
    known = set(files())
    return {name: imports(path, known) for name, path in files().items()}


def room(module: str) -> str:
    return module.split(".")[0]


def is_settings(module: str) -> bool:
    """Whether it holds settings of a room, such as `datasets.settings` or `datasets.sound_settings`."""
    return module.partition(".")[2].endswith("settings")


def test_every_room_has_a_floor():
    assert {room(name) for name in files()} == set().union(*FLOORS)


def test_imports_point_down():
    """The settings of a room are read on the floor of params, which puts them together; nothing else is."""
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    up = [
        f"{name} -> {other}"
        for name, others in graph().items()
        for other in others
        if room(name) != room(other) and floor[room(name)] >= floor[room(other)] and not is_settings(other)
    ]
    assert up == []


def test_rooms_below_params_never_read_the_whole_of_it():
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    reading = [
        name
        for name, others in graph().items()
        if floor[room(name)] > floor["params"] and any(room(other) == "params" for other in others)
    ]
    assert reading == []


def circles(edges: dict[str, set[str]]) -> list[str]:
    """One circle of imports, as names in their order; empty where there is none."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(edges.get(name, ())):
            circle = visit(other, [*path, name])
            if circle:
                return circle
        done.add(name)
        return []

    return next((circle for name in edges if (circle := visit(name, []))), [])


def test_no_import_goes_in_a_circle():
    assert circles(graph()) == []


def test_no_circle_lies_between_rooms():
    """The settings of a room count as a room of their own: they are data for params, and import no other room."""

    def place(module: str) -> str:
        return f"{room(module)}.settings" if is_settings(module) else room(module)

    edges: dict[str, set[str]] = {}
    for name, others in graph().items():
        edges.setdefault(place(name), set()).update(place(other) for other in others if place(other) != place(name))
    assert circles(edges) == []


def test_settings_of_rooms_import_nothing_but_what_all_settings_are_made_of():
    """Apart from other settings of the same room."""
    wrong = {
        f"{name} -> {other}"
        for name, known in graph().items()
        if is_settings(name)
        for other in known - {"settings"}
        if not (is_settings(other) and room(other) == room(name))
    }
    assert not wrong


@pytest.mark.parametrize("folder", ["src", "pipeline", "benchmarks"])
def test_no_file_is_long(folder):
    assert [str(path) for path in (ROOT / folder).rglob("*.py") if len(path.read_text().splitlines()) > LONGEST] == []
