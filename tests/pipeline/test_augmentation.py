"""The augmentation study by the real DVC, whole and cut short."""

import os
import re
import signal
import time

import pandas as pd
import pytest

from tests.project import Project, copy_project, digest

pytestmark = pytest.mark.long

STUDY = "pipeline/augmentation/dvc.yaml"
ALL = ["augment", "report", "record"]
RESULTS = ("trials.csv",)


def make(target) -> Project:
    project = Project(copy_project(target))
    (project.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    project.set(
        network__width=8,
        network__discriminator_width="same",
        train__images=3200,
        train__batch_size=32,
        augmentation_study__per_class=[5, 10, 500],
        augmentation_study__seeds=[0, 1],
        augmentation_study__shares=[0.5],
        augmentation_study__classifier_images=2560,
        compute__device="cpu",
        compute__checkpoint_seconds=0.2,
    )
    return project


def run(project: Project) -> tuple[list[str], str]:
    """The stages of the study that ran, and what they said."""
    done = project.run("dvc", "repro", STUDY)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Running stage '[\w/.]+:(\w+)'", done.stdout), done.stdout


@pytest.fixture(scope="module")
def studied(tmp_path_factory) -> tuple[Project, list[str], str]:
    project = make(tmp_path_factory.mktemp("study"))
    return project, *run(project)


def test_one_command_makes_table_and_page(studied):
    project, stages, said = studied
    assert stages == ALL
    trials = pd.read_csv(project.root / "reports/augmentation/trials.csv")
    assert len(trials) == 2 * 2 * 4 and trials["accuracy"].between(0, 1).all()
    page = (project.root / "reports/augmentation.html").read_text()
    assert "At 5 real images of each class the GAN" in page and "At 10 real images of each class the GAN" in page
    assert "Left out: 500 images of each class" in page
    assert page.count("<img") == 3
    assert "At 5 real images of each class the GAN" in said


def test_mlflow_has_a_parent_and_a_child_for_each_repetition(studied):
    runs = studied[0].runs()
    assert len(runs) == 5 and (runs["status"] == "FINISHED").all()
    (parent,) = runs[runs["tags.mlflow.parentRunId"].isna()].to_dict("records")
    children = runs[runs["tags.mlflow.parentRunId"] == parent["run_id"]]
    assert sorted(zip(children["params.per_class"].astype(int), children["params.seed"])) == [
        (5, "0"), (5, "1"), (10, "0"), (10, "1"),
    ]  # fmt: skip
    of_ten = children[children["params.per_class"] == "10"]
    assert parent["metrics.10_per_class/accuracy_real_classic_gan"] == pytest.approx(
        of_ten["metrics.accuracy/real_classic_gan"].mean()
    )
    assert of_ten["metrics._train/loss_generator"].notna().all()
    assert "At 5 real images" in parent["tags.mlflow.note.content"]


def test_a_word_on_the_page_trains_nothing_and_lost_runs_are_recorded_anew(studied):
    project = studied[0]
    assert run(project)[0] == []
    template = project.root / "src/ganforge/pages/templates/augmentation.html"
    template.write_text(template.read_text().replace("How it was measured", "How we measured"))
    (project.root / "mlflow.db").unlink()
    assert run(project)[0] == ["report", "record"]
    assert len(project.runs()) == 5


def test_a_study_that_was_killed_goes_on_and_ends_in_the_same_numbers(studied, tmp_path):
    whole = studied[0].root / "reports/augmentation"
    project = make(tmp_path / "killed")
    assert project.run("dvc", "repro", "preprocess").returncode == 0
    folder = project.root / ".ganforge/training"
    for kind in (signal.SIGKILL, signal.SIGINT):
        held = len(list(folder.glob("*/*/trials.json")))
        dvc = project.start("dvc", "repro", STUDY, log=tmp_path / "log")
        until = time.monotonic() + 120
        while len(list(folder.glob("*/*/trials.json"))) == held and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(dvc.pid, kind)
        dvc.wait(60)
        assert len(list(folder.glob("*/*/trials.json"))) > held, (tmp_path / "log").read_text()
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*/*/trials.json")}
    assert 2 <= len(kept) <= 4
    assert run(project)[0] == ALL
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "what was finished is not trained again"
    for name in RESULTS:
        assert digest(project.root / "reports/augmentation" / name) == digest(whole / name)


def test_data_without_labels_are_refused_before_anything_is_trained(tmp_path):
    project = make(tmp_path / "unlabelled")
    project.set(dataset__labels="ignore")
    done = project.run("dvc", "repro", STUDY)
    assert done.returncode != 0
    assert "params.yaml: dataset.name is digits, but the study of augmentation needs images with" in done.stderr
