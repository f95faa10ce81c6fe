"""The section ``dataset`` of params.yaml: a class for each data set.

A new data set is a file of this room, called like its name, which holds its `SOURCE`; and a class here, added to
`DatasetSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Name, Section, Share


class DataSettings(Section):
    """What all data sets have in common."""

    name: str
    """Which data set; some have keys of their own."""
    held_out: Literal["test", "validation"]
    """What samples are scored against; validation: a part of the training data, to choose settings by."""

    @property
    def side(self) -> int | None:
        """Pixels of the square that every image is resized to; None: nothing is resized."""
        return None

    @property
    def labelled(self) -> bool:
        """Whether class labels are used where there are some."""
        return True


class LabelledSettings(DataSettings):
    """Data with class labels."""

    labels: Literal["use", "ignore"]
    """Class labels; ignore: as if there were none, and scores do without a classifier."""

    @property
    def labelled(self) -> bool:
        """See `DataSettings`."""
        return self.labels == "use"


class PictureSettings(LabelledSettings):
    """Images with class labels."""

    resolution: Literal["native"] | Annotated[int, Field(ge=8, le=1024)]
    """Side in pixels that images are resized to; native: as they are."""

    @property
    def side(self) -> int | None:
        """See `DataSettings`."""
        return None if self.resolution == "native" else self.resolution


class DigitsSettings(PictureSettings):
    """Handwritten digits of 8x8 pixels, bundled with scikit-learn."""

    name: Literal["digits"]


class MNISTSettings(PictureSettings):
    """Handwritten digits of 28x28 pixels."""

    name: Literal["mnist"]


class FashionMNISTSettings(PictureSettings):
    """Clothes, grey images of 28x28 pixels."""

    name: Literal["fashion_mnist"]


class KMNISTSettings(PictureSettings):
    """Cursive Japanese characters of 28x28 pixels."""

    name: Literal["kmnist"]


class StackedMNISTSettings(PictureSettings):
    """Three digits of MNIST in one image: a thousand classes, to count how many are drawn."""

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


class ImageFileSettings(PictureSettings):
    """Image files of any format and size."""

    crop: Literal["centre", "none", "pad"]
    """How a file becomes a square. centre: the largest in it; none: all of it, stretched; pad: all of it, with bars."""
    channels: Literal["auto", 1, 3]
    """Channels of the images; auto: 1 where all are grey, else 3."""
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    """Red, green and blue (#rrggbb) behind transparent pixels and of the bars."""
    mirror: bool
    """Whether every training image is also there mirrored left to right."""
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the images held out where no test split is named, chosen by a digest of each file: an image stays in its
    split when others are added."""
    min_side: Annotated[int, Field(ge=1)]
    """Pixels; images with a shorter side are left out."""
    max_megapixels: Annotated[float, Field(gt=0, le=10_000)]
    """Millions of pixels; larger images are left out. JPEGs count as shrunk by their decoder."""
    max_broken: Share
    """Share of the files that may be left out as broken; beyond it the stage stops."""


class Flowers102Settings(ImageFileSettings):
    """Photographs of 102 kinds of flower, of many sizes: set a resolution."""

    name: Literal["flowers102"]


class CelebASettings(ImageFileSettings):
    """Photographs of faces, 178x218 pixels."""

    name: Literal["celeba"]


class FolderSettings(ImageFileSettings):
    """Your own images, whatever lies in data/import/."""

    name: Literal["folder"]


class HuggingFaceSettings(ImageFileSettings):
    """A data set in Hugging Face's formats (pip install 'ganforge[huggingface]')."""

    name: Literal["huggingface"]
    path: Name
    """Owner/name on the Hub, or a folder or Parquet file; where DVC is to see it change, data/import/NAME."""
    config: Name
    """Which of its configurations, where it has several; or none."""
    revision: Name
    """Of a data set on the Hub: a commit's hash is the same data for ever, a branch is not."""
    image: Name
    """Column of the images."""
    label: Name
    """Column of the classes (names, texts or whole numbers); or none."""
    train: Name
    """Split to learn from; parts of one as in train[:90%]."""
    test: Name
    """Split that is held out; none: dataset.test_share of the other one."""

    @model_validator(mode="after")
    def _splits_differ(self) -> HuggingFaceSettings:
        if self.train == self.test:
            raise ValueError(
                f"dataset.train and dataset.test are both {self.train!r}: name another split to hold out, or none for "
                "a part of the same"
            )
        return self


DatasetSettings = Annotated[
    DigitsSettings
    | MNISTSettings
    | FashionMNISTSettings
    | KMNISTSettings
    | StackedMNISTSettings
    | EMNISTSettings
    | CIFAR10Settings
    | SVHNSettings
    | STL10Settings
    | Flowers102Settings
    | CelebASettings
    | FolderSettings
    | HuggingFaceSettings,
    Field(discriminator="name"),
]
