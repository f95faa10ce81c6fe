"""A trained generator as its users meet it."""

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.generator import Generator, spherical_interpolation
from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.storage import GeneratorConfig, save_generator


def saved(folder, classes=("zero", "one", "two")):
    torch.manual_seed(0)
    spec = NetworkSpec("dcgan", (1, 8, 8), len(classes), 4, 8)
    config = GeneratorConfig(spec, "image", "digits", classes, tuple(10 for _ in classes), 640)
    save_generator(folder, build_generator(spec), config)
    return Generator.load(folder)


@pytest.fixture
def generator(tmp_path) -> Generator:
    return saved(tmp_path)


def test_sample_i_depends_on_the_seed_and_i_alone(generator):
    many = generator.sample(150, seed=5)
    assert many.shape == (150, 1, 8, 8)
    assert many.dtype == np.uint8
    assert np.array_equal(generator.sample(70, seed=5), many[:70])
    assert np.array_equal(generator.sample(150, seed=5), many)
    assert not np.array_equal(generator.sample(150, seed=6), many)


def test_a_label_is_a_number_or_a_name_or_one_each(generator):
    by_name = generator.sample(5, label="two")
    assert np.array_equal(by_name, generator.sample(5, label=2))
    assert np.array_equal(by_name, generator.sample(5, label=[2] * 5))
    mixed = generator.sample(5, label=np.array([2, 0, 2, 1, 2]))
    assert np.array_equal(mixed[[0, 2, 4]], by_name[[0, 2, 4]])
    assert not np.array_equal(mixed[1], by_name[1])


def test_a_folder_without_a_generator_says_where_one_would_be(tmp_path):
    with pytest.raises(UserError, match=r"no generator in .*nowhere; `make repro` writes it to models/generator"):
        Generator.load(tmp_path / "nowhere")


def test_none_at_all_is_allowed(generator):
    assert generator.sample(0).shape == (0, 1, 8, 8)


@pytest.mark.parametrize("label", [3, -1, "three", [0, 1], [0.5] * 5])
def test_a_label_that_does_not_exist_is_refused(generator, label):
    with pytest.raises(UserError, match="label"):
        generator.sample(5, label=label)


def test_what_is_not_a_count_is_refused(generator):
    for arguments in ({"n": -1}, {"n": 1, "seed": -1}, {"n": 2.5}, {"n": 1, "seed": "a"}):
        with pytest.raises(UserError, match="at least 0"):
            generator.sample(**arguments)


def test_an_unconditional_generator_has_no_labels(tmp_path):
    generator = saved(tmp_path, classes=())
    assert generator.sample(3).shape == (3, 1, 8, 8)
    with pytest.raises(UserError, match="has no labels"):
        generator.sample(3, label=0)


def test_spherical_interpolation_keeps_the_length():
    random = np.random.default_rng(0)
    start, end = random.normal(size=(2, 100))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    path = spherical_interpolation(start, end, 7)
    assert np.allclose(path[0], start)
    assert np.allclose(path[-1], end)
    assert np.allclose(np.linalg.norm(path, axis=1), np.linalg.norm(start), rtol=1e-5)
    assert np.allclose(spherical_interpolation(start, start, 3), start)
