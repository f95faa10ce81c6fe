"""A person's own pictures as sources."""

import io

import numpy as np
import pytest
from PIL import Image

from ganforge.datasets.derived import derive
from ganforge.errors import UserError
from ganforge.translating.sources import Reading, read_source
from tests.translators import file_of, random_picture, translator

GREY = {"source": (1, 32, 32)}


def test_pictures_of_any_mode_get_the_channels_of_the_sources():
    picture = random_picture(3, 20, 30)
    content = io.BytesIO()
    Image.fromarray(np.moveaxis(picture, 0, -1)).convert("CMYK").save(content, "TIFF")
    deep = np.arange(600, dtype=np.uint16).reshape(20, 30) * 100
    levels = io.BytesIO()
    Image.fromarray(deep).save(levels, "PNG")
    for given in (file_of(picture), file_of(picture, "JPEG"), content.getvalue(), levels.getvalue()):
        assert read_source(given, "x", translator(), Reading()).shape == (3, 20, 30)
        assert read_source(given, "x", translator(derived="grey", **GREY), Reading()).shape == (1, 20, 30)
    assert np.array_equal(read_source(file_of(picture), "x", translator(), Reading()), picture)


def test_transparent_pixels_lie_on_the_background():
    content = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(content, "PNG")
    source = read_source(content.getvalue(), "x", translator(), Reading(background=(10, 20, 30)))
    assert source[:, 3, 4].tolist() == [10, 20, 30]


def test_a_rotated_photograph_stands_upright():
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.moveaxis(random_picture(3, 20, 30), 0, -1)).save(content, "JPEG", exif=exif)
    assert read_source(content.getvalue(), "x", translator(), Reading()).shape == (3, 30, 20)


@pytest.mark.parametrize("way", ["edges", "grey", "masked", "small"])
def test_derived_sources_are_made_as_those_of_the_data_were(way):
    shape = (1 if way in ("edges", "grey") else 3, 32, 32)
    generator, picture = translator(derived=way, source=shape), random_picture(3, 40, 50)
    source = read_source(file_of(picture), "x", generator, Reading(derived=True))
    strength = generator.condition.signal.about.get("strength", 0)
    assert np.array_equal(source, derive(picture[None], way, strength)[0])


def test_a_small_picture_is_enlarged_as_the_sources_of_the_data_were():
    generator, picture = translator(derived="small"), random_picture(3, 40, 60)
    shrunk = np.stack([np.asarray(Image.fromarray(plane).resize((30, 20), Image.Resampling.BOX)) for plane in picture])
    source = read_source(file_of(shrunk), "x", generator, Reading())
    assert np.array_equal(source, derive(picture[None], "small", 2.0)[0])


def test_sides_are_asked_for():
    content, generator = file_of(random_picture(3, 40, 60)), translator()
    assert read_source(content, "x", generator, Reading(side=20)).shape == (3, 20, 30)
    assert read_source(content, "x", generator, Reading(side=80)).shape == (3, 80, 120)
    assert read_source(content, "x", generator, Reading(longest=30)).shape == (3, 20, 30)
    assert read_source(content, "x", generator, Reading(longest=300)).shape == (3, 40, 60)


def test_what_is_no_source_is_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"notes[.]txt cannot be read .*; allowed is a PNG, JPEG or other image"):
        read_source(b"notes", "notes.txt", translator(), Reading())
    with pytest.raises(UserError, match="x cannot become a source in this way: the sources of pairs are files"):
        read_source(file_of(random_picture(3, 20, 20)), "x", translator(), Reading(derived=True))
    with pytest.raises(
        UserError, match=r"x would have 400[.]0 million pixels after scaling its sides by 1000; allowed are"
    ):
        read_source(file_of(random_picture(3, 20, 20)), "x", translator(), Reading(side=20000))
