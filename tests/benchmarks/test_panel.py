"""The panel of unlike sets."""

import json

import pytest

from benchmarks.panel import ARMS, PANEL, SCORES
from benchmarks.panel_sets import SETS, write_set
from ganforge.evaluation.registry import meanings
from ganforge.params import load_params
from ganforge.params.recipes import apply_recipe, apply_values
from tests.conftest import MIRROR
from tests.settings import RECIPES, settings_text


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_can_be_set_where_the_proposal_is(tmp_path, monkeypatch, arm):
    (tmp_path / "recipes").symlink_to(RECIPES)
    (tmp_path / "params.yaml").write_text(settings_text())
    monkeypatch.chdir(tmp_path)
    apply_recipe("folder")
    if ARMS[arm]:
        apply_values([f"{key}={json.dumps(value)}" for key, value in ARMS[arm].items()])
    flat = load_params().flat()
    assert all(flat[key] == value for key, value in ARMS[arm].items())


def test_its_columns_are_scores_that_there_are():
    known = {key for meaning in meanings().values() for key in (meaning.key, meaning.real_key)}
    assert set(SCORES.values()) <= known


def test_a_set_that_needs_no_mirror_is_written_as_folders_of_classes(tmp_path):
    write_set("shapes", tmp_path / "nowhere", tmp_path / "shapes")
    assert sorted(path.name for path in (tmp_path / "shapes").iterdir()) == ["discs", "squares", "stripes"]
    assert len(list((tmp_path / "shapes").rglob("*.png"))) == 600


@pytest.mark.long
@pytest.mark.skipif(not MIRROR.exists(), reason=f"needs {MIRROR}")
@pytest.mark.parametrize("name", ["heap", "horses_200"])
def test_a_heap_has_no_folders(tmp_path, name):
    write_set(name, MIRROR, tmp_path / name)
    assert all(path.is_file() for path in (tmp_path / name).iterdir())


def test_measured_rows_are_of_sets_and_arms_that_there_are():
    rows = json.loads(PANEL.read_text())["rows"] if PANEL.exists() else []
    assert all(row["set"] in SETS and row["arm"] in ARMS for row in rows)
