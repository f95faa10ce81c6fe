"""The stage extractor, where a pretrained network is asked for."""

import pytest

from ganforge.errors import UserError
from ganforge.features.extractor import read_config
from ganforge.features.settings import SqueezeNetSettings
from ganforge.signals.image import ImageSignal
from pipeline.extractor import pretrained
from tests.conftest import MIRROR
from tests.features.test_squeezenet import needs_weights
from tests.project import Project, copy_project


@pytest.fixture
def project(tmp_path) -> Project:
    """A copy of the project with prepared digits without labels, and SqueezeNet to score them."""
    project = Project(copy_project(tmp_path / "project"))
    project.make_tiny({"extractor": {"name": "squeezenet", "seed": 0}})
    project.set(dataset__labels="ignore")
    for stage in ("fetch", "preprocess"):
        done = project.run("python", "-m", f"pipeline.{stage}")
        assert done.returncode == 0, done.stderr
    return project


def test_weights_that_cannot_be_had_say_three_ways_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANFORGE_MIRROR", str(tmp_path))
    with pytest.raises(UserError) as refused:
        pretrained(SqueezeNetSettings(name="squeezenet", seed=0), ImageSignal((1, 8, 8)), 0)
    sentence = str(refused.value)
    assert "squeezenet/compressed_SqueezeNet.net does not exist" in sentence
    assert "unset GANFORGE_MIRROR" in sentence
    assert sentence.endswith("ganforge set extractor.name=classifier")


@needs_weights
@pytest.mark.long
def test_they_are_fetched_once_and_become_part_of_the_extractor(project, tmp_path):
    for mirror in (MIRROR, tmp_path):
        done = project.run("python", "-m", "pipeline.extractor", GANFORGE_MIRROR=str(mirror))
        assert done.returncode == 0, done.stderr
    config = read_config(project.root / "models" / "extractor")
    assert (config["name"], config["classes"], config["accuracy"]) == ("squeezenet", 0, None)
