"""Tests pass whatever their user has set and run in the project, and on whatever machine."""

import json
import sys

import pytest

from tests.project import DVC_CONFIG, Project, copy_project
from tests.settings import settings_text

SET = [
    "dataset.held_out=validation",
    "dataset.labels=ignore",
    "train.seed=5",
    "objective.r2={start: 0.2, end: 0.1, shape: linear, begin: 0.5}",
    "sample.seeds=[7]",
    "sample.show_per_class=3",
    "evaluation.inception=true",
    "gate.most={quality.fd_ratio: 9.0}",
    "gate.alarms=warn",
    "compute.device=cuda",
    "compute.threads=1",
]
SCORES = {
    "n": {"real": 10000, "fake": 10000},
    "quality": {"fd": 1e9, "fd_ratio": 0.907, "kid": -3e-12, "coverage": 1, "precision": 0},
    "task": {"modes": 1000},
}
# Those that read settings or records, and take seconds.
FILES = [
    "augmenting/test_study.py",
    "datasets/test_folder.py",
    "reliability/test_parameters.py::test_any_value_in_any_place_is_taken_or_named",
    "retraining/test_report.py",
    "sweeps/test_plan.py",
    "runs/test_gate.py",
    "params/test_params.py",
    "params/test_proposal.py::test_every_proposal_is_a_valid_plan_with_reasons",
    "params/test_recipes.py",
    "params/test_explaining.py",
    "params/test_tables.py",
    "runs/test_records.py",
    "compute/test_device.py",
    "test_cli.py::test_check_says_that_all_is_well",
    "test_cli.py::test_what_needs_more_than_a_generator_says_what_is_missing",
]


@pytest.fixture(scope="module")
def used(tmp_path_factory) -> Project:
    """A checkout in which somebody took another recipe, set values and imported images, with results of elsewhere."""
    project = Project(copy_project(tmp_path_factory.mktemp("used") / "project"))
    assert project.run("git", "init", "--quiet").returncode == 0
    for arguments in (["recipe", "mnist"], ["set", *SET]):
        done = python(project, "ganforge.cli", *arguments)
        assert done.returncode == 0, done.stderr
    for name, text in (
        ("dvc.lock", "<<<<<<< HEAD\n"),
        ("pipeline/augmentation/dvc.lock", "schema: '2.0'\nstages: {}\n"),
        ("reports/metrics.json", json.dumps(SCORES)),
        ("reports/classes.csv", "class,samples\n"),
        ("reports/training.csv", ""),
        ("data/import/photos.dvc", "outs:\n- path: photos\n"),
        (".dvc/config", "[core]\n    remote = team\n[cache]\n    dir = /nowhere\n"),
        ("recipes/sweeps/mine.yaml", "# A sweep of a user\n"),
    ):
        (project.root / name).parent.mkdir(exist_ok=True)
        (project.root / name).write_text(text)
    return project


def python(project, module, *arguments):
    """Runs a module with the code of a project."""
    path = {"PYTHONPATH": f"{project.root / 'src'}:{project.root}"}
    return project.run(sys.executable, "-m", module, *arguments, **path)


def test_copies_of_a_used_project_have_the_settings_of_tests_and_nothing_of_its_user(used, tmp_path):
    assert (used.root / "params.yaml").read_text() != settings_text()
    copy = copy_project(tmp_path, used.root)
    assert (copy / "params.yaml").read_text() == settings_text()
    assert (copy / ".dvc" / "config").read_text() == DVC_CONFIG
    assert not (copy / "reports").exists()
    assert list(copy.rglob("dvc.lock")) == []
    assert [path.name for path in (copy / "data" / "import").iterdir()] == ["README.md"]


@pytest.mark.long  # .ci/run runs it too
def test_tests_that_read_settings_and_records_pass_in_a_used_project(used, tmp_path):
    options = ["-p", "no:cacheprovider", "--override-ini=addopts=", f"--basetemp={tmp_path / 'inner'}"]
    done = python(used, "pytest", *options, *(f"tests/{name}" for name in FILES))
    assert done.returncode == 0, done.stdout + done.stderr
