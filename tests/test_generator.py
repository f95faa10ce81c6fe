"""A trained generator as its users meet it."""

import json

import numpy as np
import pytest
import torch

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.generator import Generator, spherical_interpolation
from ganforge.networks.build import build_generator
from ganforge.networks.storage import CONFIG, WEIGHTS, GeneratorConfig, save_generator
from ganforge.signals.image import ImageSignal
from tests.sounds import SOUND
from tests.specs import FAMILIES, spec

NAMES = ("zero", "one", "two")


def untrained(network) -> torch.nn.Module:
    """A generator whose weights are not those of a start, where much is zero."""
    torch.manual_seed(0)
    module = build_generator(network)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return module.eval()


def saved(folder, network) -> Generator:
    """One that was written and read."""
    save_generator(folder, untrained(network), GeneratorConfig(network, "digits", 640))
    return Generator.load(folder)


@pytest.fixture
def generator(tmp_path) -> Generator:
    return saved(tmp_path, spec("dcgan", condition=Labels(NAMES, (10, 10, 10))))


def test_sample_i_depends_on_the_seed_and_i_alone(generator):
    many = generator.sample(150, seed=5)
    assert many.shape == (150, 1, 8, 8)
    assert many.dtype == np.uint8
    assert np.array_equal(generator.sample(70, seed=5), many[:70])
    assert np.array_equal(generator.sample(150, seed=5), many)
    assert not np.array_equal(generator.sample(150, seed=6), many)


def test_a_label_is_a_number_or_a_name_or_one_each(generator):
    by_name = generator.sample(5, condition="two")
    assert np.array_equal(by_name, generator.sample(5, condition=2))
    assert np.array_equal(by_name, generator.sample(5, condition=[2] * 5))
    assert np.array_equal(by_name, generator.sample(5, condition=["two"] * 5))
    mixed = generator.sample(5, condition=np.array([2, 0, 2, 1, 2]))
    assert np.array_equal(mixed[[0, 2, 4]], by_name[[0, 2, 4]])
    assert not np.array_equal(mixed[1], by_name[1])


def test_what_was_asked_for_is_drawn_block_by_block_as_all_at_once(generator):
    asked = generator.ask(150, seed=5)
    assert list(asked) == ["labels"] and np.ptp(np.bincount(asked["labels"])) <= 2
    blocks = list(generator.draw(150, 5, asked))
    assert [len(block) for block in blocks] == [64, 64, 22]
    assert np.array_equal(np.concatenate(blocks), generator.sample(150, seed=5))


def test_sounds_are_drawn_as_they_are_stored():
    network = spec("dcgan", signal=SOUND)
    sounds = Generator(untrained(network), GeneratorConfig(network, "hum", 0), torch.device("cpu"))
    samples = sounds.sample(3, seed=1)
    assert samples.shape == (3, *SOUND.shape) and samples.dtype == np.float32
    assert np.abs(samples).max() <= 1


def test_captions_are_asked_for_in_words_or_drawn_from_a_pool(tmp_path):
    generator = saved(tmp_path, spec("mlp", condition=Captions(("", "low", "high"), 2)))
    assert np.array_equal(generator.sample(3, condition="high"), generator.sample(3, condition=["high"] * 3))
    pool = {"tokens": np.array([[2, 0], [2, 0]], np.int32)}
    assert np.array_equal(generator.sample(3, pool=pool), generator.sample(3, condition="high"))
    assert not np.array_equal(generator.sample(3, condition="low"), generator.sample(3, condition="high"))
    with pytest.raises(UserError, match="needs a caption for each sample, but none is given"):
        generator.sample(3)


class Inverse(torch.nn.Module):
    """The negative of its source."""

    def forward(self, latents, condition):
        return -condition["source"]


def test_a_source_is_given_as_it_is_stored_or_drawn_from_a_pool():
    network = spec(condition=Source(ImageSignal((1, 8, 8))))
    generator = Generator(Inverse(), GeneratorConfig(network, "negatives", 0), torch.device("cpu"))
    sources = np.random.default_rng(0).integers(256, size=(70, 1, 8, 8), dtype=np.uint8)
    assert np.array_equal(generator.sample(70, condition=sources), 255 - sources)
    assert np.array_equal(generator.sample(2, condition=sources[0]), 255 - sources[[0, 0]])
    assert np.array_equal(generator.sample(70, pool={"source": sources, "signal": sources}), 255 - sources)


def test_a_folder_without_a_generator_says_where_one_would_be(tmp_path):
    with pytest.raises(UserError, match=r"nowhere holds no generator; `make repro` writes it to models/generator"):
        Generator.load(tmp_path / "nowhere")


def test_none_at_all_is_allowed(generator):
    assert generator.sample(0).shape == (0, 1, 8, 8)


@pytest.mark.parametrize("label", [3, -1, "three", [0, 1], [0.5] * 5])
def test_a_label_that_does_not_exist_is_refused(generator, label):
    with pytest.raises(UserError, match="label"):
        generator.sample(5, condition=label)


def test_what_is_not_a_count_is_refused(generator):
    for arguments in ({"n": -1}, {"n": 1, "seed": -1}, {"n": 2.5}, {"n": 1, "seed": "a"}):
        with pytest.raises(UserError, match="at least 0"):
            generator.sample(**arguments)


def test_an_unconditional_generator_is_asked_for_nothing(tmp_path):
    generator = saved(tmp_path, spec())
    assert generator.sample(3).shape == (3, 1, 8, 8)
    with pytest.raises(UserError, match="the condition is 0, but this generator was trained without a condition"):
        generator.sample(3, condition=0)


OPTIONS = {"attention": True, "refinement": True, "spectral_norm": True}


def as_of_the_last_release(folder, network) -> None:
    """Writes config.json as the last release did, format 3, in place of the one of today."""
    settings, labels = network.settings, network.condition.columns == ("labels",)
    described = {
        "format": 3,
        "network": {
            "name": settings.name,
            "shape": list(network.shape),
            "classes": len(NAMES) if labels else 0,
            "latent_dim": settings.latent_dim,
            "width": settings.width,
            "attention": getattr(settings, "attention", False),
            "refinement": getattr(settings, "refinement", False),
            "sphere": settings.sphere,
            "spectral_norm": getattr(settings, "spectral_norm", False),
        },
        "signal": "image",
        "dataset": "digits",
        "classes": list(NAMES) if labels else [],
        "class_counts": [10, 20, 30] if labels else [],
        "images": 640,
    }
    (folder / CONFIG).write_text(json.dumps(described))


@pytest.mark.parametrize("options", [{}, OPTIONS | {"sampling": "sphere"}], ids=["plain", "with options"])
@pytest.mark.parametrize("condition", [Unconditional(), Labels(NAMES, (10, 20, 30))], ids=["without labels", "labels"])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_generator_of_the_last_release_draws_what_it_drew(tmp_path, name, condition, options):
    network = spec(name, (3, 12, 12), condition=condition, **options)
    today = saved(tmp_path, network)
    as_of_the_last_release(tmp_path, network)
    then = Generator.load(tmp_path)
    assert (then.config.dataset, then.config.images, then.digest) == ("digits", 640, today.digest)
    assert (then.signal, then.condition.describe()) == (today.signal, condition.describe())
    assert np.array_equal(then.sample(70, seed=3), today.sample(70, seed=3))
    if condition.columns:
        assert np.array_equal(then.sample(5, condition="two"), today.sample(5, condition=2))
    if then.module.can_truncate:
        assert np.array_equal(then.sample(5, truncation=0.5), today.sample(5, truncation=0.5))


@pytest.mark.parametrize(("name", "version"), [("dcgan", 1), ("dcgan", 5), ("dcgan", "3"), ("style", 2), ("resnet", 2)])
def test_another_format_is_refused_in_a_sentence(tmp_path, name, version):
    network = spec(name)
    saved(tmp_path, network)
    as_of_the_last_release(tmp_path, network)
    contents = json.loads((tmp_path / CONFIG).read_text())
    (tmp_path / CONFIG).write_text(json.dumps(contents | {"format": version}))
    with pytest.raises(UserError, match=r"^[^\n]*config\.json comes from another version of ganforge; [^\n]*\.$"):
        Generator.load(tmp_path)


@pytest.mark.parametrize("key", ["network", "signal", "condition", "images", "format"])
def test_a_description_that_lacks_something_is_refused_in_a_sentence(tmp_path, key):
    saved(tmp_path, spec())
    contents = json.loads((tmp_path / CONFIG).read_text())
    for damaged in ({name: value for name, value in contents.items() if name != key}, contents | {key: []}):
        (tmp_path / CONFIG).write_text(json.dumps(damaged))
        with pytest.raises(UserError, match=r"^[^\n]+\.$"):
            Generator.load(tmp_path)


def test_weights_of_another_network_are_refused(tmp_path):
    saved(tmp_path / "wide", spec(width=8))
    saved(tmp_path / "narrow", spec(width=4))
    (tmp_path / "wide" / WEIGHTS).write_bytes((tmp_path / "narrow" / WEIGHTS).read_bytes())
    with pytest.raises(UserError, match="its weights do not match its configuration"):
        Generator.load(tmp_path / "wide")


def test_spherical_interpolation_keeps_the_length():
    random = np.random.default_rng(0)
    start, end = random.normal(size=(2, 100))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    path = spherical_interpolation(start, end, 7)
    assert np.allclose(path[0], start)
    assert np.allclose(path[-1], end)
    assert np.allclose(np.linalg.norm(path, axis=1), np.linalg.norm(start), rtol=1e-5)
    assert np.allclose(spherical_interpolation(start, start, 3), start)
