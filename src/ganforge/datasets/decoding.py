"""Decodes an image file of any format and size into pixels of a given shape."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np
import simplejpeg
from PIL import ExifTags, Image, ImageColor, UnidentifiedImageError

from ganforge.errors import first_line
from ganforge.prepared.facts import BLANK_NOTE

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings

FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "BMP", "DIB", "GIF", "TIFF", "PPM", "AVIF")  # none runs other programs
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # Pillow's modes for grey of more than 8 bits
DEEP_LEVELS = 65535
BLANK = 8  # largest difference of the levels of a channel of a picture that shows nothing
DARK = 4096  # levels of 12 bits, which many cameras and scanners store in 16
DIGEST_BYTES = 16
WHITE = (255, 255, 255)
MOST_PIXELS = 50_000_000  # of an image, if no settings limit it
SHRUNK_TO = 2  # times the requested size: a JPEG decoder shrinks to this, Lanczos does the rest

Kind = Literal[
    "empty",
    "broken",
    "no image",
    "tiny",
    "huge",
    "unsupported",
    "alone",
    "mismatched",
    "duplicate",
    "variation",
    "long",
    "short",
    "silent",
    "wide",
]
"""Why a file cannot be used."""

Note = Literal["animated", "blank", "dark", "deep", "enlarged", "rotated", "transparent"]
"""What was done to a file: first frame only, 16 to 8 bits (nearly black then), enlarged, rotated by EXIF, blended."""

ROTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by the EXIF tag Orientation
ON_ITS_SIDE = {ROTATIONS[tag] for tag in (5, 6, 7, 8)}

JPEG_START, JPEG_SCAN = b"\xff\xd8", b"\xda"  # the first marker; second byte of the marker before the pixels
JPEG_FILL = b"\xff"
BASELINE = (b"\xc0", b"\xc1")  # frames that are decoded a few lines at a time
FRAMES = tuple(bytes([code]) for code in range(0xC0, 0xD0) if code not in {0xC4, 0xC8, 0xCC})
FOR_PILLOW = (b"Exif\0\0", b"http://ns.adobe.com/xap/", b"MPF\0")  # two forms of orientation; further pictures
FACTORS = (8, 4, 2, 1)  # by which Pillow's decoder can shrink
PLAIN_COLOURS = {"YCbCr": "RGBX", "Gray": "GRAY"}  # as Pillow stores them, which avoids a copy


@dataclass(frozen=True)
class Framing:
    """How an image of any size is framed.

    Attributes:
        side: pixels of the square that it is resized to; None: its own size.
        crop: ``centre``, the largest square; ``none``, all of it, stretched; ``pad``, all of it, with bars.
        background: red, green and blue behind transparent pixels and of the bars, 0 to 255.
        channels: 1, 3, or ``auto``: 1 if it is grey.
        min_side: least pixels of the shorter side.
        max_pixels: most pixels that are decoded.
    """

    side: int | None
    crop: Literal["centre", "none", "pad"]
    background: tuple[int, int, int]
    channels: Literal["auto", 1, 3]
    min_side: int
    max_pixels: int

    @classmethod
    def of(cls, settings: ImageFileSettings) -> Framing:
        """The framing that params.yaml sets."""
        red, green, blue, *_ = ImageColor.getrgb(settings.background)
        return cls(
            settings.side,
            settings.crop,
            (red, green, blue),
            settings.channels,
            settings.min_side,
            int(settings.max_megapixels * 1e6),
        )

    @classmethod
    def plain(cls) -> Framing:
        """The framing if the data are not image files, so that params.yaml sets none: the largest square, on white."""
        return cls(None, "centre", WHITE, "auto", 1, MOST_PIXELS)


@dataclass(frozen=True)
class Picture:
    """The picture of a file.

    Attributes:
        pixels: uint8 (1 or 3, height, width).
        size: width and height in its file, after rotation.
        format: of the file, such as PNG.
        digest: of the file's content.
        pixel_digest: of its pixels.
        notes: what was done to it.
        source: its source, uint8 (1 or 3, height, width), if it has one.
    """

    pixels: np.ndarray
    size: tuple[int, int]
    format: str
    digest: bytes
    pixel_digest: bytes
    notes: tuple[Note, ...]
    source: np.ndarray | None = None


@dataclass(frozen=True)
class Refusal:
    """The reason why a file was left out.

    Attributes:
        kind: kind of the reason.
        reason: the reason in words.
    """

    kind: Kind
    reason: str


class RefusedError(Exception):
    """Raised if a file cannot be used; has a `Refusal`."""

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(kind, reason)


def open_image(file: BinaryIO) -> Image.Image:
    """Opens an image of one of `FORMATS`; reads only its header.

    Raises:
        UnidentifiedImageError: it has another format, or this Pillow was built without the format.
    """
    Image.init()
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours is `Framing.max_pixels`
    try:
        return Image.open(file, formats=[name for name in FORMATS if name in Image.OPEN])
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def decode(content: bytes, framing: Framing) -> Picture | Refusal:
    """The framed picture in the bytes of a file."""
    return refusing(_decode, content, framing)


def refusing(make: Callable[[bytes, Framing], Picture], content: bytes, framing: Framing) -> Picture | Refusal:
    """The result of ``make`` for the bytes of a file, or the reason why it failed."""
    if not content:
        return Refusal("empty", "the file is empty")
    try:
        return make(content, framing)
    except RefusedError as error:
        return error.refusal
    except UnidentifiedImageError:
        return Refusal("no image", "its format is not supported")
    except Image.DecompressionBombError as error:
        return Refusal("huge", first_line(error))
    except Exception as error:  # a damaged file can make a decoder raise anything
        return Refusal("broken", first_line(error))


@dataclass(frozen=True)
class Opened:
    """An image before framing: ``image`` in mode L, RGB or RGBX, perhaps shrunk; ``size`` as in its file."""

    image: Image.Image
    size: tuple[int, int]
    format: str
    notes: tuple[Note, ...] = ()
    rotation: Image.Transpose | None = None


def _decode(content: bytes, framing: Framing) -> Picture:
    opened = open_opaque(content, framing)
    framed, notes, size = _frame(opened.image, framing), opened.notes, opened.size
    if opened.rotation is not None:
        framed, notes = framed.transpose(opened.rotation), (*notes, "rotated")
        size = size[::-1] if opened.rotation in ON_ITS_SIDE else size
    notes = (*notes, *enlarged(size, framing))
    pixels = _channels_first(framed, framing.channels)
    blank = np.ptp(pixels, axis=(1, 2)).max() <= BLANK or (framing.crop == "pad" and _shows_nothing(opened.image))
    if blank and "dark" not in notes:
        notes = (*notes, BLANK_NOTE)
    return Picture(pixels, size, opened.format, digest_of(content), digest_of(pixels.data), notes)


def _shows_nothing(image: Image.Image) -> bool:
    """Whether all pixels of an image in mode L, RGB or RGBX have nearly the same colour."""
    extrema = np.reshape(image.getextrema(), (-1, 2))[:3]  # of the colours; X of RGBX means nothing
    return bool(np.ptp(extrema, axis=1).max() <= BLANK)


def open_opaque(content: bytes, framing: Framing) -> Opened:
    """The image in the bytes of a file, perhaps shrunk but not framed.

    Raises:
        RefusedError: it is too small or too large, or the range of its pixel values is unknown.
    """
    opened = _open_plain_jpeg(content, framing)
    if opened is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of unusual tags
            opened = _open_any(content, framing)
    return opened


def framed_pixels(image: Image.Image, framing: Framing) -> np.ndarray:
    """The pixels of an image in mode L, RGB or RGBX, framed: uint8 (1 or 3, height, width)."""
    return _channels_first(_frame(image, framing), framing.channels)


def enlarged(size: tuple[int, int], framing: Framing) -> tuple[Note, ...]:
    """The note of an image that has fewer pixels than requested, if it has fewer."""
    return ("enlarged",) if framing.side is not None and _shown_side(*size, framing) < framing.side else ()


def digest_of_pixels(pixels: np.ndarray, source: np.ndarray | None) -> bytes:
    """A digest of a picture and, if it has one, its source; uint8 (1 or 3, height, width) each."""
    digests = [digest_of(np.ascontiguousarray(each).data) for each in (pixels, source) if each is not None]
    return digests[0] if len(digests) == 1 else digest_of(b"".join(digests))


def _open_plain_jpeg(content: bytes, framing: Framing) -> Opened | None:
    """Opens a JPEG without EXIF data with a decoder twice as fast as Pillow; None: Pillow has to open it."""
    if not content.startswith(JPEG_START) or _has_more_than_pixels(content):
        return None
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
        if colours not in PLAIN_COLOURS or min(width, height) < framing.min_side or width * height > framing.max_pixels:
            return None
        least = _least_size(width, height, framing)
        factor = next(factor for factor in FACTORS if factor <= max(1, min(width // least[0], height // least[1])))
        pixels = simplejpeg.decode_jpeg(
            content, PLAIN_COLOURS[colours], min_width=-(-width // factor), min_height=-(-height // factor)
        )
    except ValueError:  # also for slightly unusual files, which Pillow may accept
        return None
    mode = "L" if colours == "Gray" else "RGBX"
    shrunk = Image.frombuffer(mode, pixels.shape[1::-1], pixels, "raw", mode, 0, 1)
    return Opened(shrunk, (width, height), "JPEG")


def _has_more_than_pixels(content: bytes) -> bool:
    """Whether a JPEG has an orientation or several pictures, or is decoded completely in memory."""
    place = len(JPEG_START)
    while content[place : place + 1] == JPEG_FILL:
        marker = content[place + 1 : place + 2]
        if marker == JPEG_FILL:
            place += 1
            continue
        if marker == JPEG_SCAN:
            return False
        if content.startswith(FOR_PILLOW, place + 4) or (marker in FRAMES and marker not in BASELINE):
            return True
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return False


def _open_any(content: bytes, framing: Framing) -> Opened:
    """Opens an image of any format.

    Raises:
        RefusedError: it is too small or too large, or the range of its pixel values is unknown.
    """
    notes: list[Note] = []
    with open_image(io.BytesIO(content)) as image:
        width, height = image.size
        if min(width, height) < framing.min_side:
            raise RefusedError("tiny", f"it has {width}x{height} pixels, but dataset.min_side is {framing.min_side}")
        image.draft(None, _least_size(width, height, framing))  # a JPEG decoder shrinks while it decodes
        whole = image.info.get("progressive")  # all its coefficients are in memory, even if it is shrunk
        decoded = width * height if whole else image.width * image.height
        if decoded > framing.max_pixels:
            allowed = f"dataset.max_megapixels allows {framing.max_pixels / 1e6:g} million"
            raise RefusedError("huge", f"it has {decoded / 1e6:.1f} million pixels, but {allowed}")
        if getattr(image, "is_animated", False):
            notes.append("animated")
        rotation = ROTATIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        image.load()
        if image.has_transparency_data:
            notes.append("transparent")
        if image.mode in DEEP:
            notes += ["dark", "deep"] if np.asarray(image).max(initial=0) < DARK else ["deep"]
        opaque = _opaque(image, framing.background)
        return Opened(opaque, (width, height), image.format or "?", tuple(notes), rotation)


def digest_of(content: bytes | memoryview) -> bytes:
    """16 bytes that identify contents."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()


def _shown_side(width: int, height: int, framing: Framing) -> int:
    """The side of the image that becomes the side of the square."""
    return max(width, height) if framing.crop == "pad" else min(width, height)


def _least_size(width: int, height: int, framing: Framing) -> tuple[int, int]:
    """The size below which a decoder must not shrink."""
    if framing.side is None:
        return width, height
    if framing.crop == "none":
        return SHRUNK_TO * framing.side, SHRUNK_TO * framing.side
    factor = min(1.0, SHRUNK_TO * framing.side / _shown_side(width, height, framing))
    return max(1, int(width * factor)), max(1, int(height * factor))


def _opaque(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """The image in mode L or RGB, placed on ``background`` if it is transparent.

    Raises:
        RefusedError: the range of its pixel values is unknown.
    """
    if image.mode in DEEP:
        levels = np.asarray(image)
        if levels.min() < 0 or levels.max() > DEEP_LEVELS:
            raise RefusedError("unsupported", f"its pixels range from {levels.min()} to {levels.max()}, not 0 to 65535")
        return Image.fromarray(np.round(levels * (255 / DEEP_LEVELS)).astype(np.uint8))
    if image.mode == "F":
        raise RefusedError("unsupported", "its pixels are floating-point numbers of unknown range")
    if image.has_transparency_data:
        canvas = Image.new("RGBA", image.size, (*background, 255))
        canvas.alpha_composite(image.convert("RGBA"))
        return canvas.convert("RGB")
    if image.mode in {"L", "RGB"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _frame(image: Image.Image, framing: Framing) -> Image.Image:
    """Frames the image as a square, by Lanczos with antialiasing."""
    (width, height), side = image.size, framing.side
    if side is None or (width, height) == (side, side):
        return image
    if framing.crop == "pad":
        factor = side / max(width, height)
        inner = max(1, round(width * factor)), max(1, round(height * factor))
        canvas = Image.new("RGB", (side, side), framing.background)
        place = (side - inner[0]) // 2, (side - inner[1]) // 2
        canvas.paste(_in_three(image.resize(inner, Image.Resampling.LANCZOS)), place)
        return canvas
    cut_x, cut_y = 0.0, 0.0
    if framing.crop == "centre":
        short = min(width, height)
        cut_x, cut_y = (width - short) / 2, (height - short) / 2
    box = (cut_x, cut_y, width - cut_x, height - cut_y)
    return image.resize((side, side), Image.Resampling.LANCZOS, box=box)


def _in_three(image: Image.Image) -> Image.Image:
    """The image with three values per pixel, without an unused fourth."""
    return image.convert("RGB") if image.mode == "RGBX" else image


def _channels_first(image: Image.Image, channels: Literal["auto", 1, 3]) -> np.ndarray:
    """(1 or 3, height, width); ``auto``: 1 if red, green and blue are equal everywhere."""
    if channels == 1 or (channels == 3 and image.mode == "L"):
        image = _in_three(image).convert("L" if channels == 1 else "RGB")
    array = np.asarray(image)
    if array.ndim == 2:
        return array[None]
    array = np.ascontiguousarray(array[..., :3].transpose(2, 0, 1))
    red, green, blue = (plane.tobytes() for plane in array)
    return array[:1] if channels == "auto" and red == green == blue else array
