"""Classification accuracy score: does a classifier that is trained on samples recognise real data?"""

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
    """Accuracy on real test data of a classifier that was trained on samples only.

    Ravuri & Vinyals 2019, https://arxiv.org/abs/1905.10887. It falls if samples have the wrong label, are alike within
    a class, or look different from real data. Its ceiling is the accuracy of a classifier trained on real data.

    Args:
        samples: the samples to train on, with the labels that were asked for.
        test: real data and their labels.
        classes: number of labels.
        images: how many signals it is shown; it sees samples repeatedly if there are fewer.
        seed: seed of the classifier's weights and of the order of the samples.
        device: where to train.
        signal: the kind of the signals.
        progress: called with the number of signals shown so far, after every batch.
    """
    classifier = train_classifier(samples, signal, classes, images, seed, device, progress)
    recognised = Extractor(classifier, signal, 1.0, device)(test.signal).labels
    return float(np.mean(recognised == test.required_labels()))
