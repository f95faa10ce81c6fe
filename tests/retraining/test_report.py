"""What a reviewer reads."""

from dataclasses import replace

import pytest

from ganforge.retraining.report import Retraining, write_report
from ganforge.retraining.stages import Reproduction, Stage
from ganforge.runs.gate import Finding
from ganforge.runs.records import changed_params
from tests.project import ROOT
from tests.records import measured_record


@pytest.fixture
def record():
    return measured_record()


def report(folder, **values):
    return write_report(Retraining("1" * 40, "2" * 40, **values), folder).read_text()


def test_what_is_refused_comes_first(tmp_path, record):
    findings = [Finding("something to know", refused=False), Finding("too far", refused=True)]
    text = report(tmp_path, base=record, record=record, findings=findings, reproduction=Reproduction([], []))
    assert text.startswith("## Refused by the gate\n")
    assert text.index("**refused**: too far") < text.index("note: something to know") < text.index("### Scores")


def test_a_failed_pipeline_says_its_last_words(tmp_path, record):
    failed = Reproduction([Stage("train", "failed", 3.0)], ["train: no such loss"])
    text = report(tmp_path, base=record, reproduction=failed)
    assert text.startswith("## The pipeline failed in the stage `train`\n")
    assert "train: no such loss" in text


def test_a_change_that_is_passed_and_could_not_be_pushed_does_not_pass(tmp_path, record):
    retraining = Retraining("1" * 40, "2" * 40, record, record, Reproduction([], []), troubles=["no room"])
    assert not retraining.passed
    assert "**failed**: no room" in write_report(retraining, tmp_path).read_text()


def test_without_a_base_scores_stand_alone(tmp_path, record):
    text = report(tmp_path, base=None, record=record)
    assert "No run is recorded at 2222222" in text
    assert "| score | this change | real data |" in text


def test_grids_that_are_the_same_are_shown_once(tmp_path, record):
    record = replace(record, grid=(ROOT / "docs" / "images" / "digits.png").read_bytes())
    text = report(tmp_path, base=record, record=record, reproduction=Reproduction([], []))
    assert text.count("![samples") == 1
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["samples_both.png"]


def test_a_value_cannot_leave_its_cell(tmp_path, record):
    other = replace(record, params={**record.params, "huggingface.path": "a|b <img src=x>\n## c"})
    text = report(tmp_path, base=record, record=other, params=changed_params(record, other))
    assert r"a\|b &lt;img src=x> ## c" in text


def test_a_retraining_that_could_not_begin_says_why(tmp_path):
    text = report(tmp_path, base=None, refusal="params.yaml: train.los is not a key")
    assert text.startswith("## The retraining could not begin\n")
    assert "train.los is not a key" in text
