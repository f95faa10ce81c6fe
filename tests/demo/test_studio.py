"""What the demo page does, without a browser."""

import io
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.conditions.captions import Captions
from ganforge.datasets.settings import DigitsSettings
from ganforge.demo.studio import Settings, Studio
from ganforge.errors import UserError
from ganforge.features.classifier import untrained_classifier
from ganforge.features.extractor import Extractor
from ganforge.latents.directions import find_directions
from ganforge.latents.projection import project
from ganforge.latents.settings import DirectionsSettings
from ganforge.latents.space import Space
from ganforge.signals import enlarged, picture_of
from tests.latents.conftest import generator_of, untrained
from tests.sounds import SOUND
from tests.specs import spec

CPU = torch.device("cpu")
DATASET = DigitsSettings(
    name="digits", held_out="test", resolution="native", labels="use", source="none", source_strength="auto"
)


def studio_of(space, pool=None):
    signal, samples = space.generator.signal, space.generator.sample(200, seed=1, pool=pool)
    extractor = Extractor.scaled_to(untrained_classifier(samples, signal, 0, CPU), signal, samples, CPU)
    settings = DirectionsSettings(samples=200, components=1, strength=3.0, seed=1)
    return Studio(space, find_directions(space, None, settings, pool=pool), extractor, DATASET, pool)


@pytest.fixture(params=[("dcgan", 3), ("style", 0), ("progressive", 3)], ids=str)
def studio(request):
    return studio_of(untrained(*request.param))


def condition_of(studio):
    return studio.choices[1] if studio.choices else None


def test_samples_to_begin_with_are_those_that_their_settings_draw(studio):
    pictures, settings = studio.samples()
    assert len(pictures) == len(settings) == 64
    assert [each.seed for each in settings] == list(range(64))
    if studio.choices:
        assert [each.condition for each in settings[:4]] == [*studio.choices, studio.choices[0]]
    for index in (0, 63):
        drawn = picture_of(studio.signal.picture(studio.draw(settings[index])))
        assert np.array_equal(pictures[index], np.array(enlarged(drawn, 96).convert("RGB")))


def shown(studio, signal):
    """What the page shows of a signal."""
    return np.array(enlarged(picture_of(studio.signal.picture(signal)), 448).convert("RGB"))


def test_without_any_edit_the_picture_is_the_sample(studio):
    sample = studio.space.generator.sample(1, seed=5, condition=condition_of(studio))[0]
    picture = studio.picture(Settings(seed=5, condition=condition_of(studio)))
    assert picture.shape == (448, 448, 3)
    assert np.array_equal(picture, shown(studio, sample))


def test_every_control_changes_the_picture(studio):
    def changes(**values):
        asked = {"seed": 5, "condition": condition_of(studio)}
        return not np.array_equal(studio.picture(Settings(**asked | values)), studio.picture(Settings(**asked)))

    assert changes(seed=6)
    assert changes(mix=0.5)
    assert changes(strengths={"sefa-1": 2.0})
    assert not changes(strengths={"sefa-1": 0.0})
    assert changes(truncation=0.3) == studio.can_truncate
    if studio.choices:
        assert changes(condition=studio.choices[2])
        assert changes(towards=studio.choices[0], share=1.0)


def test_mixed_all_the_way_it_is_the_other_seed(studio):
    other = studio.picture(Settings(seed=9, condition=condition_of(studio)))
    mixed = studio.picture(Settings(seed=5, condition=condition_of(studio), other_seed=9, mix=1.0))
    assert np.abs(mixed.astype(int) - other).max() <= 1


def test_a_picture_of_any_size_is_found_and_can_be_edited(studio, monkeypatch):
    monkeypatch.setattr("ganforge.demo.studio.project", partial(project, steps=20))
    content = io.BytesIO()
    sample = studio.space.generator.sample(1, seed=50, condition=condition_of(studio))[0, 0]
    Image.fromarray(sample).resize((90, 64), Image.Resampling.BICUBIC).save(content, "JPEG")
    origin, image, nearest, remark = studio.find(content.getvalue(), "my.jpg")
    assert image.shape == nearest.shape == (448, 448, 3)
    assert np.array_equal(studio.picture(Settings(origin=origin)), nearest), "where it was found is what is edited"
    assert not np.array_equal(studio.picture(Settings(origin=origin, strengths={"sefa-1": 3.0})), nearest)
    assert "of the mean sample's" in remark and ("fits best" in remark) == bool(studio.choices)


def test_what_is_no_picture_is_refused():
    with pytest.raises(UserError, match=r"notes.png cannot be read"):
        studio_of(untrained("dcgan", 0)).find(b"these are notes", "notes.png")


def test_sounds_are_shown_as_pictures_and_captions_are_written():
    captions, pool = Captions(("", "low", "high"), 1), {"tokens": np.array([[1], [2]], np.int32)}
    studio = studio_of(Space(generator_of(spec("dcgan", signal=SOUND, condition=captions, latent_dim=8))), pool)
    assert studio.takes_text and studio.choices == []
    written = studio.picture(Settings(seed=5, condition="high"))
    assert np.array_equal(written, shown(studio, studio.space.generator.sample(1, seed=5, condition="high")[0]))
    drawn = studio.picture(Settings(seed=5))
    assert np.array_equal(drawn, shown(studio, studio.space.generator.sample(1, seed=5, pool=pool)[0]))
    with pytest.raises(UserError, match=r"mine\.wav cannot be read: sounds cannot be read from files"):
        studio.find(b"RIFF", "mine.wav")


@pytest.mark.parametrize("classes", [0, 3])
def test_the_page_can_be_made(classes):
    pytest.importorskip("gradio", reason="needs ganforge[demo]")
    from ganforge.demo.page import build_page

    studio = studio_of(untrained("dcgan", classes))
    labels = [block.label for block in build_page(studio, "letters").blocks.values() if hasattr(block, "label")]
    assert {"seed", "asked for", "sefa-1", "nearest sample"} <= set(labels)
