"""One repetition of the study, small."""

import numpy as np
import pytest
import torch

from ganforge.augmenting.arms import ARMS
from ganforge.augmenting.repetition import amount, gan_plan, repeat
from ganforge.augmenting.settings import AugmentationStudySettings
from tests.settings import default_settings
from tests.specs import plan

STUDY = AugmentationStudySettings(
    **default_settings()["augmentation_study"]
    | {"per_class": [5], "generated_per_class": 6, "shares": [0.5], "classifier_images": 256}
)


@pytest.fixture(scope="module")
def repetition(digits, tmp_path_factory):
    shown = []
    result = repeat(STUDY, plan(), digits, 5, 3, tmp_path_factory.mktemp("work"), torch.device("cpu"), shown.append)
    return result, shown


def test_a_gan_of_few_images_helps_classifiers_and_shows_what_it_draws(repetition):
    result, shown = repetition
    assert {trial.arm for trial in result.trials} == set(ARMS)
    assert result.shown.shape == (10 * 6, 1, 8, 8) and result.shown.dtype == np.uint8
    assert result.history[-1]["images"] == 640
    assert sum(shown) == amount(STUDY, plan()) == 640 + 4 * 256


def test_its_gan_is_conditional_and_its_last_state_counts():
    few = gan_plan(plan(network={"conditional": "never"}, train={"best_every": 100}), seed=7)
    assert few.network.conditional == "auto"
    assert (few.train.seed, few.train.best_every, few.train.on_failure) == (7, 0, "warn")
