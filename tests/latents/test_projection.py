"""Images that are looked for among those that a generator can make."""

import numpy as np
import pytest
import torch

from ganforge.features.extractor import Extractor, untrained_classifier
from ganforge.latents import project
from ganforge.scale import normalise
from tests.latents.conftest import untrained


def extractor_for(space):
    signals = space.generator.sample(200, seed=1)
    classifier = untrained_classifier(signals, 0, torch.device("cpu"))
    return Extractor.scaled_to(classifier, signals, torch.device("cpu"))


@pytest.mark.parametrize(
    ("name", "classes"), [("mlp", 3), ("dcgan", 3), ("resnet", 0), ("progressive", 3), ("style", 0)]
)
def test_what_the_generator_drew_is_found_again(name, classes):
    space = untrained(name, classes)
    wanted = space.generator.sample(3, seed=99)
    extractor = extractor_for(space)
    found = project(wanted, space, extractor, steps=80)
    assert (found.labels is None) == (classes == 0)
    assert np.array_equal(found.signals, space.signals(found.codes))
    share = found.error / found.mean_error
    assert np.median(share) < 0.5 and share.max() < 0.9, share


def test_the_error_is_the_distance_that_it_says():
    space = untrained("dcgan", 3)
    extractor = extractor_for(space)
    wanted = space.generator.sample(3, seed=99)
    found = project(wanted, space, extractor, steps=5)
    pixels = np.square((found.signals.astype(float) - wanted) / 127.5).reshape(3, -1).mean(1)
    features = np.square(extractor(found.signals).values - extractor(wanted).values).mean(1)
    assert found.error == pytest.approx(pixels + 0.1 * features, rel=0.03), "rounded to 256 levels here, not there"
    mean = normalise(torch.from_numpy(space.generator.sample(1024, seed=2**32 - 2))).mean(0, keepdim=True).numpy()
    away = np.square(mean - normalise(torch.from_numpy(wanted)).numpy()).reshape(3, -1).mean(1)
    features = extractor.classifier(torch.from_numpy(mean))[0].detach().numpy() / extractor.scale
    wanted_error = away + 0.1 * np.square(features - extractor(wanted).values).mean(1)
    assert found.mean_error == pytest.approx(wanted_error, rel=0.03)


def test_an_image_does_not_depend_on_its_neighbours():
    space = untrained("style", 3)
    extractor = extractor_for(space)
    wanted = space.generator.sample(3, seed=99)
    together, alone = project(wanted, space, extractor, 20), project(wanted[1:2], space, extractor, 20)
    assert together.labels[1] == alone.labels[0]
    assert together.codes[1] == pytest.approx(alone.codes[0], abs=1e-2)
