"""What a study can be made of, and what it refuses."""

import pytest

from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.augmenting.study import check
from ganforge.datasets.settings import FolderSettings, MNISTSettings
from ganforge.errors import UserError
from ganforge.prepared.columns import Column
from ganforge.prepared.meta import Meta
from tests.settings import default_settings

MNIST = MNISTSettings(
    name="mnist", held_out="test", resolution="native", labels="use", source="none", source_strength="auto"
)


def study(*per_class: int) -> AugmentationStudySettings:
    values = default_settings()["augmentation_study"]
    return AugmentationStudySettings(**values | {"per_class": list(per_class), "validation_per_class": 20})


def folder(*, mirror: bool) -> FolderSettings:
    return FolderSettings(
        name="folder",
        held_out="test",
        resolution=8,
        labels="use",
        source="none",
        source_strength="auto",
        crop="centre",
        channels="auto",
        background="#ffffff",
        mirror=mirror,
        test_share=0.1,
        min_side=8,
        max_megapixels=50,
        max_broken=0.1,
    )


def data(counts=(100, 60), kind="image", shape=(1, 8, 8), **more: Column) -> Meta:
    count = {"train": sum(counts), "test": 9}
    labels = Column("labels", "int64", (), count, {"names": [*"abc"][: len(counts)], "counts": list(counts)})
    columns = {"signal": Column(kind, "uint8", shape, count), "labels": labels}
    return Meta("some", "us", {name: column for name, column in {**columns, **more}.items() if column is not None}, "0")


SOURCE = Column("image", "uint8", (1, 8, 8), {"train": 160, "test": 9})


def test_numbers_that_leave_enough_for_validation_are_studied():
    assert check(study(40, 41), MNIST, 16, data()) == [40]


def test_images_that_are_there_twice_are_refused():
    assert check(study(10, 50), folder(mirror=False), 16, data()) == [10]
    with pytest.raises(UserError, match=r"dataset\.mirror is true"):
        check(study(10, 50), folder(mirror=True), 16, data())


@pytest.mark.parametrize(
    ("meta", "batch", "words"),
    [
        (data((100,)), 64, "needs images with two or more classes"),
        (data(labels=None), 64, "needs images with two or more classes"),
        (data(kind="stacked_image", shape=(3, 8, 8)), 64, "each image with one label"),
        (data(source=SOURCE), 64, "each image with one label"),
        (data((29, 100)), 64, "the smallest class has 29 training images"),
        (data(), 32, "train.batch_size is 32, but 10 images of each class are 20"),
    ],
    ids=["one class", "no labels", "several views", "sources", "too small a class", "too large a batch"],
)
def test_data_that_give_no_study_are_refused(meta, batch, words):
    with pytest.raises(UserError, match=words):
        check(study(10, 50), MNIST, batch, meta)
