"""Classifiers of the same few real images, each with a different augmentation, trained for equally many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ganforge.augmenting.mixture import Mixture
from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.features.classifier import BATCH, fit
from ganforge.features.extractor import Extractor
from ganforge.prepared.columns import Split
from ganforge.signals import Signal

REAL, CLASSIC, GENERATED, BOTH = "real", "real + classic", "real + GAN", "real + classic + GAN"
ARMS = (REAL, CLASSIC, GENERATED, BOTH)
REFERENCE = CLASSIC  # the baseline, which needs no GAN


@dataclass(frozen=True)
class Trial:
    """A trained classifier.

    Attributes:
        arm: one of `ARMS`.
        share: share of generated images in its batches; 0 in arms without any.
        validation: share of the validation images that it recognises, 0 to 1.
        accuracy: share of the test images that it recognises, 0 to 1.
    """

    arm: str
    share: float
    validation: float
    accuracy: float


@dataclass(frozen=True)
class Material:
    """The data of the classifiers of one repetition.

    Attributes:
        real: the few labelled images.
        generated: images of a GAN that was trained on them.
        validation: real images to choose the share of generated ones with.
        test: real images that are not used for any choice.
        signal: the kind of all images.
        classes: number of labels.
    """

    real: Split
    generated: Split
    validation: Split
    test: Split
    signal: Signal
    classes: int


def trials(
    material: Material,
    study: AugmentationStudySettings,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None],
) -> Iterator[Trial]:
    """Trains and tests a classifier for every arm, and for every share in the arms with generated images.

    All start from the same weights.

    Args:
        material: the data.
        study: settings: the length, the shares and the classic augmentation.
        seed: seed of the weights and of the order.
        device: where to train.
        progress: called with the number of images shown, after every batch.
    """
    for arm in ARMS:
        classic = study.classic if arm in (CLASSIC, BOTH) else None
        generated = material.generated if arm in (GENERATED, BOTH) else None
        for share in study.shares if generated else [0.0]:
            mixture = Mixture(material.real, generated, share, classic, BATCH, seed, device)
            classifier = fit(
                mixture,
                BATCH,
                material.signal,
                material.classes,
                study.classifier_images,
                seed,
                device,
                lambda _: progress(BATCH),
            )
            judge = Extractor(classifier, material.signal, 1.0, device)
            yield Trial(arm, share, _accuracy(judge, material.validation), _accuracy(judge, material.test))


def chosen(candidates: list[Trial]) -> dict[str, Trial]:
    """The best trial of each arm on the validation images; if equal, the one with fewer generated images."""
    return {
        arm: max(
            (trial for trial in candidates if trial.arm == arm), key=lambda trial: (trial.validation, -trial.share)
        )
        for arm in ARMS
    }


def _accuracy(judge: Extractor, split: Split) -> float:
    return float(np.mean(judge(split.signal).labels == split.required_labels()))
