"""Directions along which signals change in one respect."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ganforge.conditions.captions import Captions
from ganforge.errors import UserError
from ganforge.latents.attributes import brightness
from ganforge.latents.directions import Directions, _Drawn, _principal, _sefa, find_directions, labels_of
from ganforge.latents.settings import DirectionsSettings
from ganforge.latents.space import Space
from ganforge.signals.image import ImageSignal
from tests.latents.conftest import generator_of, untrained
from tests.sounds import SOUND
from tests.specs import spec

PARAMS = DirectionsSettings(samples=2000, components=2, strength=3.0, seed=1)
FEW = DirectionsSettings(samples=200, components=2, strength=3.0, seed=1)


class Planted:
    """A space of four latents, of which the second makes signals brighter and the third moves a spot to the right."""

    name, free, classes = "z", slice(0, 4), ("dark", "light")
    generator = SimpleNamespace(signal=ImageSignal((1, 9, 9)), digest="planted")
    module = SimpleNamespace(first_weight=lambda: torch.diag(torch.tensor([1.0, 2.0, 5.0, 0.1, 0.0, 9.0])))

    def draw(self, n, seed, pool=None):
        labels = np.arange(n) % 2
        embedding = np.eye(2)[labels]
        latents = np.random.default_rng(seed).normal(size=(n, 4))
        return np.hstack([latents, embedding]).astype(np.float32), {"labels": labels}

    def signals(self, codes):
        across = np.arange(9) - 4
        light = 60 + 15 * np.clip(codes[:, 1], -3, 3) + 60 * codes[:, 5]
        place = codes[:, 2:3]
        spot = np.exp(-((across[None] - place) ** 2) / 2)
        images = light[:, None, None] + 40 * spot[:, None, :] * np.exp(-(across[:, None] ** 2) / 2)
        return np.clip(images, 0, 255).round().astype(np.uint8)[:, None]

    def decode(self, codes):
        return (self.signals(codes[start : start + 64]) for start in range(0, len(codes), 64))


@pytest.fixture(scope="module")
def planted():
    return find_directions(Planted(), None, PARAMS)


def test_what_can_be_measured_is_found_where_it_was_planted(planted):
    vector = planted.vectors["brightness"]
    assert 0.85 < vector[1] < 1.05, "a step is a standard deviation, and upwards is brighter"
    assert np.linalg.norm(np.delete(vector, 1)) < 0.5, "what is left is made orthogonal to what else can be measured"
    assert vector[4:].tolist() == [0, 0], "the label stays"


def test_editing_changes_what_it_names_and_nothing_else(planted):
    space = Planted()
    codes, asked = space.draw(200, 5)
    labels = asked["labels"]
    before, after = space.signals(codes), space.signals(planted.edit(codes, labels, "brightness", 1.5))
    gained = brightness(after) - brightness(before)
    assert np.median(gained) == pytest.approx(1.5 * 15, rel=0.15) and np.quantile(gained, 0.05) > 10
    where = [images.astype(float).sum((1, 2)).argmax(1) for images in (before, after)]
    assert np.abs(where[0] - where[1]).max() <= 1, "the spot stays, but for what keeps its width and slant"


def test_a_class_is_reached_with_everything_else_as_it_was(planted):
    space = Planted()
    codes, asked = space.draw(200, 5)
    labels = asked["labels"]
    after = planted.edit(codes, labels, "to-light", 1.0)
    assert np.abs(after[:, 4:] - [0, 1]).max() < 0.01
    assert np.abs(after[labels == 1] - codes[labels == 1]).max() == 0
    assert np.abs(after[:, :4] - codes[:, :4]).max() < 0.15, "but for what the means of few samples differ by"


def test_sefa_finds_what_the_first_layer_amplifies_most_beside_the_label():
    assert np.allclose(list(_sefa(Planted(), 2).values()), [[0, 0, 1, 0], [0, 1, 0, 0]])


def test_principal_components_of_signals_are_traced_back_to_latents():
    space = Planted()
    codes, asked = space.draw(2000, 0)
    labels = asked["labels"]
    pixels = space.signals(codes).reshape(2000, -1).astype(np.float32)
    for label in (0, 1):
        pixels[labels == label] -= pixels[labels == label].mean(0)
    first = _principal(space, _Drawn(codes[:, :4] - codes[:, :4].mean(0), pixels, {}), 1)["pca-1"]
    assert abs(first[1]) > 0.99, "brightness changes all pixels, the place of the spot few of them"


def test_principal_components_of_styles_are_those_of_their_covariance():
    space = untrained("style", 0)
    codes, _ = space.draw(2000, 0)
    within = codes - codes.mean(0)
    vectors = _principal(space, _Drawn(within, np.empty((2000, 0)), {}), 2)
    _, wanted = np.linalg.eigh(np.cov(within.T))
    for vector, axis in zip(vectors.values(), wanted.T[::-1]):
        assert abs(vector @ axis) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("classes", [0, 3])
def test_every_family_has_directions_that_are_found_again_on_disk(family, classes, tmp_path):
    space = untrained(family, classes)
    directions = find_directions(space, None, FEW)
    names = ["brightness", "width", "slant", "pca-1", "pca-2", "sefa-1", "sefa-2", *["to-a", "to-b", "to-c"][:classes]]
    assert directions.names == names
    codes, asked = space.draw(5, 0)
    for name in names:
        assert np.isfinite(directions.edit(codes, asked.get("labels"), name, 1.0)).all()
        assert np.array_equal(directions.edit(codes, asked.get("labels"), name, 0.0), codes)
    directions.save(tmp_path)
    again = Directions.load(str(tmp_path), space.generator)
    assert again.names == names and np.array_equal(again.means, directions.means)
    assert all(np.array_equal(again.vectors[name], vector) for name, vector in directions.vectors.items())


class Dark:
    """Recognises what is darker than the middle."""

    def __call__(self, stored):
        return SimpleNamespace(labels=(stored.reshape(len(stored), -1).mean(1) > 110).astype(np.int64))


def test_without_labels_to_ask_for_groups_are_those_that_are_recognised():
    space = untrained("dcgan", 0)
    directions = find_directions(space, Dark(), FEW, ("dark", "light"))
    assert directions.names[-2:] == ["to-dark", "to-light"]
    codes, asked = space.draw(200, FEW.seed)
    labels = labels_of(space, codes, asked, Dark())
    assert directions.means[1] == pytest.approx(codes[labels == 1].mean(0), abs=1e-5)
    assert labels_of(space, codes, asked, None) is None


def test_sounds_of_captions_have_directions_that_leave_the_caption():
    captions = Captions(("", "low", "high"), 1)
    space = Space(generator_of(spec("dcgan", signal=SOUND, condition=captions, latent_dim=8)))
    pool = {"tokens": np.array([[1], [2], [2]], np.int32)}
    directions = find_directions(space, None, FEW, pool=pool)
    assert directions.names == ["pca-1", "pca-2", "sefa-1", "sefa-2"]
    assert not any(vector[8:].any() for vector in directions.vectors.values())


def test_a_generator_without_codes_has_no_directions(tmp_path):
    generator = SimpleNamespace(digest="translator")
    Directions.none(generator).save(tmp_path)
    directions = Directions.load(tmp_path, generator)
    assert directions.names == []
    with pytest.raises(UserError, match="there is no direction 'slant'; allowed is one of none"):
        directions.check("slant")


def test_a_direction_that_is_not_there_is_refused_by_name(planted):
    with pytest.raises(
        UserError, match="there is no direction 'age'; allowed is one of brightness, width, slant, pca-1"
    ):
        planted.edit(np.zeros((1, 6), np.float32), None, "age", 1.0)


def test_a_damaged_file_is_refused(planted, tmp_path):
    planted.save(tmp_path)
    (tmp_path / "directions.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"has no directions of this generator .*`dvc repro directions` finds"):
        Directions.load(tmp_path, Planted.generator)


def test_directions_of_another_generator_are_refused(planted, tmp_path):
    planted.save(tmp_path)
    assert Directions.load(tmp_path, Planted.generator).names == planted.names
    with pytest.raises(UserError, match="they belong to another one"):
        Directions.load(tmp_path, SimpleNamespace(digest="retrained"))


def test_a_generator_that_draws_always_the_same_has_fewer_directions_and_makes_no_trouble():
    class Collapsed(Planted):
        def signals(self, codes):
            return np.full((len(codes), 1, 9, 9), 7, np.uint8)

    directions = find_directions(Collapsed(), None, PARAMS)
    assert directions.names == ["sefa-1", "sefa-2", "to-dark", "to-light"]
    assert np.isfinite(np.array(list(directions.vectors.values()))).all()


def test_a_class_that_is_never_drawn_has_the_mean_of_all():
    class Rare(Planted):
        classes = ("dark", "light", "never")

    directions = find_directions(Rare(), None, PARAMS)
    codes, _ = Planted().draw(2000, PARAMS.seed)
    assert directions.means[2] == pytest.approx(codes.mean(0), abs=1e-5)


def test_a_label_is_another_from_half_of_the_way_on(planted):
    assert planted.label_after(np.array([0]), "to-light", 0.4).tolist() == [0]
    assert planted.label_after(np.array([0]), "to-light", 1.0).tolist() == [1]
    assert planted.label_after(np.array([0]), "brightness", 3.0).tolist() == [0]
