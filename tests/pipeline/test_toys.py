"""The core carries every application: a toy of each goes through the pipeline, is killed, and ends in the same bits."""

import json
import shutil
import signal
import time

import numpy as np
import psutil
import pytest

from tests.project import ALL, Project, copy_project, digest
from tests.toys import FOLDER, LONGEST, TOYS, install

FILES = {  # of a single sample, as a person opens it
    "waveform": (".wav", b"RIFF"),
    "tokens": (".txt", b""),
    "clips": (".gif", b"GIF8"),
    "paired": (".png", b"\x89PNG"),
    "unpaired": (".png", b"\x89PNG"),
    "captions": (".png", b"\x89PNG"),
    "pitches": (".wav", b"RIFF"),
}
OWN = {
    "paired": {"translation"},
    "unpaired": {"translation"},
    "captions": {"alignment"},
}  # groups of scores that others do not have
SMALLER = {  # than the tiny settings of other pipelines, since there are many toys
    "extractor__images": 1000,
    "train__images": 1920,
    "train__best_every": 960,
    "sample__seeds": [0],
    "evaluation__cas_images": 500,
    "directions__samples": 500,
    "compute__checkpoint_seconds": 0.1,
}
UNBROKEN = """
import pipeline  # its place is that of the code
from pathlib import Path
from ganforge.compute.device import configure
from ganforge.layout import PREPARED
from ganforge.params import load_params
from ganforge.prepared.meta import Prepared
from ganforge.training.distributed import join
from pipeline.training import prepare, write_generator

params, data = load_params(), Prepared.load(PREPARED)
device = configure(params.compute)
trainer = prepare(params, data, device, join(device), Path("work"))
assert trainer.game.step == 0
for _ in trainer.run():
    pass
write_generator(Path("unbroken"), params, data.meta, trainer.last())
"""  # the same training, all at once

LIKE_ANOTHER = {"pitches"}  # a signal like that of `waveform`
RUNS = [pytest.param(name, marks=[pytest.mark.long] if name in LIKE_ANOTHER else []) for name in TOYS]


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_is_short_and_touches_two_files_for_each_thing_that_it_adds(name):
    lines = (FOLDER / f"{name}.toy").read_text().splitlines()
    assert len(lines) <= LONGEST
    new = [line.rpartition("/")[0] for line in lines if line.startswith("# new: ")]
    appended = [line.rpartition("/")[0] for line in lines if line.startswith("# append: ")]
    assert len(appended) == len(new)
    assert all(file.replace("new", "append").startswith(room) for file, room in zip(new, appended))


@pytest.fixture(params=RUNS)
def toy(request, tmp_path, empty_store, python_at_once) -> tuple[str, Project]:
    """A copy of the project with a toy in it, as small as it goes."""
    project = Project(copy_project(tmp_path / "project"), python_at_once)
    (project.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    project.make_tiny(install(request.param, project.root))
    project.set(**SMALLER)
    shutil.copy(empty_store, project.root)
    return request.param, project


def kill_training(project: Project) -> None:
    """Runs the pipeline as far as the training, and kills that after its first checkpoint."""
    log = project.root / "log.txt"
    started = project.start("dvc", "repro", "train", log=log)
    while started.poll() is None and not list((project.root / ".ganforge").rglob("step-*.pt")):
        time.sleep(0.02)
    assert started.poll() is None, log.read_text()
    for process in psutil.Process(started.pid).children(recursive=True):
        if "pipeline.train" in process.cmdline():
            process.send_signal(signal.SIGKILL)
    assert started.wait(120) != 0


def test_a_toy_goes_through_the_whole_pipeline_and_survives_a_kill(toy):
    name, project = toy
    root = project.root
    kill_training(project)
    assert project.repro() == [stage for stage in ALL if stage == "look" or stage in ALL[ALL.index("train") :]]
    suffix, beginning = FILES[name]
    single = sorted((root / "samples" / "single").iterdir())
    assert single
    assert all(path.suffix == suffix and path.read_bytes().startswith(beginning) for path in single)
    scores = project.metrics()
    assert np.isfinite([scores["quality"]["fd"], scores["quality"]["fd_floor"], scores["quality"]["coverage"]]).all()
    assert scores.keys() & set().union(*OWN.values()) == OWN.get(name, set())
    assert ("classifier" in scores) == (name in {"waveform", "captions"})
    page = (root / "reports" / "report.html").read_text()
    assert page.count("data:image/png") > 5
    assert "data:image/png" in (root / "reports" / "data.html").read_text()
    run = project.runs().iloc[0]
    assert run["status"] == "FINISHED"
    assert run["metrics.quality/fd_ratio"] == pytest.approx(scores["quality"]["fd_ratio"])
    recorded = sorted((root / "mlartifacts").rglob(f"single/*{suffix}"))
    assert [path.name for path in recorded] == [path.name for path in single]
    config = json.loads((root / "models" / "generator" / "config.json").read_text())
    assert config["signal"]["kind"] in {"wave", "letters", "clip", "image"}

    unbroken = project.run("python", "-c", UNBROKEN)
    assert unbroken.returncode == 0, unbroken.stderr
    assert digest(root / "unbroken") == digest(root / "models" / "generator" / "last")
