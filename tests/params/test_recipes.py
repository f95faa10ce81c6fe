"""Recipes change values and nothing else."""

import pytest
from ruamel.yaml import YAML

from ganforge.cli import main
from ganforge.errors import UserError
from ganforge.params.proposal import Survey, propose
from ganforge.params.recipes import apply_recipe, apply_values, list_recipes
from tests.project import ROOT
from tests.settings import default_settings, settings_text

NAMES = sorted(file.stem for file in (ROOT / "recipes").glob("*.yaml"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    (tmp_path / "params.yaml").write_text(settings_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_recipe_is_valid_and_described(project):
    for name, description in list_recipes().items():
        assert len(description) > 20
        apply_recipe(name)
    assert set(list_recipes()) == set(NAMES)


def test_the_recipe_of_the_settings_changes_nothing(project):
    assert apply_recipe("digits") == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_way_back_restores_the_file_to_the_letter(project, name):
    before = (project / "params.yaml").read_text()
    apply_recipe(name)
    apply_recipe("digits")
    assert (project / "params.yaml").read_text() == before


def test_the_file_that_comes_with_the_project_is_restored_too(project):
    text = (ROOT / "params.yaml").read_text()
    if YAML(typ="safe", pure=True).load(text) != default_settings():
        pytest.skip("params.yaml is set to something else than the recipe for digits")
    (project / "params.yaml").write_text(text)
    for name in NAMES:
        apply_recipe(name)
        apply_recipe("digits")
        assert (project / "params.yaml").read_text() == text


def test_a_schedule_in_the_place_of_a_number_is_told_as_a_whole(project):
    schedule = {"start": 0.2, "end": 0.1, "shape": "linear", "begin": 0.5}
    (there,) = apply_values(["train.r1={start: 0.2, end: 0.1, shape: linear, begin: 0.5}"]).items()
    assert there == ("train.r1", (0.1, schedule))
    assert apply_values(["train.r1.end=0.05"]) == {"train.r1.end": (0.1, 0.05)}
    (back,) = apply_values(["train.r1=0.1"]).items()
    assert back == ("train.r1", (schedule | {"end": 0.05}, 0.1))


def test_the_way_back_also_undoes_what_was_proposed(project):
    before = (project / "params.yaml").read_text()
    few = Survey(60, [(500, 300), (90, 40)], [10] * 6, processors=8, accelerated=False)
    apply_recipe("folder", proposals=propose(few))
    apply_recipe("digits")
    assert (project / "params.yaml").read_text() == before


def test_what_changed_is_told_and_comments_stay(project):
    changed = apply_recipe("mnist")
    assert changed["dataset.name"] == ("digits", "mnist")
    text = (project / "params.yaml").read_text()
    assert "name: mnist " in text
    assert text.count("#") == settings_text().count("#")


def test_an_unknown_recipe_is_refused_with_those_there_are(project):
    with pytest.raises(UserError, match=r"'minst' is not a recipe; allowed are .*mnist"):
        apply_recipe("minst")


def test_a_broken_params_file_is_left_alone(project):
    (project / "params.yaml").write_text("train: 3\n")
    with pytest.raises(UserError):
        apply_recipe("mnist")
    assert (project / "params.yaml").read_text() == "train: 3\n"


def test_single_values_are_written_and_the_rest_of_a_schedule_stays(project):
    changed = apply_values(["train.loss=hinge", "train.learning_rate.start=0.002", "sample.seeds=[4]"])
    assert changed["train.loss"] == ("relativistic", "hinge")
    assert changed["train.learning_rate.start"] == (0.004, 0.002)
    assert set(changed) == {"train.loss", "train.learning_rate.start", "sample.seeds"}
    assert (project / "params.yaml").read_text().count("#") == settings_text().count("#")


@pytest.mark.parametrize("text", ["train.loss", "loss=hinge", "train.seed.x=1", "train.loss=[", "=", "train.los=hinge"])
def test_what_is_no_setting_is_refused_and_nothing_is_written(project, text):
    before = (project / "params.yaml").read_text()
    with pytest.raises(UserError):
        apply_values([text])
    assert (project / "params.yaml").read_text() == before


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["train.seed=5"], "run `make repro`."),
        (["augmentation_study.seeds=[5,6]"], "run `make augmentation`."),
        (["train.seed=5", "augmentation_study.seeds=[5,6]"], "run `make repro` or `make augmentation`."),
        (["train.seed=0"], "params.yaml has these values already."),
    ],
)
def test_set_says_what_to_run_next(project, capsys, values, told):
    main(["set", *values])
    assert capsys.readouterr().out.endswith(f"{told}\n")
