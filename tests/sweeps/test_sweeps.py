"""Whole sweeps: experiments of a real DVC, a search by Optuna, and their runs in MLflow."""

import json
import re
import shutil
from pathlib import Path

import mlflow
import pytest

from tests.project import Project

pytestmark = pytest.mark.long

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")
GRID = """# Two seeds
rank: quality.fd_ratio
fixed: {sample.show_per_class: 3}
grid: {train.seed: [1, 2]}
"""
SEARCH = """# A search
rank: quality.coverage
fixed: {evaluation.cas_images: 0}
search: {trials: 3, seed: 0, space: {objective.r1: {low: 0.01, high: 1.0, log: true}}}
"""


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A repository with one commit."""
    project = Project(Path(shutil.copytree(finished.root, tmp_path / "project")))
    (project.root / ".dvc" / "config.local").unlink()
    (project.root / "recipes" / "sweeps" / "seeds.yaml").write_text(GRID)
    (project.root / "recipes" / "sweeps" / "search.yaml").write_text(SEARCH)
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "one")):
        assert project.run(*GIT, *command).returncode == 0
    return project


def sweep(project: Project, *arguments: str) -> str:
    done = project.run("ganforge", "sweep", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def family(project: Project) -> dict[str, list]:
    """Parents and their children, of the recorded runs."""
    client = mlflow.MlflowClient(f"sqlite:///{project.root / 'mlflow.db'}")
    runs = client.search_runs([client.get_experiment_by_name("ganforge").experiment_id])
    parents = {run.info.run_id: run for run in runs if "ganforge.sweep" in run.data.tags}
    children = {key: [run for run in runs if run.data.tags.get("mlflow.parentRunId") == key] for key in parents}
    return {parents[key].info.run_name: [parents[key], *children[key]] for key in parents}


def test_a_grid_is_run_ranked_and_gathered_and_not_run_twice(project):
    said = sweep(project, "seeds", "--jobs", "2")
    names = re.findall(r"^(seeds-[12]-\w{6}) +[\d.]+ ", said, re.MULTILINE)
    assert len(names) == 2
    ratios = [float(row.split()[1]) for row in said.splitlines() if re.match(r"seeds-\S+ +\d", row)]
    assert ratios == sorted(ratios)
    (members,) = family(project).values()
    parent, *children = members
    assert {child.data.params["train.seed"] for child in children} == {"1", "2"}
    assert all(child.info.run_name.endswith(tuple(names)) for child in children)
    assert names[0] in parent.data.tags["mlflow.note.content"]
    assert parent.data.metrics["quality/fd_ratio"] == min(child.data.metrics["quality/fd_ratio"] for child in children)
    again = sweep(project, "seeds")
    assert ": done" not in again  # all of it is there
    assert re.search(r"ganforge set train\.seed=[12]$", again, re.MULTILINE)
    ranked = project.run("ganforge", "compare", *names, "workspace").stdout
    assert all(name in ranked for name in names)
    assert (project.root / "reports" / "compare.html").read_text().count("<figure>") == 3


def test_an_experiment_that_fails_is_named_and_the_others_are_ranked(project):
    path = project.root / "recipes" / "sweeps" / "seeds.yaml"
    path.write_text(GRID.replace("train.seed: [1, 2]", "sample.count: [100, 9000]"))
    said = sweep(project, "seeds")
    assert re.search(r"seeds-9000-\w+: failed, see .*\.log", said)
    assert re.search(r"^seeds-100-\w+ +[\d.]+", said, re.MULTILINE)


def test_a_search_chooses_by_what_came_before_and_goes_on_where_it_stopped(project):
    path = project.root / "recipes" / "sweeps" / "search.yaml"
    path.write_text(SEARCH.replace("trials: 3", "trials: 2"))
    assert sweep(project, "search").count("done") == 2
    path.write_text(SEARCH)
    assert sweep(project, "search", "--jobs", "2").count(": done") == 1
    (members,) = family(project).values()
    parent, *children = members
    assert len(children) == 3
    assert (
        len({child.data.params["objective.r1"] for child in children}) == 3
    )  # the third is no repetition of the first
    assert json.loads(parent.data.params["objective.r1"]) == {"low": 0.01, "high": 1.0, "log": True}
