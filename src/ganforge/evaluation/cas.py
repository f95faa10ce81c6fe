"""Classification accuracy score: is what the samples show of their classes enough to tell real data apart?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from ganforge.features.classifier import train_classifier
from ganforge.features.extractor import Extractor
from ganforge.prepared.columns import Split
from ganforge.signals import Signal


def classification_accuracy_score(
    samples: Split,
    test: Split,
    classes: int,
    images: int,
    seed: int,
    device: torch.device,
    signal: Signal,
    progress: Callable[[int], None] = lambda _: None,
) -> float:
    """Share of real test data that a classifier recognises which has never seen real data.

    Ravuri & Vinyals 2019, https://arxiv.org/abs/1905.10887. Samples that are wrong about their label, all alike within
    a class, or of another look than real data each lower it. Its ceiling is the same of real training data.

    Args:
        samples: what the classifier is trained on, with the labels that were asked for.
        test: real data and their labels.
        classes: number of labels.
        images: how many signals it is shown; where these are more than there are samples, it sees them repeatedly.
        seed: of the classifier's weights and of the order of the samples.
        device: where to train.
        signal: what kind of signals they are.
        progress: is given the number of signals shown so far, after every batch.
    """
    classifier = train_classifier(samples, signal, classes, images, seed, device, progress)
    recognised = Extractor(classifier, signal, 1.0, device)(test.signal).labels
    return float(np.mean(recognised == test.required_labels()))
