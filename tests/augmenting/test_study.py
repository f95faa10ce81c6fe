"""What a study can be made of, and what it refuses."""

import pytest

from ganforge.augmenting.study import check
from ganforge.errors import UserError
from ganforge.params import Params, parse_params
from tests.settings import default_settings


def settings(
    dataset: str = "mnist", mirror: bool = False, per_class: tuple[int, ...] = (10, 50), batch: int = 64
) -> Params:
    values = default_settings()
    values["dataset"]["name"], values["images"]["mirror"] = dataset, mirror
    values["augmentation_study"] |= {"per_class": list(per_class), "validation_per_class": 20}
    values["train"]["batch_size"] = batch
    return parse_params(values)


def data(counts: tuple[int, ...] = (100, 60), classes: tuple[str, ...] = ("a", "b"), parts: int = 1) -> Meta:
    return Meta("some", "us", "image", (1, 8, 8), classes, counts, {"train": sum(counts), "test": 9}, "0", parts=parts)


def test_numbers_that_leave_enough_for_validation_are_studied():
    assert check(settings(per_class=(40, 41), batch=16), data()) == [40]


@pytest.mark.parametrize("dataset", ["folder", "huggingface", "flowers102", "celeba"])
def test_images_that_are_there_twice_are_refused(dataset):
    with pytest.raises(UserError, match=r"images\.mirror is true"):
        check(settings(dataset, mirror=True, batch=16), data())


def test_data_that_are_never_mirrored_do_not_care():
    assert check(settings("mnist", mirror=True, batch=16), data()) == [10]


@pytest.mark.parametrize(
    ("meta", "params", "words"),
    [
        (data(classes=("a",), counts=(100,)), {}, "needs images with two or more classes"),
        (data(parts=3), {}, "each image with one label"),
        (data(counts=(29, 100)), {}, "the smallest class has 29 training images"),
        (data(), {"batch": 32}, "train.batch_size is 32, but 10 images of each class are 20"),
    ],
)
def test_data_that_give_no_study_are_refused(meta, params, words):
    with pytest.raises(UserError, match=words):
        check(settings(**params), meta)
