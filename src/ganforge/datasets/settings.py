"""The section ``dataset`` of params.yaml: a class for each data set.

To add a data set, write a file in this room, named after it, with its `SOURCE`, and add a class here to
`DatasetSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.datasets.common_settings import DataSettings, LabelledSettings
from ganforge.datasets.music_settings import ChoralesSettings, MidiSettings
from ganforge.datasets.points_settings import PointsSettings
from ganforge.datasets.sound_settings import InstrumentsSettings, SoundsSettings, SpokenDigitsSettings
from ganforge.settings import Name, Share

Strength = Literal["auto"] | Annotated[float, Field(gt=0, le=8)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

STRENGTHS = {"grey": 0.0, "edges": 0.1, "small": 4.0, "masked": 0.5}  # of derived sources if it is auto
FACTORS = (2, 4, 8)  # of shrinking for small


def derivation_of(source: str, strength: Strength) -> tuple[str, float] | None:
    """How a source is derived from its signal, and how strongly; None: it is not derived."""
    if source not in STRENGTHS:
        return None
    return source, STRENGTHS[source] if strength == "auto" else float(strength)


def check_strength(source: str, strength: Strength) -> None:
    """Checks that a strength fits the kind of source.

    Raises:
        ValueError: it does not fit.
    """
    if strength == "auto":
        return
    allowed = {"edges": "auto or a number above 0, below 1", "small": "auto, 2, 4 or 8"}
    allowed["masked"] = allowed["edges"]
    fits = strength in FACTORS if source == "small" else source in allowed and strength < 1
    if not fits:
        raise ValueError(
            f"dataset.source_strength is {strength:g} while dataset.source is {source}; allowed is "
            f"{allowed.get(source, 'auto')}: change one of the two"
        )


class ResizedSettings(LabelledSettings):
    """Images with class labels, of any size."""

    resolution: Literal["native"] | Annotated[int, Field(ge=8, le=1024)]
    """Side in pixels that images are resized to; native: no resizing."""

    @property
    def side(self) -> int | None:
        """See `DataSettings`."""
        return None if self.resolution == "native" else self.resolution


class SourcedSettings(DataSettings):
    """Data with sources, to translate into other pictures."""

    @property
    def has_source(self) -> bool:
        """See `DataSettings`."""
        return True


class ApartSettings(SourcedSettings):
    """Data with unpaired sources."""

    @property
    def has_pairs(self) -> bool:
        """See `DataSettings`."""
        return False


class DerivingSettings(ResizedSettings):
    """Images from which sources to translate can be derived."""

    source: str
    """Source to generate each image from."""
    source_strength: Strength
    """Strength of the source. edges: least gradient of an outline, 0 to 1; small: shrunk by 2, 4 or 8; masked: share of
    each side that the hole covers; auto: 0.1, 4, 0.5."""

    @property
    def derivation(self) -> tuple[str, float] | None:
        """See `DataSettings`."""
        return derivation_of(self.source, self.source_strength)

    @property
    def has_source(self) -> bool:
        """See `DataSettings`."""
        return self.source != "none"

    @model_validator(mode="after")
    def _strength_fits(self) -> Self:
        check_strength(self.source, self.source_strength)
        return self


class PictureSettings(DerivingSettings):
    """Images with class labels, from which sources to translate can be derived."""

    source: Literal["none", "grey", "edges", "small", "masked"]
    """Source to generate each image from, derived from the image. grey: its luminance; edges: its outlines; small:
    shrunk and enlarged again; masked: with a hole."""


class DigitsSettings(PictureSettings):
    """Handwritten digits of 8x8 pixels, bundled with scikit-learn."""

    name: Literal["digits"]


class MNISTSettings(PictureSettings):
    """Handwritten digits of 28x28 pixels."""

    name: Literal["mnist"]


class HandwritingSettings(ApartSettings, LabelledSettings):
    """Digits of 8x8 pixels, enlarged, to translate into those of MNIST without pairs."""

    name: Literal["handwriting"]


class FashionMNISTSettings(PictureSettings):
    """Clothes, grey images of 28x28 pixels."""

    name: Literal["fashion_mnist"]


class KMNISTSettings(PictureSettings):
    """Cursive Japanese characters of 28x28 pixels."""

    name: Literal["kmnist"]


class StackedMNISTSettings(ResizedSettings):
    """Three digits of MNIST in one image: 1,000 classes, to count the modes that samples cover."""

    name: Literal["stacked_mnist"]


class EMNISTSettings(PictureSettings):
    """Handwritten digits and letters of 28x28 pixels."""

    name: Literal["emnist"]


class CIFAR10Settings(PictureSettings):
    """Animals and vehicles, colour images of 32x32 pixels."""

    name: Literal["cifar10"]


class SVHNSettings(PictureSettings):
    """House numbers, colour images of 32x32 pixels."""

    name: Literal["svhn"]


class STL10Settings(PictureSettings):
    """Animals and vehicles, colour images of 96x96 pixels."""

    name: Literal["stl10"]


class ImageFileSettings(ResizedSettings):
    """Image files of any format and size."""

    crop: Literal["centre", "none", "pad"]
    """How an image becomes square. centre: the largest centred square; none: all of it, stretched; pad: all of it, with
    bars."""
    channels: Literal["auto", 1, 3]
    """Channels of the images; auto: 1 if all are grey, else 3."""
    background: Colour
    """Red, green and blue (#rrggbb) behind transparent pixels and of the bars."""
    mirror: bool
    """Whether to add a mirror image (left to right) of every training image."""
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the images to hold out if no test split is named. A digest of each decides, so it stays in its split
    when others are added."""
    min_side: Annotated[int, Field(ge=1)]
    """Least pixels of the shorter side; smaller images are left out."""
    max_megapixels: Annotated[float, Field(gt=0, le=10_000)]
    """Most millions of pixels; larger images are left out. JPEGs count after shrinking by their decoder."""
    max_broken: Share
    """Largest share of broken files that are left out; with more, the stage stops."""

    @property
    def least_side(self) -> int:
        """Least pixels of a side if images are not resized."""
        return 8

    @property
    def two_kinds(self) -> bool:
        """Whether there are pictures of two kinds, which must have the same number of channels."""
        return False


class Flowers102Settings(ImageFileSettings, PictureSettings):
    """Photographs of 102 kinds of flower, of many sizes: set a resolution."""

    name: Literal["flowers102"]


class CelebASettings(ImageFileSettings, PictureSettings):
    """Photographs of faces, 178x218 pixels."""

    name: Literal["celeba"]


class FolderSettings(ImageFileSettings, PictureSettings):
    """Your own images in data/import/."""

    name: Literal["folder"]


class PairsSettings(SourcedSettings, ImageFileSettings):
    """Your own pairs of a source and a target in data/import/."""

    name: Literal["pairs"]
    layout: Literal["auto", "folders", "left_right", "right_left", "table"]
    """How pairs are stored. folders: source/ and target/, with equal names; left_right: side by side in a file, the
    source on the left; right_left: the source on the right; table: listed in a CSV file; auto: detected."""

    @property
    def least_side(self) -> int:
        """See `ImageFileSettings`; a translator halves a picture more often."""
        return 16


class UnpairedSettings(ApartSettings, ImageFileSettings):
    """Your own unpaired pictures, to translate those in data/import/source into those in .../target."""

    name: Literal["unpaired"]
    labels: Literal["use", "ignore", "styles"]  # type: ignore[assignment]
    """Meaning of the folders in target. use: classes, for the scores; styles: styles into which sources are translated;
    ignore: none."""

    @property
    def styles(self) -> bool:
        """See `DataSettings`."""
        return self.labels == "styles"

    @property
    def two_kinds(self) -> bool:
        """See `ImageFileSettings`."""
        return True

    @property
    def least_side(self) -> int:
        """See `ImageFileSettings`; a translator halves a picture more often."""
        return 16


class EmojiSettings(DerivingSettings):
    """Emoji in two drawing styles, 64x64 pixels, to translate one into the other."""

    name: Literal["emoji"]
    style: Literal["google", "twitter"]
    """Drawings to generate: Noto by Google, or Twemoji by Twitter."""
    source: Literal["google", "twitter", "none", "grey", "edges", "small", "masked"]
    """Source to generate each emoji from: the same emoji in the other style, or derived from the drawing. grey: its
    luminance; edges: its outlines; small: shrunk and enlarged again; masked: with a hole."""
    partners: Literal["shown", "withheld"]
    """shown: training uses pairs. withheld: training uses sources of one half of the emoji and pictures of the other;
    held-out emoji stay pairs, for the scores."""
    background: Colour
    """Red, green and blue (#rrggbb) behind transparent pixels."""
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the emoji to hold out, with all skin tones and genders; a digest of the emoji decides."""

    @property
    def has_pairs(self) -> bool:
        """See `DataSettings`."""
        return self.has_source and self.partners == "shown"

    @model_validator(mode="after")
    def _source_fits(self) -> EmojiSettings:
        if self.source == self.style:
            other = "twitter" if self.style == "google" else "google"
            raise ValueError(
                f"dataset.source and dataset.style are both {self.style}; the two must differ: "
                f"set dataset.source to {other}"
            )
        if self.partners == "withheld" and self.source not in ("google", "twitter"):
            raise ValueError(
                f"dataset.partners is withheld while dataset.source is {self.source}; allowed is shown unless the "
                "source is google or twitter: change one of the two"
            )
        return self


class HuggingFaceSettings(ImageFileSettings, PictureSettings):
    """A data set in Hugging Face's formats (pip install 'ganforge[huggingface]')."""

    name: Literal["huggingface"]
    path: Name
    """Owner/name on the Hub, or a folder or Parquet file; in data/import/, DVC detects changes."""
    config: Name
    """Configuration, if the data set has several; or none."""
    revision: Name
    """Revision on the Hub; the hash of a commit always gives the same data, a branch may change."""
    image: Name
    """Column with the images."""
    label: Name
    """Column with the classes (names, texts or whole numbers); or none."""
    train: Name
    """Split for training; a part of a split is written as in train[:90%]."""
    test: Name
    """Split to hold out; none: dataset.test_share of the training split."""

    @model_validator(mode="after")
    def _splits_differ(self) -> HuggingFaceSettings:
        if self.train == self.test:
            raise ValueError(
                f"dataset.train and dataset.test are both {self.train!r}: name another split to hold out, or none to "
                "hold out a part of it"
            )
        return self


DatasetSettings = Annotated[
    DigitsSettings
    | MNISTSettings
    | HandwritingSettings
    | FashionMNISTSettings
    | KMNISTSettings
    | StackedMNISTSettings
    | EMNISTSettings
    | CIFAR10Settings
    | SVHNSettings
    | STL10Settings
    | Flowers102Settings
    | CelebASettings
    | EmojiSettings
    | FolderSettings
    | PairsSettings
    | UnpairedSettings
    | HuggingFaceSettings
    | SpokenDigitsSettings
    | SoundsSettings
    | InstrumentsSettings
    | ChoralesSettings
    | MidiSettings
    | PointsSettings,
    Field(discriminator="name"),
]
