"""What a sweep is made of, before anything runs."""

import shutil

import pytest
from dvc.utils.hydra import apply_overrides

from ganforge.errors import UserError
from ganforge.params import read_yaml
from ganforge.params.rendering import render
from ganforge.sweeps.experiments import written
from ganforge.sweeps.plan import SWEEPS, combinations, family, list_sweeps, load_sweep, plan
from tests.project import ROOT
from tests.settings import settings_of, settings_text

OURS = ("losses", "penalties")


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / SWEEPS).mkdir(parents=True)
    for name in OURS:
        shutil.copy(ROOT / SWEEPS / f"{name}.yaml", tmp_path / SWEEPS)
    (tmp_path / "params.yaml").write_text(settings_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project, text):
    (project / SWEEPS / "mine.yaml").write_text(f"# A sweep of a test\n{text}")
    return load_sweep("mine")


GRID = "rank: quality.fd_ratio\nfixed: {dataset.held_out: validation}\ngrid:\n"


def test_the_sweeps_that_come_along_are_valid_and_fit_params(project):
    assert set(list_sweeps()) == set(OURS)
    for name in list_sweeps():
        sweep = load_sweep(name)
        for chosen in combinations(sweep) if sweep.grid else [{}]:
            plan(name, sweep, chosen)


def test_a_grid_is_every_combination(project):
    sweep = write(project, GRID + "  objective.loss: [hinge, minimax]\n  train.seed: [1, 2, 3]\n")
    found = combinations(sweep)
    assert len(found) == 6
    assert found[1] == {"objective.loss": "hinge", "train.seed": 2}


def test_names_tell_the_values_and_change_with_whatever_changes_the_result(project):
    sweep = write(project, GRID + "  objective.loss: [hinge]\n")
    first = plan("mine", sweep, {"objective.loss": "hinge"})
    assert first.name.startswith("mine-hinge-")
    assert first.values == {"dataset.held_out": "validation", "objective.loss": "hinge"}
    assert plan("mine", sweep, {"objective.loss": "hinge"}) == first
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("latent_dim: 64", "latent_dim: 32"))
    assert plan("mine", sweep, {"objective.loss": "hinge"}).name != first.name


def test_a_nested_value_can_be_set(project):
    sweep = write(project, GRID + "  train.learning_rate.start: [0.002]\n")
    (chosen,) = combinations(sweep)
    assert plan("mine", sweep, chosen).name.startswith("mine-0.002-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GRID + "  train.los: [hinge]\n", "sets train.los, which is not a key of params.yaml"),
        (GRID + "  objective.loss: [hing]\n", "objective.loss is 'hing'"),
        (GRID + "  train: [1]\n", "train is 1; it must be a group of keys"),
        ("rank: quality.fd_ratio\nfixed: {}\n", "either a grid or a search"),
        ("rank: quality.kid\nfixed: {}\ngrid: {train.seed: [1]}\n", "rank is 'quality.kid'; allowed are quality.fd,"),
        ("rank: quality.fd\nfixed: {}\ngrid: {}\n", "grid is {}"),
        (
            "rank: quality.fd\nfixed: {}\n"
            "search: {trials: 2, seed: 0, space: {objective.r1: {low: 1, high: 0.1, log: false}}}\n",
            "it must ascend",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_runs(project, text, told):
    with pytest.raises(UserError) as refused:
        sweep = write(project, text)
        for chosen in combinations(sweep):
            plan("mine", sweep, chosen)
    assert told in str(refused.value)
    assert "mine.yaml" in str(refused.value)


def test_an_unknown_sweep_is_refused_with_those_there_are(project):
    with pytest.raises(UserError, match=r"'loses' is not a sweep; allowed are losses, penalties"):
        load_sweep("loses")


def test_values_reach_params_through_the_reader_that_dvc_uses(project):
    schedule = {"start": 0.002, "end": 0.0001, "shape": "linear", "begin": 0.5}
    (project / "params.yaml").write_text(render(settings_of("folder")))
    values = {
        "train.learning_rate": schedule,
        "sample.seeds": [1, 2],
        "dataset.background": "#00ff00",
        "objective.r1": 0.5,
    }
    apply_overrides("params.yaml", [f"{key}={written(value)}" for key, value in values.items()])
    params = read_yaml(project / "params.yaml")
    assert params["train"]["learning_rate"] == schedule
    assert params["sample"]["seeds"] == [1, 2]
    assert params["dataset"]["background"] == "#00ff00"
    assert params["objective"]["r1"] == 0.5


def test_other_code_is_another_experiment_and_other_words_are_not(project):
    sweep = write(project, GRID + "  objective.loss: [hinge]\n")
    (project / "src").mkdir()
    names = []
    for path, text in (("README.md", "a"), ("README.md", "b"), ("src/new.py", "a"), ("src/new.py", "b")):
        (project / path).write_text(text)
        names.append(plan("mine", sweep, {"objective.loss": "hinge"}).name)
    assert names[0] == names[1]
    assert len(set(names[1:])) == 3
    assert family("mine", sweep) == family("mine", sweep.model_copy())


def test_a_family_is_the_same_for_more_trials_and_another_for_another_space(project):
    text = (ROOT / SWEEPS / "penalties.yaml").read_text()
    names = []
    for changed in (text, text.replace("trials: 8", "trials: 9"), text.replace("0.01", "0.02")):
        (project / SWEEPS / "mine.yaml").write_text(changed)
        names.append(family("mine", load_sweep("mine")))
    assert names[0] == names[1] != names[2]
