"""Models that somebody hands in: weights and JSON are read, nothing that could run code is."""

import io
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ganforge.errors import UserError
from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.networks.build import build_generator
from ganforge.networks.storage import GeneratorConfig, save_generator
from ganforge.training.checkpoints import Checkpoints, _digest
from tests.project import ROOT
from tests.specs import spec

CPU = torch.device("cpu")


class Planted:
    """What makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.fixture
def harm(tmp_path) -> Path:
    """What the planted code would make."""
    return tmp_path / "harm"


@pytest.fixture
def pickles(harm) -> dict[str, bytes]:
    """Ways to hand the planted code in."""
    saved = io.BytesIO()
    torch.save({"weight": Planted(harm)}, saved)
    array = io.BytesIO()
    np.save(array, np.array([Planted(harm)], dtype=object), allow_pickle=True)
    return {"pickle": pickle.dumps(Planted(harm)), "torch": saved.getvalue(), "numpy": array.getvalue()}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A generator."""
    of_digits = spec(classes=2, width=8)
    save_generator(tmp_path / "generator", build_generator(of_digits), GeneratorConfig(of_digits, "digits", 640))
    return tmp_path / "generator"


@pytest.mark.parametrize("way", ["pickle", "torch", "numpy"])
def test_a_pickle_under_the_name_of_weights_is_refused_and_not_run(folder, harm, pickles, way):
    pickle.loads(pickles["pickle"])
    assert harm.exists()  # the planted code does what it says
    harm.unlink()
    for name in ("generator.safetensors", "config.json"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(pickles[way])
        with pytest.raises(UserError, match="does not contain a generator"):
            Generator.load(folder)
        (folder / name).write_bytes(whole)
    extractor = folder.parent / "extractor"
    extractor.mkdir()
    signal = {"kind": "image", "shape": [1, 8, 8], "about": {}}
    described = {"signal": signal, "classes": 2, "scale": 1.0, "accuracy": 1.0}
    (extractor / "config.json").write_text(json.dumps(described))
    (extractor / "extractor.safetensors").write_bytes(pickles[way])
    with pytest.raises(UserError, match="holds no usable extractor"):
        Extractor.load(extractor, CPU)
    assert not harm.exists()


@pytest.mark.parametrize("way", ["pickle", "torch", "numpy"])
def test_a_pickle_under_the_name_of_a_checkpoint_is_not_run_and_the_one_before_counts(tmp_path, harm, pickles, way):
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.save(1, {"step": 1})
    planted = tmp_path / "checkpoints" / f"step-000000002-{_digest(pickles[way])}.pt"
    planted.write_bytes(pickles[way])
    with pytest.warns(UserWarning, match="damaged"):
        assert checkpoints.load() == {"step": 1}
    assert not harm.exists()


CONFIGS = {
    "no dictionary": lambda config: [],
    "a missing key": lambda config: {key: value for key, value in config.items() if key != "network"},
    "another version": lambda config: config | {"format": 99},
    "an unknown network": lambda config: config | {"network": config["network"] | {"name": "os.system"}},
    "a network that would fill the memory": lambda config: (
        config | {"network": config["network"] | {"width": 10**7, "latent_dim": 10**6}}
    ),
    "another shape": lambda config: config | {"network": config["network"] | {"shape": [3, 64, 64]}},
    "shape of words": lambda config: config | {"network": config["network"] | {"shape": ["a", "b"]}},
    "a further key": lambda config: config | {"code": "import os"},
}


@pytest.mark.parametrize("change", CONFIGS)
def test_a_configuration_that_lies_is_refused_in_a_sentence(folder, change):
    path = folder / "config.json"
    path.write_text(json.dumps(CONFIGS[change](json.loads(path.read_text()))))
    with pytest.raises(UserError) as told:
        Generator.load(folder)
    assert str(folder) in str(told.value)
    assert "\n" not in str(told.value)


def test_weights_of_another_network_are_refused(folder):
    save_file({"weight": torch.zeros(3)}, folder / "generator.safetensors")
    with pytest.raises(UserError, match="its weights do not match its configuration"):
        Generator.load(folder)


def test_nothing_that_is_read_may_run_code():
    """Every call that could unpickle says that it must not. (torchvision compares a digest before it unpickles.)"""
    files = [path for room in ("src", "pipeline", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    calls = {path: re.findall(r"(?:torch|np|numpy)\.load\(.*", path.read_text()) for path in files}
    assert any(calls.values())
    for path, found in calls.items():
        for call in found:
            assert ("weights_only=True" if call.startswith("torch") else "allow_pickle=False") in call, path
        unpickles = r"\b(?:pickle|joblib|dill|marshal|shelve|cloudpickle)\.(?:loads?|open|Unpickler|unsafe_load)\("
        assert not re.search(unpickles + r"|read_pickle|allow_pickle=True|weights_only=False", path.read_text()), path
