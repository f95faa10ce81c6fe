"""Classification accuracy score: is what the samples show of their classes enough to tell real images apart?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from ganforge.datasets.source import Split
from ganforge.features.extractor import Extractor, train_classifier


def classification_accuracy_score(
    samples: Split,
    test: Split,
    classes: int,
    images: int,
    seed: int,
    device: torch.device,
    parts: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> float:
    """Share of real test images that a classifier recognises which has never seen a real image.

    Ravuri & Vinyals 2019, https://arxiv.org/abs/1905.10887. Samples that are wrong about their label, all alike within
    a class, or of another look than real images each lower it. Its ceiling is the same of real training images.

    Args:
        samples: what the classifier is trained on, with the labels that were asked for.
        test: real images and their labels.
        classes: number of labels.
        images: how many images it is shown; where these are more than there are samples, it sees them repeatedly.
        seed: of the classifier's weights and of the order of the samples.
        device: where to train.
        parts: see `ganforge.datasets.source.Source`.
        progress: told the images shown so far, after every batch.
    """
    classifier = train_classifier(samples, classes, images, seed, device, progress, parts)
    seen = Extractor(classifier, 1.0, device, parts)(test.images)
    return float(np.mean(seen.labels == test.required_labels()))
