"""Files for other programs, against what PyTorch computes."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from ganforge.conditions.captions import Captions
from ganforge.conditions.source import Source
from ganforge.generator import Generator
from ganforge.networks import dcgan
from ganforge.networks.build import Family, build_generator
from ganforge.networks.storage import GeneratorConfig, save_generator
from ganforge.publishing.export import export_huggingface, export_onnx, export_torch
from ganforge.signals.image import ImageSignal
from tests.specs import FAMILIES, labels, spec
from tests.translators import random_picture, translator, write_translator

QUICK = ("dcgan",)  # to export; the others take long
CAPTIONS = Captions(("", "low", "high"), 2)
CASES = [
    pytest.param("dcgan", labels(0), "normal", id="dcgan"),
    pytest.param("dcgan", labels(0), "sphere", id="dcgan-sphere"),
    *(
        pytest.param(name, labels(3), "normal", id=f"{name}-labels", marks=[pytest.mark.long] * (name not in QUICK))
        for name in FAMILIES
    ),
    pytest.param("dcgan", CAPTIONS, "normal", id="dcgan-captions", marks=pytest.mark.long),
]


def save(folder, network):
    """An untrained generator whose weights are not those of a start, where much is zero."""
    torch.manual_seed(0)
    module = build_generator(network)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    save_generator(folder, module, GeneratorConfig(network, "digits", 0))
    return Generator.load(folder)


def saved(folder, name, condition, sampling="normal"):
    return save(folder, spec(name, condition=condition, sampling=sampling, width=8))


def inputs(generator, count):
    random, condition = np.random.default_rng(1), generator.condition
    given = {"latents": random.standard_normal((count, 4), dtype=np.float32)}
    for name, column in condition.blank(count).items():
        most = 256 if name == "source" else 3
        given[name] = random.integers(most, size=column.shape).astype(column.dtype)
    return given


def expected(generator, given):
    latents, *columns = (torch.from_numpy(values) for values in given.values())
    asked = generator.condition.present(dict(zip(generator.condition.columns, columns, strict=True)))
    with torch.inference_mode():
        return generator.module(latents, asked).numpy()


@pytest.mark.parametrize(("name", "condition", "sampling"), CASES)
def test_onnxruntime_draws_what_pytorch_draws_however_many(tmp_path, name, condition, sampling):
    generator = saved(tmp_path / "generator", name, condition, sampling)
    session = onnxruntime.InferenceSession(export_onnx(tmp_path / "generator", tmp_path / "out"))
    assert [each.name for each in session.get_inputs()] == ["latents", *condition.columns]
    for count in (1, 5):
        given = inputs(generator, count)
        (drawn,) = session.run(["samples"], given)
        assert np.allclose(drawn, expected(generator, given), atol=1e-4)
    assert json.loads((tmp_path / "out" / "config.json").read_text())["dataset"] == "digits"


@pytest.mark.parametrize(("name", "condition", "sampling"), CASES)
def test_an_exported_program_draws_what_the_network_draws_however_many(tmp_path, name, condition, sampling):
    generator = saved(tmp_path / "generator", name, condition, sampling)
    check_program(generator, export_torch(tmp_path / "generator", tmp_path / "out"))


def check_program(generator, path):
    program = torch.export.load(path).module()
    for count in (1, 5):
        given = inputs(generator, count)
        drawn = program(*(torch.from_numpy(values) for values in given.values()))
        assert np.allclose(drawn.detach().numpy(), expected(generator, given), atol=1e-5)


class Translator(torch.nn.Module):
    """One image of another, with noise beside it."""

    def __init__(self, network):
        super().__init__()
        self.layer, self.bound = torch.nn.Conv2d(1 + network.latent_dim, 1, 3, padding=1), network.signal.output

    def forward(self, latents, condition):
        noise = latents[:, :, None, None].expand(-1, -1, 8, 8)
        return self.bound(self.layer(torch.cat([condition["source"], noise], 1)))


def test_a_translator_takes_its_source_as_it_is_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(dcgan, "FAMILY", Family(Translator, Translator))
    source = Source(ImageSignal((1, 8, 8)))
    generator = saved(tmp_path / "generator", "dcgan", source)
    check_program(generator, export_torch(tmp_path / "generator", tmp_path / "out"))
    session = onnxruntime.InferenceSession(export_onnx(tmp_path / "generator", tmp_path / "out"))
    given = inputs(generator, 3)
    assert given["source"].dtype == np.uint8
    assert np.allclose(session.run(["samples"], given)[0], expected(generator, given), atol=1e-4)


@pytest.mark.parametrize(
    ("name", "latent_dim"),
    [("translator", 2), ("translator", 0), ("styled", 2), pytest.param("unet", 2, marks=pytest.mark.long)],
)
def test_an_exported_translator_takes_any_height_and_width(tmp_path, name, latent_dim):
    write_translator(tmp_path, name, latent_dim=latent_dim)
    folder, generator = tmp_path / "models" / "generator", translator(name, latent_dim=latent_dim)
    session = onnxruntime.InferenceSession(export_onnx(folder, tmp_path / "out"))
    program = torch.export.load(export_torch(folder, tmp_path / "out")).module()
    names, step = [each.name for each in session.get_inputs()], generator.module.multiple
    for count, height, width in ((1, 3 * step, 8 * step), (3, 9 * step, 4 * step)):
        columns = generator.condition.parse(np.zeros((3, 32, 32), np.uint8), count)
        columns["source"] = np.stack([random_picture(3, height, width)] * count)
        latents = np.random.default_rng(1).standard_normal((count, latent_dim), dtype=np.float32)
        with torch.inference_mode():
            shown = generator.condition.present({key: torch.from_numpy(each) for key, each in columns.items()})
            made = generator.module(torch.from_numpy(latents), shown).numpy()
        given = {key: value for key, value in {"latents": latents, **columns}.items() if key in names}
        (drawn,) = session.run(["samples"], given)
        assert drawn.shape == (count, 3, height, width)
        assert np.allclose(drawn, made, atol=1e-4)
        assert np.allclose(
            program(*map(torch.from_numpy, (latents, *columns.values()))).detach().numpy(), made, atol=1e-5
        )
    assert "source" in names


def test_a_hugging_face_folder_is_a_generator_with_a_card(tmp_path):
    generator = saved(tmp_path / "generator", "dcgan", labels(3))
    folder = export_huggingface(tmp_path / "generator", tmp_path / "out", "# Card\n")
    assert np.array_equal(Generator.load(folder).sample(5), generator.sample(5))
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: ganforge\n")
    assert "- image-generation\n" in card
    assert card.endswith("---\n\n# Card\n")
    assert {file.name for file in folder.iterdir()} == {"README.md", "config.json", "generator.safetensors"}
