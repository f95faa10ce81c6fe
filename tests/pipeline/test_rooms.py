"""A stage depends on the rooms that it really imports: no change that matters is missed, no other makes it run."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.project import ALL, IMPORTS, ROOT

# What changes no number that a stage writes, and why; nor do the `settings.py` of rooms, whose values DVC compares.
NEUTRAL = {
    "pipeline/__init__.py": "says how threads wait",
    "pipeline/downloads.py": "fetches what has a published digest",
    "src/ganforge/datasets/fetching": "likewise",
    "pipeline/process.py": "looks after processes",
    "pipeline/stage.py": "says where things lie, and refuses what the scores could not take",
    "src/ganforge/__init__.py": "holds the version",
    "src/ganforge/errors.py": "words errors",
    "src/ganforge/files.py": "writes files whole or not at all",
    "src/ganforge/layout.py": "names places",
    "src/ganforge/params": "reads params.yaml, whose values each stage depends on by their keys",
    "src/ganforge/settings.py": "likewise",
    "src/ganforge/runs": "tells whether results are of this run",
    "src/ganforge/tracking": "records what happens",
}
RECORDS = {"src/ganforge/runs", "src/ganforge/tracking"}
OF_RECORDS = {"report", "record"}  # stages whose result these two rooms make
FOR_SOME_DATA = {  # imported where the data are music, have captions, or pairs
    "preprocess": {"src/ganforge/signals"},
    "look": {"src/ganforge/conditions"},
    "baseline": {"pipeline/training.py", "src/ganforge/conditions", "src/ganforge/signals"},
}
SLOW = {  # what a stage may import although it is slow
    "look": {"matplotlib"},
    "extractor": {"torch"},
    "train": {"torch"},
    "sample": {"torch"},
    "evaluate": {"torch", "matplotlib"},
    "directions": {"torch", "sklearn"},
    "report": {"mlflow"},
    "record": {"mlflow"},
}
# `record` makes the run if the store did not answer while the training recorded it, as on a busy machine.
MAKING_A_RUN, AND_SLOW = "src/ganforge/conditions", "torch"
FETCHED = ["src/ganforge/datasets", "src/ganforge/prepared"]  # what is fetched has published digests


def dependencies(stage: str) -> list[str]:
    """Files and rooms of the project that dvc.yaml says a stage depends on."""
    stages = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text())["stages"]
    return [path for path in stages[stage]["deps"] if path.startswith(("src/", "pipeline/"))]


def within(file: str, places: list[str]) -> bool:
    return any(file == place or file.startswith(f"{place}/") for place in places)


@pytest.fixture(scope="module")
def imported(finished) -> dict[str, set[str]]:
    """What the processes of each stage imported from the project while the pipeline ran."""
    files: dict[str, set[str]] = {stage: set() for stage in ALL}
    for path in (finished.root / IMPORTS).iterdir():
        files[path.name.rpartition("-")[0]] |= set(path.read_text().splitlines())
    return files


@pytest.mark.parametrize("stage", ALL)
def test_a_stage_depends_on_all_that_it_imports_and_that_may_change_its_result(stage, imported):
    neutral = [place for place in NEUTRAL if place not in RECORDS or stage not in OF_RECORDS]
    known = [*dependencies(stage), *neutral, *(FETCHED if stage == "fetch" else [])]
    known += [MAKING_A_RUN] if stage == "record" else []
    ours = {file for file in imported[stage] if file.endswith(".py")}
    files = {file for file in ours if Path(file).name != "__init__.py" and not file.endswith("settings.py")}
    assert files
    assert {file for file in files if not within(file, known)} == set()


@pytest.mark.parametrize("stage", ALL)
def test_a_stage_depends_on_nothing_that_it_does_not_import(stage, imported):
    unused = [place for place in dependencies(stage) if not any(within(file, [place]) for file in imported[stage])]
    assert set(unused) == FOR_SOME_DATA.get(stage, set())


@pytest.mark.parametrize("stage", ALL)
def test_a_stage_imports_nothing_slow_that_it_does_not_need(stage, imported):
    slow = {name for name in imported[stage] if not name.endswith(".py")}
    made = stage == "record" and any(within(file, [MAKING_A_RUN]) for file in imported[stage])
    assert slow - ({AND_SLOW} if made else set()) == SLOW.get(stage, set())


@pytest.mark.parametrize("stage", ALL)
def test_a_stage_depends_on_a_handful_of_rooms(stage):
    assert len(dependencies(stage)) <= 12
