"""Judges of digits that have labels, of the same without, and of stacks of three."""

import numpy as np
import pytest

from ganforge.evaluation.scores import sound
from ganforge.prepared.columns import LABELS
from ganforge.signals.image import StackedImageSignal
from tests.evaluation.judging import DIGIT, Judge, stack, unlabelled_extractor
from tests.evaluation.sounding import SIGNAL_OF_SOUNDS, sounds
from tests.features.extractors import trained


@pytest.fixture(scope="package", autouse=True)
def few_lessons():
    """The classifier of speakers learns enough from few sounds here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sound, "LESSONS", 3000)
        yield


@pytest.fixture(scope="package")
def judge(digits) -> Judge:
    train, test = digits.splits["train"], digits.splits["test"]
    return Judge(trained(train, 10, DIGIT), train, test, 10)


@pytest.fixture(scope="package")
def judge_unlabelled(digits) -> Judge:
    """The same images as if nobody had labelled them."""
    train, test = (digits.splits[name].without(LABELS) for name in ("train", "test"))
    return Judge(unlabelled_extractor(train.signal), train, test, 0)


@pytest.fixture(scope="package")
def judge_stacks(digits) -> Judge:
    """Stacks of three digits, a thousand classes."""
    random, signal = np.random.default_rng(0), StackedImageSignal((3, 8, 8))
    train, test = stack(digits.splits["train"], 15_000, random), stack(digits.splits["test"], 2_000, random)
    return Judge(trained(train, 1000, signal), train, test, 1000, signal)


@pytest.fixture(scope="package")
def judge_sounds() -> Judge:
    """Tones of four pitches by three speakers."""
    train, test = sounds(240, 0), sounds(120, 1)
    return Judge(trained(train, 4, SIGNAL_OF_SOUNDS), train, test, 4, SIGNAL_OF_SOUNDS)
