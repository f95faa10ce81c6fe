"""Two kinds of pictures go through the whole pipeline: there and back, and in several styles."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.datasets.pictures import put
from tests.pipeline.test_toys import SMALLER
from tests.project import ALL, Project, copy_project

SOURCES, TARGETS = 150, 250
OBJECTIVE = {
    "name": "cycle", "loss": "non_saturating", "label_smoothing": 0.0, "r1": 0.1, "r1_interval": 8, "r2": 0.0,
    "r2_interval": 8, "wgan_gp": 0.0, "wgan_gp_interval": 1, "identity": 1.0, "cycle": 10.0, "pool": 64,
}  # fmt: skip
SECTIONS = {
    "dataset": {
        "name": "unpaired", "held_out": "test", "labels": "ignore", "resolution": 16, "crop": "centre",
        "channels": "auto", "background": "#ffffff", "mirror": False, "test_share": 0.3, "min_side": 8,
        "max_megapixels": 50, "max_broken": 0.0,
    },
    "network": {
        "name": "translator", "conditional": "auto", "latent_dim": 0, "width": 8, "discriminator_width": "same",
        "blocks": 1,
    },
    "augment": {"mode": "none"},
}  # fmt: skip


@pytest.fixture
def project(tmp_path, empty_store, python_at_once) -> Project:
    made = Project(copy_project(tmp_path / "project"), python_at_once)
    (made.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    made.make_tiny(SECTIONS)
    made.replace(objective=OBJECTIVE)
    made.set(**SMALLER)
    put(made.root / "data" / "import" / "source", [f"{i}.png" for i in range(SOURCES)], colour=False)
    put(made.root / "data" / "import" / "target", [f"{i}.png" for i in range(TARGETS)], first=1000)
    shutil.copy(empty_store, made.root)
    return made


@pytest.mark.long
def test_two_heaps_of_pictures_become_a_translator_and_its_way_back(project):
    assert project.repro() == ALL
    root = project.root
    held_out = json.loads((root / "data" / "prepared" / "meta.json").read_text())["columns"]["source"]["count"]["test"]
    samples, returned = (np.load(root / "samples" / f"{name}.npy") for name in ("signal", "returned"))
    assert samples.shape == returned.shape == (held_out, 3, 16, 16)  # each source once
    scores = project.metrics()
    assert {"content", "style", "style_real", "style_source", "fd_ratio_source"} <= scores["translation"].keys()
    page = (root / "reports" / "report.html").read_text()
    assert "the source | draws | the first draw translated back" in page
    with Image.open(root / "reports" / "figures" / "pairs_first.png") as sheet:
        assert sheet.width < sheet.height  # three columns
    done = project.run("ganforge", "translate", "data/import/target/0.png", "--back", "--out", "back")
    assert done.returncode == 0, done.stderr
    with Image.open(root / "back" / "0.png") as picture:
        assert picture.size == (12, 10)


STYLES = {"name": "styles", "identity": 1.0, "cycle": 5.0, "style": 1.0, "diversity": 1.0}


@pytest.mark.long
def test_sources_are_drawn_in_several_styles_twice_each(project):
    root = project.root
    shutil.rmtree(root / "data" / "import" / "target")
    for number, style in enumerate(("ink", "oil")):
        put(root / "data" / "import" / "target" / style, [f"{i}.png" for i in range(125)], first=1000 * (number + 1))
    dataset = {**SECTIONS["dataset"], "labels": "styles", "channels": 3}
    network = {**SECTIONS["network"], "name": "styled", "latent_dim": 4}
    common = {name: value for name, value in OBJECTIVE.items() if name not in ("cycle", "pool")}
    project.replace(dataset=dataset, network=network, objective={**common, **STYLES})
    project.set(sample__seeds=[0, 1])
    assert project.repro() == ALL
    scores, labels = project.metrics(), np.load(root / "samples" / "labels.npy")
    assert scores["translation"]["diversity"] > 0
    assert "conditional_accuracy" in scores["classifier"]
    assert set(labels.tolist()) == {0, 1}
    assert np.array_equal(*np.split(labels, 2))  # a source has one style, in both draws
    done = project.run("ganforge", "translate", "data/import/source/0.png", "--out", "drawn")
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (root / "drawn").iterdir()} == {"0-ink.png", "0-oil.png", "sheet.png"}
    done = project.run("ganforge", "sample", "--count", "4", "--out", "sampled")
    assert done.returncode == 0, done.stderr
