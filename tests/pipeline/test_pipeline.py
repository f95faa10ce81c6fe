"""Whole runs of the pipeline by the real DVC, in a copy of the project."""

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.project import ALL, digest


def test_everything_promised_is_there(finished):
    root = finished.root
    for name in (
        "data/prepared/meta.json",
        "models/extractor/extractor.safetensors",
        "models/generator/generator.safetensors",
        "models/generator/config.json",
        "models/generator/last/generator.safetensors",
        "models/run.json",
        "reports/training.csv",
        "reports/classes.csv",
        "reports/report.html",
        "reports/figures/training.png",
        "reports/figures/neighbours.png",
        "samples/labels.npy",
        "samples/single/7_1.png",
    ):
        assert (root / name).stat().st_size > 0, name
    samples = np.load(root / "samples" / "signal.npy")
    assert samples.shape == (3 * finished.metrics()["n"]["fake"], 1, 8, 8)
    for name in ("grid", "interpolation"):
        with Image.open(root / "samples" / f"{name}.png") as picture:
            assert min(picture.size) > 300
    assert not list((root / ".ganforge").rglob("*.pt"))


def test_nothing_changed_means_nothing_runs(project):
    assert project.repro() == []


def test_a_copy_of_the_project_runs_its_own_code(project):
    """As in the temporary folders of queued experiments, where the installed package is that of the main checkout."""
    where = "import pipeline, ganforge; print(ganforge.__file__)"
    done = project.run(sys.executable, "-c", where)
    assert Path(done.stdout.strip()) == project.root / "src" / "ganforge" / "__init__.py"


def test_the_run_is_recorded_whole(finished):
    runs = finished.runs()
    assert len(runs) == 1
    run = runs.iloc[0]
    assert run["status"] == "FINISHED"
    assert run["params.objective.loss"] == "relativistic"
    assert run["metrics.quality/fd_ratio"] == pytest.approx(finished.metrics()["quality"]["fd_ratio"])
    assert run["tags.sample.seeds"] == "[0, 1, 2]"
    import mlflow

    client = mlflow.MlflowClient()
    table = pd.read_csv(finished.root / "reports" / "training.csv")
    history = client.get_metric_history(run["run_id"], "_train/loss_generator")
    assert [metric.step for metric in history] == table["images"].astype(int).tolist()
    assert [metric.value for metric in history] == pytest.approx(table["loss_generator"].tolist())
    artifacts = {artifact.path for artifact in client.list_artifacts(run["run_id"])}
    assert {"generator", "images", "samples", "report.html", "params.yaml", "dvc.lock", "training.csv"} <= artifacts
    grids = [file.path for file in client.list_artifacts(run["run_id"], "images") if file.path.endswith(".png")]
    assert len(grids) == len(list((finished.root / "reports" / "progress").iterdir())) == 11


def test_a_comment_runs_nothing_and_a_key_runs_what_depends_on_it(project, python_at_once):
    project.python = python_at_once
    path = project.root / "params.yaml"
    text = path.read_text()
    assert "# Seed of" in text
    path.write_text(text.replace("# Seed of", "# SEED OF") + "\n# a comment\n")
    assert project.repro() == []
    project.set(compute__threads=2)
    assert project.repro() == []
    project.set(sample__seeds=[3, 4])
    assert project.repro("--dry") == ["sample"]  # and what follows from it, which only a run can tell
    first = digest(project.root / "models" / "generator")
    project.set(objective__loss="non_saturating")
    assert project.repro("train") == ["train"]
    assert digest(project.root / "models" / "generator") != first
    assert all(project.runs()["artifact_uri"].str.startswith((project.root / "mlartifacts").as_uri()))  # a moved store


@pytest.mark.long
def test_a_second_run_is_shown_beside_the_first(project):
    project.set(objective__loss="non_saturating")
    assert project.repro() == ALL[ALL.index("train") :]
    check_comparison(project)


def check_comparison(project):
    """The second run's report tells of the first, and both can be compared by their names."""
    page = (project.root / "reports" / "report.html").read_text()
    assert "<th>digits dcgan relativistic" in page
    assert '<td class="wrap">objective.loss<td class="wrap">relativistic<td class="wrap">non_saturating' in page
    assert page.count("data:image/png;base64,") >= 12
    run_id = project.runs().set_index("params.objective.loss").loc["relativistic", "run_id"]
    done = project.run("ganforge", "compare", run_id, "workspace")
    assert done.returncode == 0, done.stderr
    assert re.search(r"objective\.loss +relativistic +non_saturating", done.stdout)
    assert (project.root / "reports" / "compare.html").read_text().count("data:image/png;base64,") == 2


@pytest.mark.long
def test_the_same_seed_builds_the_same_bits(project):
    made = [project.root / name for name in ("models/generator", "samples", "reports/metrics.json")]
    before = digest(*made)
    assert project.repro("-f") == ALL
    assert digest(*made) == before
    assert len(project.runs()) == 2


def test_a_lost_tracking_store_is_filled_again_from_the_files(project, python_at_once):
    project.python = python_at_once
    (project.root / "mlflow.db").unlink()
    shutil.rmtree(project.root / "mlartifacts")
    assert project.repro("-f", "-s", "record") == ["record"]
    run = project.runs().iloc[0]
    assert run["metrics.quality/fd"] == pytest.approx(project.metrics()["quality"]["fd"])
    assert run["params.network.width"] == "8"


@pytest.mark.long
def test_data_without_labels_go_all_the_way(project):
    project.set(dataset__labels="ignore", dataset__resolution=12, sample__seeds=[0])
    assert project.repro("report") == [stage for stage in ALL if stage not in ("fetch", "look", "record")]
    assert not (project.root / "samples" / "labels.npy").exists()
    assert not (project.root / "data" / "prepared" / "train_labels.npy").exists()
    assert set(project.metrics()) == {"n", "quality", "diversity", "memorisation"}
    assert "an untrained network" in (project.root / "reports" / "report.html").read_text()
    with Image.open(project.root / "samples" / "single" / "00_0.png") as picture:
        assert picture.size == (12, 12)


def test_a_wrong_parameter_ends_in_a_sentence_and_loses_nothing(finished, project):
    models = digest(project.root / "models" / "extractor")
    project.set(objective__loss="hinge?")
    done = project.run("dvc", "repro")
    assert done.returncode != 0
    assert "train: params.yaml: objective.loss is 'hinge?'; allowed is minimax, non_saturating, " in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(project.root / "models" / "extractor") == models
    generator = digest(finished.root / "models" / "generator")
    project.set(objective__loss="relativistic")
    assert project.repro() == []
    assert digest(project.root / "models" / "generator") == generator


def test_data_that_cannot_be_had_say_both_ways_out(project):
    project.set(dataset__name="mnist")
    done = project.run("dvc", "repro", GANFORGE_MIRROR="nowhere")
    assert done.returncode != 0
    assert "GANFORGE_MIRROR: " in done.stderr
    assert "train-images-idx3-ubyte.gz does not exist; put the official" in done.stderr
    assert "Traceback" not in done.stderr
