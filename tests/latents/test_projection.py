"""Images that are looked for among those that a generator can make."""

import numpy as np
import pytest
import torch

from ganforge.conditions.captions import Captions
from ganforge.features.classifier import untrained_classifier
from ganforge.features.extractor import Extractor
from ganforge.latents.projection import project
from ganforge.latents.space import Space
from tests.latents.conftest import generator_of, untrained
from tests.sounds import SOUND
from tests.specs import spec

CPU = torch.device("cpu")


def extractor_for(space, pool=None):
    signal, samples = space.generator.signal, space.generator.sample(200, seed=1, pool=pool)
    return Extractor.scaled_to(untrained_classifier(samples, signal, 0, CPU), signal, samples, CPU)


@pytest.mark.parametrize(
    ("name", "classes"), [("mlp", 3), ("dcgan", 3), ("resnet", 0), ("progressive", 3), ("style", 0)]
)
def test_what_the_generator_drew_is_found_again(name, classes):
    space = untrained(name, classes)
    wanted = space.generator.sample(3, seed=99)
    extractor = extractor_for(space)
    projection = project(wanted, space, extractor, steps=80)
    assert list(projection.asked) == ["labels"] * (classes > 0)
    assert np.array_equal(projection.signals, space.signals(projection.codes))
    share = projection.error / projection.mean_error
    assert np.median(share) < 0.5 and share.max() < 0.9, share


def test_sounds_of_captions_are_found_again():
    space = Space(generator_of(spec("dcgan", signal=SOUND, condition=Captions(("", "low", "high"), 1), latent_dim=8)))
    pool = {"tokens": np.array([[1], [2]], np.int32)}
    wanted = space.generator.sample(3, seed=99, pool=pool)
    projection = project(wanted, space, extractor_for(space, pool), 40, pool)
    assert projection.signals.dtype == np.float32
    assert projection.asked["tokens"].shape == (3, 1)
    assert np.median(projection.error / projection.mean_error) < 0.5


def test_the_error_is_the_distance_that_it_says():
    space = untrained("dcgan", 3)
    extractor = extractor_for(space)
    wanted = space.generator.sample(3, seed=99)
    projection = project(wanted, space, extractor, steps=5)
    pixels = np.square((projection.signals.astype(float) - wanted) / 127.5).reshape(3, -1).mean(1)
    features = np.square(extractor(projection.signals).values - extractor(wanted).values).mean(1)
    assert projection.error == pytest.approx(pixels + 0.1 * features, rel=0.03), "rounded to 256 levels here only"
    mean = (space.generator.sample(1024, seed=2**32 - 2) / 127.5 - 1).mean(0, keepdims=True).astype(np.float32)
    away = np.square(mean - (wanted / 127.5 - 1)).reshape(3, -1).mean(1)
    features = extractor.network(torch.from_numpy(mean))[0].detach().numpy() / extractor.scale
    wanted_error = away + 0.1 * np.square(features - extractor(wanted).values).mean(1)
    assert projection.mean_error == pytest.approx(wanted_error, rel=0.03)


def test_an_image_does_not_depend_on_its_neighbours():
    space = untrained("style", 3)
    extractor = extractor_for(space)
    wanted = space.generator.sample(3, seed=99)
    together, alone = project(wanted, space, extractor, 20), project(wanted[1:2], space, extractor, 20)
    assert together.asked["labels"][1] == alone.asked["labels"][0]
    assert together.codes[1] == pytest.approx(alone.codes[0], abs=1e-2)
