"""What the demo page does, without a browser."""

import io
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.demo.studio import Settings, Studio, enlarge
from ganforge.errors import UserError
from ganforge.features.extractor import Extractor, untrained_classifier
from ganforge.latents import find_directions, project
from ganforge.params import DirectionsSettings, parse_params
from tests.latents.conftest import untrained

CPU = torch.device("cpu")


def studio_of(name, classes, defaults):
    space = untrained(name, classes)
    signals = space.generator.sample(200, seed=1)
    extractor = Extractor.scaled_to(untrained_classifier(signals, 0, CPU), signals, CPU)
    params = DirectionsSettings(samples=200, components=1, strength=3.0, seed=1)
    return Studio(space, find_directions(space, None, params), extractor, parse_params(defaults))


@pytest.fixture(params=[("dcgan", 3), ("style", 0), ("progressive", 3)], ids=str)
def studio(request, defaults):
    return studio_of(*request.param, defaults)


def label_of(studio):
    return studio.classes[1] if studio.classes else None


def test_without_any_edit_the_picture_is_the_sample(studio):
    sample = studio.space.generator.sample(1, seed=5, label=label_of(studio))[0]
    assert np.array_equal(studio.picture(Settings(seed=5, label=label_of(studio))), enlarge(sample))


def test_every_control_changes_the_picture(studio):
    def shown(**values):
        return studio.picture(Settings(**{"seed": 5, "label": label_of(studio)} | values))

    plain = shown()
    assert not np.array_equal(shown(seed=6), plain)
    assert not np.array_equal(shown(mix=0.5), plain)
    assert not np.array_equal(shown(strengths={"sefa-1": 2.0}), plain)
    assert np.array_equal(shown(strengths={"sefa-1": 0.0}), plain)
    assert studio.can_truncate != np.array_equal(shown(truncation=0.3), plain)
    if studio.classes:
        assert not np.array_equal(shown(label=studio.classes[2]), plain)
        assert not np.array_equal(shown(towards=studio.classes[0], share=1.0), plain)


def test_mixed_all_the_way_it_is_the_other_seed(studio):
    other = studio.picture(Settings(seed=9, label=label_of(studio)))
    mixed = studio.picture(Settings(seed=5, label=label_of(studio), other_seed=9, mix=1.0))
    assert np.abs(mixed.astype(int) - other).max() <= 1


def test_a_picture_of_any_size_is_found_and_can_be_edited(studio, monkeypatch):
    monkeypatch.setattr("ganforge.demo.studio.project", partial(project, steps=20))
    content = io.BytesIO()
    sample = studio.space.generator.sample(1, seed=50, label=label_of(studio))[0, 0]
    Image.fromarray(sample).resize((90, 64), Image.Resampling.BICUBIC).save(content, "JPEG")
    origin, image, nearest, told = studio.find(content.getvalue(), "my.jpg")
    assert image.shape == nearest.shape == (448, 448, 3)
    assert np.array_equal(studio.picture(Settings(origin=origin)), nearest), "where it was found is what is edited"
    assert not np.array_equal(studio.picture(Settings(origin=origin, strengths={"sefa-1": 3.0})), nearest)
    assert "of the mean image's" in told and ("with the label" in told) == bool(studio.classes)


def test_what_is_no_picture_is_refused(defaults):
    with pytest.raises(UserError, match=r"notes.png cannot be read"):
        studio_of("dcgan", 0, defaults).find(b"these are notes", "notes.png")


def test_what_is_no_image_cannot_be_shown():
    with pytest.raises(UserError, match="this page shows images"):
        enlarge(np.zeros((1, 64), np.uint8))
