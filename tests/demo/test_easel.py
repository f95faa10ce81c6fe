"""What the page of a translator does, without a browser."""

import numpy as np
import pytest
import torch

from ganforge.datasets.derived import derive
from ganforge.demo.easel import Easel
from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.storage import GeneratorConfig
from ganforge.params import parse_params
from ganforge.translating.translation import translate
from tests.latents.conftest import generator_of
from tests.specs import spec
from tests.translators import file_of, random_picture, translator, translator_spec

EDGES = {"derived": "edges", "source": (1, 32, 32)}


@pytest.fixture
def settings(defaults):
    return parse_params(defaults).dataset


def test_a_picture_becomes_a_source_of_its_own_size(settings):
    easel, picture = Easel(translator(**EDGES), settings), random_picture(3, 40, 70)
    source = easel.read(file_of(picture), "mine.png", derived=True)
    assert np.array_equal(source, derive(picture[None], "edges", 0.2)[0])
    assert np.array_equal(easel.translate(source, 5), translate(easel.generator, source, 1, seed=5)[0])
    assert easel.shown(source).shape == (6 * 40, 6 * 70, 3)
    assert easel.read(file_of(random_picture(3, 1000, 2000)), "large.png", derived=True).shape == (1, 512, 1024)
    larger = Easel(translator(derived="small"), settings)
    assert larger.read(file_of(random_picture(3, 1000, 2000)), "large.png", derived=False).shape == (3, 512, 1024)


def test_a_drawing_becomes_lines_a_pixel_wide(settings):
    easel = Easel(translator(**EDGES), settings)
    assert easel.draws and easel.canvas == (512, 512) and easel.pen == 16
    canvas = np.zeros((512, 512, 4), np.uint8)
    canvas[160:176, 32:320] = (0, 0, 0, 255)
    source = easel.drawn(canvas)
    expected = np.full((1, 32, 32), 255)
    expected[0, 10, 2:20] = 0
    assert np.array_equal(source, expected)


def test_what_the_page_offers_depends_on_the_generator(settings):
    pool = {"source": np.stack([random_picture(3, 32, 32)] * 2)}
    with_examples = Easel(translator(), settings, pool)
    assert with_examples.examples == 2 and np.array_equal(with_examples.example(3), pool["source"][1])
    assert with_examples.varies and not with_examples.draws and with_examples.derivation is None
    assert not Easel(translator(latent_dim=0), settings).varies
    assert Easel(translator(), settings).examples == 0
    with pytest.raises(UserError, match="translates no pictures"):
        Easel(generator_of(spec("dcgan")), settings)
    with pytest.raises(UserError, match="the seed is -1; allowed is 0 to"):
        with_examples.translate(pool["source"][0], -1)


class Inverse(torch.nn.Module):
    """The negative of its source, at the size of training alone."""

    def forward(self, latents, condition):
        return -condition["source"]


def test_pictures_are_brought_to_the_size_of_training_where_no_other_will_do(settings):
    generator = Generator(Inverse(), GeneratorConfig(translator_spec(), "pairs", 0), torch.device("cpu"))
    easel = Easel(generator, settings)
    source = easel.read(file_of(random_picture(3, 50, 90)), "mine.png", derived=False)
    assert np.array_equal(easel.translate(source, 0), 255 - source) and source.shape == (3, 32, 32)


@pytest.mark.parametrize("way", ["edges", "grey", None])
def test_the_page_can_be_made(settings, way):
    pytest.importorskip("gradio", reason="needs ganforge[demo]")
    from ganforge.demo.translation_page import build_translation_page

    easel = Easel(translator(derived=way, source=(3 if way is None else 1, 32, 32)), settings)
    blocks = build_translation_page(easel, "pairs").blocks.values()
    labels = {block.label for block in blocks if hasattr(block, "label")}
    assert {"seed", "source", "result", "drop a picture here"} <= labels
    assert ("draw here" in labels) == (way == "edges")


def test_a_source_is_drawn_in_a_style_by_name_or_by_example(settings):
    easel, picture = Easel(translator("styled"), settings), random_picture(3, 40, 70)
    assert easel.styles == ("ink", "oil")
    by_name = easel.translate(picture, 5, "oil")
    assert np.array_equal(by_name, translate(easel.generator, picture, 1, seed=5, style="oil")[0])
    example = easel.example_style(file_of(random_picture(3, 20, 90)), "example.png")
    assert not np.array_equal(easel.translate(picture, 5, example), by_name)
    with pytest.raises(UserError, match="allowed for this generator is one of ink, oil"):
        easel.translate(picture, 5, "chalk")
