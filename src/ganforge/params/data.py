"""What there is to learn from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Name, Section, Share

DatasetName = Literal[
    "digits",
    "mnist",
    "fashion_mnist",
    "kmnist",
    "stacked_mnist",
    "emnist",
    "cifar10",
    "svhn",
    "stl10",
    "flowers102",
    "celeba",
    "folder",
    "huggingface",
]


class DatasetSettings(Section):
    """What there is to learn."""

    name: DatasetName
    resolution: Literal["native"] | Annotated[int, Field(ge=8, le=1024)]
    labels: Literal["use", "ignore"]
    held_out: Literal["test", "validation"]


class ImagesSettings(Section):
    """How image files of any format and size become arrays, for data sets that are made of them."""

    crop: Literal["centre", "none", "pad"]
    channels: Literal["auto", 1, 3]
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    mirror: bool
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    min_side: Annotated[int, Field(ge=1)]
    max_megapixels: Annotated[float, Field(gt=0, le=10_000)]
    max_broken: Share


class HuggingFaceSettings(Section):
    """Which data set of Hugging Face's, for `dataset.name: huggingface`."""

    path: Name
    config: Name
    revision: Name
    image: Name
    label: Name
    train: Name
    test: Name

    @model_validator(mode="after")
    def _splits_differ(self) -> HuggingFaceSettings:
        if self.train == self.test:
            raise ValueError(
                f"huggingface.train and huggingface.test are both {self.train!r}: name another split to hold out, or "
                "none for a part of the same"
            )
        return self
