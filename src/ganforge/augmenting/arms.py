"""Classifiers of the same few real images, each helped in another way, all trained for as many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ganforge.augmenting.mixture import Mixture
from ganforge.datasets.source import Split
from ganforge.features.extractor import BATCH, Extractor, fit, part_classifier
from ganforge.params import AugmentationStudySettings
from ganforge.scale import arrange

REAL, CLASSIC, GENERATED, BOTH = "real", "real + classic", "real + GAN", "real + classic + GAN"
ARMS = (REAL, CLASSIC, GENERATED, BOTH)
REFERENCE = CLASSIC  # what everybody can have without a GAN


@dataclass(frozen=True)
class Trial:
    """A classifier that was trained.

    Attributes:
        arm: one of `ARMS`.
        share: of generated images in its batches; 0 in arms without any.
        validation: share of the validation images that it recognises, 0 to 1.
        accuracy: share of the test images that it recognises, 0 to 1.
    """

    arm: str
    share: float
    validation: float
    accuracy: float


@dataclass(frozen=True)
class Material:
    """What the classifiers of one repetition are trained and judged with.

    Attributes:
        real: the few labelled images.
        generated: what a GAN made of them.
        validation: real images to choose the share of generated ones by.
        test: real images that nothing is chosen by.
        classes: number of labels.
    """

    real: Split
    generated: Split
    validation: Split
    test: Split
    classes: int


def trials(
    material: Material,
    study: AugmentationStudySettings,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None],
) -> Iterator[Trial]:
    """Trains and judges a classifier for every arm, and for every share in the arms that have generated images.

    All of them start from the same weights.

    Args:
        material: see there.
        study: how long, which shares, and what classic augmentation is.
        seed: of the weights and of the order.
        device: where to train.
        progress: told the images shown, after every batch.
    """
    for arm in ARMS:
        classic = study.classic if arm in (CLASSIC, BOTH) else None
        generated = material.generated if arm in (GENERATED, BOTH) else None
        for share in study.shares if generated else [0.0]:
            torch.manual_seed(seed)
            classifier = part_classifier(material.real.images.shape[1:], material.classes, 1).to(device)
            arrange(classifier, classifier.axes)
            mixture = Mixture(material.real, generated, share, classic, BATCH, seed, device)
            fit(classifier, mixture, max(1, study.classifier_images // BATCH), lambda _: progress(BATCH))
            judge = Extractor(classifier, 1.0, device)
            yield Trial(arm, share, _accuracy(judge, material.validation), _accuracy(judge, material.test))


def chosen(found: list[Trial]) -> dict[str, Trial]:
    """The trial of each arm that is best on the validation images; of equal ones that with fewer generated images."""
    return {
        arm: max((trial for trial in found if trial.arm == arm), key=lambda trial: (trial.validation, -trial.share))
        for arm in ARMS
    }


def _accuracy(judge: Extractor, split: Split) -> float:
    return float(np.mean(judge(split.images).labels == split.required_labels()))
