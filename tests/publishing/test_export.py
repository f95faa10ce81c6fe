"""Files for other programs, against what PyTorch computes."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from ganforge.generator import Generator
from ganforge.networks import FAMILIES, NetworkSpec, build_generator
from ganforge.networks.storage import GeneratorConfig, save_generator
from ganforge.publishing.export import export_huggingface, export_onnx, export_torch

QUICK = ("dcgan",)  # to export; the others take long
CASES = [
    ("dcgan", 0, False),
    ("dcgan", 0, True),
    *(pytest.param(name, 3, False, marks=[pytest.mark.long] * (name not in QUICK)) for name in FAMILIES),
]


def save(folder, name, classes, *, sphere=False, shape=(1, 8, 8)):
    """An untrained generator whose weights are not those of a start, where much is zero."""
    torch.manual_seed(0)
    spec = NetworkSpec(name, shape, classes, 4, 8, sphere=sphere)
    module = build_generator(spec)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    names = tuple(f"class {label}" for label in range(classes))
    save_generator(folder, module, GeneratorConfig(spec, "image", "digits", names, (1,) * classes, 0))
    return Generator.load(folder)


def inputs(generator, count):
    random = np.random.default_rng(1)
    given = {"latents": random.standard_normal((count, 4), dtype=np.float32)}
    if generator.classes:
        given["labels"] = random.integers(len(generator.classes), size=count)
    return given


def expected(generator, given):
    with torch.inference_mode():
        return generator.module(*(torch.from_numpy(values) for values in given.values())).numpy()


@pytest.mark.parametrize(("name", "classes", "sphere"), CASES)
def test_onnxruntime_draws_what_pytorch_draws_however_many(tmp_path, name, classes, sphere):
    generator = save(tmp_path / "generator", name, classes, sphere=sphere)
    session = onnxruntime.InferenceSession(export_onnx(tmp_path / "generator", tmp_path / "out"))
    for count in (1, 5):
        given = inputs(generator, count)
        (drawn,) = session.run(["samples"], given)
        assert np.allclose(drawn, expected(generator, given), atol=1e-4)
    assert json.loads((tmp_path / "out" / "config.json").read_text())["dataset"] == "digits"


@pytest.mark.parametrize(("name", "classes", "sphere"), CASES)
def test_an_exported_program_draws_what_the_network_draws_however_many(tmp_path, name, classes, sphere):
    generator = save(tmp_path / "generator", name, classes, sphere=sphere)
    program = torch.export.load(export_torch(tmp_path / "generator", tmp_path / "out")).module()
    for count in (1, 5):
        given = inputs(generator, count)
        drawn = program(*(torch.from_numpy(values) for values in given.values()))
        assert np.allclose(drawn.detach().numpy(), expected(generator, given), atol=1e-5)


def test_a_hugging_face_folder_is_a_generator_with_a_card(tmp_path):
    generator = save(tmp_path / "generator", "dcgan", 3)
    folder = export_huggingface(tmp_path / "generator", tmp_path / "out", "# Card\n")
    assert np.array_equal(Generator.load(folder).sample(5), generator.sample(5))
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: ganforge\n")
    assert card.endswith("---\n\n# Card\n")
    assert {file.name for file in folder.iterdir()} == {"README.md", "config.json", "generator.safetensors"}
