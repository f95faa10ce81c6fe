"""One image file of whatever kind becomes pixels, or a reason why it does not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from ganforge.datasets.decoding import Framing, Picture, decode

WHITE = (255, 255, 255)


def framing(side=None, crop="centre", background=WHITE, channels="auto", min_side=1, max_pixels=10**7):
    return Framing(side, crop, background, channels, min_side, max_pixels)


def file_of(image, kind="PNG", **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def photo(width=256, height=256, seed=0):
    """Something with soft and sharp edges, as a photograph has."""
    y, x = np.mgrid[:height, :width] / max(width, height)
    waves = [np.sin(7 * x + 3 * y), np.cos(9 * y * x), np.sign(np.sin(20 * (x - y)))]
    noise = np.random.default_rng(seed).normal(0, 4, (height, width, 3))
    return Image.fromarray(np.clip(np.stack(waves, -1) * 90 + 128 + noise, 0, 255).astype(np.uint8))


def pixels(content, **options):
    picture = decode(content, framing(**options))
    assert isinstance(picture, Picture), picture
    return picture.pixels


def image_of(array):
    return np.moveaxis(array, 0, -1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "TIFF", "PPM"])
def test_a_file_that_is_not_resized_keeps_every_pixel(kind):
    image = photo(40, 30)
    content = file_of(image, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(image_of(pixels(content)), np.asarray(image))


@pytest.mark.parametrize("crop", ["centre", "none", "pad"])
@pytest.mark.parametrize("size", [(256, 256), (300, 200), (97, 211)])
def test_resizing_is_lanczos_with_antialiasing(crop, size):
    image = photo(*size)
    expected = {
        "centre": ImageOps.fit(image, (32, 32), Image.Resampling.LANCZOS),
        "none": image.resize((32, 32), Image.Resampling.LANCZOS),
        "pad": ImageOps.pad(image, (32, 32), Image.Resampling.LANCZOS, color=(10, 20, 30)),
    }[crop]
    found = image_of(pixels(file_of(image), side=32, crop=crop, background=(10, 20, 30))).astype(int)
    shift = 1 if crop == "pad" else 0  # bars of an odd number of pixels: ImageOps puts the larger one elsewhere
    difference = min(
        np.abs(np.roll(found, by, axis) - np.asarray(expected)).max() for by in range(shift + 1) for axis in (0, 1)
    )
    assert difference <= 1


@pytest.mark.parametrize("crop", ["centre", "none", "pad"])
def test_the_jpeg_decoder_s_own_shrinking_is_hardly_seen(crop):
    content = file_of(photo(512, 384), "JPEG", quality=92)
    with Image.open(io.BytesIO(content)) as whole:
        expected = pixels(file_of(whole.convert("RGB")), side=32, crop=crop).astype(int)
    found = pixels(content, side=32, crop=crop).astype(int)
    assert np.abs(found - expected).mean() < 1.5


@pytest.mark.parametrize("size", [(300, 200), (515, 389), (97, 333), (256, 256)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_is_the_same_with_and_without_what_only_pillow_reads(size, mode):
    image = photo(*size).convert(mode)
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "camera"
    plain, tagged = file_of(image, "JPEG", quality=85), file_of(image, "JPEG", quality=85, exif=exif)
    for side in (16, 32, 64, None):
        assert np.array_equal(pixels(plain, side=side), pixels(tagged, side=side))


def test_a_fill_byte_before_the_exif_tag_hides_nothing():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    content = file_of(photo(48, 32), "JPEG", exif=exif)
    filled = content[:2] + b"\xff" + content[2:]
    assert decode(filled, framing()).size == (32, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("side", [None, 16])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures_stand_as_their_exif_tag_says(kind, orientation, side):
    image = photo(48, 32)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    content = file_of(image, kind, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    picture = decode(content, framing(side=side))
    assert picture.size == upright.size
    assert ("rotated" in picture.notes) == (orientation > 1)
    expected = pixels(file_of(upright), side=side).astype(int)
    assert np.abs(picture.pixels.astype(int) - expected).max() <= 1


def test_transparent_pixels_lie_on_the_background():
    colour, alpha = np.array([200, 40, 90]), 77
    image = Image.fromarray(np.full((9, 9, 4), [*colour, alpha], dtype=np.uint8))
    picture = decode(file_of(image), framing(background=(0, 100, 255)))
    blended = colour * alpha / 255 + np.array([0, 100, 255]) * (1 - alpha / 255)
    assert np.abs(picture.pixels[:, 0, 0] - blended).max() <= 1
    assert "transparent" in picture.notes


def test_a_palette_and_its_transparent_colour_are_resolved():
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 4, 8))
    opaque = pixels(file_of(image))
    assert opaque[:, 0, 0].tolist() == [0, 0, 255]
    assert opaque[:, 0, 7].tolist() == [255, 0, 0]
    assert pixels(file_of(image, transparency=1))[:, 0, 0].tolist() == [255, 255, 255]


def test_grey_of_sixteen_bits_keeps_its_white_and_black():
    levels = np.linspace(0, 65535, 64).round().astype(np.uint16).reshape(8, 8)
    for kind in ("PNG", "TIFF"):
        picture = decode(file_of(Image.fromarray(levels), kind), framing())
        assert np.array_equal(picture.pixels[0], np.round(levels / 257).astype(np.uint8))
        assert picture.notes == ("deep",)


def test_sixteen_bits_of_which_twelve_are_used_are_noted():
    levels = np.linspace(0, 4095, 64).round().astype(np.uint16).reshape(8, 8)
    assert decode(file_of(Image.fromarray(levels), "PNG"), framing()).notes == ("dark", "deep")
    assert decode(file_of(Image.fromarray(levels + 1), "PNG"), framing()).notes == ("deep",)


def test_print_colours_become_screen_colours():
    content = file_of(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")
    red, green, blue = pixels(content)[:, 4, 4].astype(int)
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF"])
def test_the_first_picture_of_several_is_taken(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("#ff0000", "#0000ff")]
    picture = decode(file_of(frames[0], kind, save_all=True, append_images=frames[1:]), framing())
    assert "animated" in picture.notes
    assert picture.pixels[0].min() > 240
    assert picture.pixels[2].max() < 15


def test_channels_are_as_asked_for_and_grey_is_seen():
    grey, colour = file_of(photo(8, 8).convert("L").convert("RGB")), file_of(photo(8, 8))
    assert len(pixels(grey)) == 1
    assert len(pixels(colour)) == 3
    assert len(pixels(grey, channels=3)) == 3
    expected = np.asarray(photo(8, 8).convert("L"))
    assert np.array_equal(pixels(colour, channels=1)[0], expected)


def test_a_picture_that_shows_nothing_is_noted():
    plain = np.full((20, 20, 3), (200, 30, 90), np.uint8)
    assert decode(file_of(Image.fromarray(plain), "PNG"), framing()).notes == ("blank",)
    plain[3:5, 3:5] += 8  # hardly to be seen
    assert decode(file_of(Image.fromarray(plain), "PNG"), framing()).notes == ("blank",)
    assert decode(file_of(Image.fromarray(plain[:, :9]), "PNG"), framing(side=8, crop="pad")).notes == ("blank",)
    plain[3:5, 3:5] += 1
    assert decode(file_of(Image.fromarray(plain), "PNG"), framing()).notes == ()
    edge = np.full((40, 120, 3), 255, np.uint8)
    edge[:, :30] = np.random.default_rng(0).integers(256, size=(40, 30, 3))  # the crop cuts it off
    assert decode(file_of(Image.fromarray(edge), "PNG"), framing(side=32)).notes == ("blank",)
    levels = np.arange(400, dtype=np.uint16).reshape(20, 20)  # of 16 bits, to be rescaled
    assert decode(file_of(Image.fromarray(levels), "PNG"), framing()).notes == ("dark", "deep")


def test_a_smaller_picture_is_enlarged_and_that_is_noted():
    assert decode(file_of(photo(16, 40)), framing(side=32)).notes == ("enlarged",)
    assert decode(file_of(photo(16, 40)), framing(side=32, crop="pad")).notes == ()
    assert decode(file_of(photo(40, 40)), framing(side=32)).notes == ()


def huge_png():
    """A PNG that claims 20,000 x 20,000 pixels in few bytes."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


REFUSED = {
    "empty": lambda: b"",
    "no image": lambda: b"%PDF-1.7 " + bytes(500),
    "broken": lambda: file_of(photo(), "JPEG")[:3000],
    "broken ": lambda: file_of(photo())[:3000],
    "tiny": lambda: file_of(photo(40, 3)),
    "huge": huge_png,
    "unsupported": lambda: file_of(Image.fromarray(np.ones((9, 9), np.float32)), "TIFF"),
    "no image ": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_taken_says_why(kind):
    refusal = decode(REFUSED[kind](), framing(side=32, min_side=8))
    assert refusal.kind == kind.strip()
    assert refusal.reason
    assert "\n" not in refusal.reason


def test_a_large_jpeg_counts_as_its_decoder_shrinks_it():
    content = file_of(Image.new("RGB", (4000, 3000), "#336699"), "JPEG")
    assert isinstance(decode(content, framing(side=32, max_pixels=10**6)), Picture)
    assert decode(content, framing(max_pixels=10**6)).kind == "huge"
    progressive = file_of(Image.new("RGB", (4000, 3000), "#336699"), "JPEG", progressive=True)
    assert decode(progressive, framing(side=32, max_pixels=10**6)).kind == "huge"  # all of it is in memory at once
