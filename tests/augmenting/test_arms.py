"""Classifiers of few images, helped or misled."""

import dataclasses

import numpy as np
import pytest
import torch

from ganforge.augmenting.arms import ARMS, BOTH, CLASSIC, GENERATED, REAL, Material, Trial, chosen, trials
from ganforge.augmenting.settings import AugmentationStudySettings, ClassicSettings
from ganforge.augmenting.subsets import draw_subsets
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal

STUDY = AugmentationStudySettings(
    per_class=[3],
    seeds=[0, 1],
    validation_per_class=20,
    generated_per_class=50,
    shares=[0.1, 0.75],
    classifier_images=7000,
    classic=ClassicSettings(rotation=10.0, translation=0.1, scale=0.1, mirror=False),
)


@pytest.fixture(scope="module")
def material():
    """Three real digits of each class, and a generator that is as good as real images."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = (digits.images[:, None] * 255 / 16).astype(np.uint8)
    everything = Split.of(images[:1000], digits.target[:1000])
    many, validation = draw_subsets(everything, 50, 20, 0)
    real, _ = draw_subsets(everything, 3, 20, 0)
    test = Split.of(images[1000:], digits.target[1000:])
    return Material(real, many, validation, test, ImageSignal((1, 8, 8)), 10)


def run(material, progress=lambda _: None):
    return chosen(list(trials(material, STUDY, 0, torch.device("cpu"), progress)))


@pytest.fixture(scope="module")
def helped(material):
    shown = []
    return run(material, shown.append), shown


def test_images_as_good_as_real_ones_help_and_most_of_them_are_taken(helped):
    best, _ = helped
    assert best[GENERATED].accuracy > best[REAL].accuracy + 0.1
    assert best[BOTH].accuracy > best[CLASSIC].accuracy + 0.03
    assert best[GENERATED].share == 0.75


def test_every_classifier_is_shown_as_many_images(helped):
    _, shown = helped
    classifiers = 2 + 2 * len(STUDY.shares)
    assert sum(shown) == classifiers * (STUDY.classifier_images // 128) * 128


def test_images_with_wrong_labels_do_harm_and_few_of_them_are_taken(material, helped):
    wrong = Split.of(material.generated.signal, (material.generated.labels + 1) % 10)
    best = run(dataclasses.replace(material, generated=wrong))
    assert best[GENERATED].share == best[BOTH].share == 0.1
    assert best[GENERATED].accuracy < best[REAL].accuracy
    assert best[REAL] == helped[0][REAL], "and change nothing where they are not used"


def test_the_share_is_chosen_by_the_validation_images_whatever_the_test_images_say():
    results = [
        *(Trial(arm, 0.0, 0.5, 0.5) for arm in (REAL, CLASSIC)),
        *(Trial(arm, 0.1, 0.8, 0.1) for arm in (GENERATED, BOTH)),
        *(Trial(arm, 0.5, 0.7, 0.9) for arm in (GENERATED, BOTH)),
        *(Trial(arm, 0.25, 0.8, 1.0) for arm in (GENERATED, BOTH)),
    ]
    best = chosen(results)
    assert list(best) == list(ARMS)
    assert best[GENERATED].share == best[BOTH].share == 0.1, "of equals that with fewer generated images"
