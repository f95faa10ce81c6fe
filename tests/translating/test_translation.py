"""Pictures of any size through a translator."""

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.storage import GeneratorConfig
from ganforge.networks.translation import Translator
from ganforge.translating.translation import takes_any_size, tiling_of, translate, translates
from tests.latents.conftest import generator_of
from tests.specs import spec
from tests.translators import random_picture, translator, translator_spec

WHOLE = 4096  # pixels of a tile that holds any picture here


def difference(one, other):
    return np.abs(one.astype(int) - other).max()


@pytest.mark.parametrize("size", [(150, 203), (16, 300), (131, 40)])
def test_tiles_give_what_the_whole_gives_where_the_reach_is_finite(size):
    generator, picture = translator("translator"), random_picture(3, *size)
    assert isinstance(generator.module, Translator) and 2 * generator.module.reach <= 64
    whole = translate(generator, picture, tile=WHOLE)
    assert tiling_of(generator.module, (32, 32), 128).ramp == 0
    assert whole.shape == (1, 3, *size) and whole.std() > 10
    assert difference(translate(generator, picture, tile=128), whole) <= 1


def test_no_border_of_a_tile_shows_where_the_reach_is_not_known():
    generator, picture = translator("unet"), random_picture(3, 300, 333)
    assert generator.module.reach is None
    whole, tiled = (translate(generator, picture, tile=tile)[0].astype(int) for tile in (WHOLE, None))
    assert tiling_of(generator.module, (32, 32)).tile < 333
    assert np.abs(tiled - whole).mean() < 0.1
    steps = np.abs(np.diff(tiled, axis=2)).mean((0, 1)) - np.abs(np.diff(whole, axis=2)).mean((0, 1))
    assert np.abs(steps).max() < 1


class Same(Translator):
    """Its source; which a tile of it is in the middle of, nobody can tell."""

    multiple = 16

    def __init__(self, reach):
        torch.nn.Module.__init__(self)
        self.bound, self._reach = lambda x: x, reach

    @property
    def reach(self):
        return self._reach

    def translate(self, latents, source):
        return source


@pytest.mark.parametrize("reach", [None, 0, 7, 16, 100])
@pytest.mark.parametrize("size", [(200, 333), (64, 65), (63, 500)])
def test_tiles_are_put_together_where_they_were_taken_from(reach, size):
    generator = Generator(Same(reach), GeneratorConfig(translator_spec(), "pairs", 0), torch.device("cpu"))
    picture = random_picture(3, *size)
    assert np.array_equal(translate(generator, picture, tile=64)[0], picture)


@pytest.mark.parametrize("size", [(17, 33), (1, 1), (5, 90), (32, 32)])
@pytest.mark.parametrize("name", ["translator", "unet"])
def test_any_size_stays_what_it_is(name, size):
    generator = translator(name, source=(1, 32, 32))
    assert translate(generator, random_picture(1, *size)).shape == (1, 3, *size)


def test_draws_depend_on_seed_and_number_alone():
    generator, picture = translator(), random_picture(3, 20, 40)
    four = translate(generator, picture, 4, seed=5)
    assert np.array_equal(translate(generator, picture, 2, seed=5), four[:2])
    assert difference(four[0], four[1]) > 1
    assert difference(four[0], translate(generator, picture, 1, seed=6)[0]) > 1
    with pytest.raises(UserError, match="count is 0; allowed is 1 or more"):
        translate(generator, picture, 0)


def test_without_latents_all_draws_are_the_same():
    generator = translator(latent_dim=0)
    drawn = translate(generator, random_picture(3, 20, 20), 3)
    assert len(drawn) == 3 and np.array_equal(drawn[0], drawn[2])


def test_at_the_size_of_training_it_draws_what_the_generator_samples():
    generator, picture = translator("unet"), random_picture(3, 32, 32)
    sampled = generator.sample(2, seed=3, condition=picture)
    assert difference(translate(generator, picture, 2, seed=3), sampled) <= 1


class Inverse(torch.nn.Module):
    """The negative of its source; no `Translator`."""

    def forward(self, latents, condition):
        return -condition["source"]


def test_another_network_takes_the_size_of_its_training_alone():
    network = translator_spec()
    generator = Generator(Inverse(), GeneratorConfig(network, "pairs", 0), torch.device("cpu"))
    picture = random_picture(3, 32, 32)
    assert translates(generator) and not takes_any_size(generator)
    assert np.array_equal(translate(generator, picture)[0], 255 - picture)
    with pytest.raises(UserError, match=r"has 40 x 32 pixels; .* only the size of its training, 32 x 32"):
        translate(generator, random_picture(3, 32, 40))


def test_what_cannot_be_translated_is_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"asks for labels: 0, 1, 2, and translates no pictures: .*`ganforge sample`"):
        translate(generator_of(spec("dcgan", classes=3)), random_picture(1, 8, 8))
    with pytest.raises(UserError, match=r"the source is uint8 of shape \(1, 20, 20\); allowed is uint8 of shape \(3, "):
        translate(translator(), random_picture(1, 20, 20))
    with pytest.raises(UserError, match="the tile is 16 pixels; allowed for this network is 64 or more"):
        translate(translator("unet"), random_picture(3, 20, 20), tile=16)
