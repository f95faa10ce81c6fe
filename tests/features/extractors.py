"""An extractor that is quickly trained."""

import torch

from ganforge.features.classifier import train_classifier
from ganforge.features.extractor import Extractor
from ganforge.prepared.columns import Split
from ganforge.signals import Signal

CPU = torch.device("cpu")


def trained(train: Split, classes: int, signal: Signal) -> Extractor:
    classifier = train_classifier(train, signal, classes, 15_000, 0, CPU, lambda _: None)
    return Extractor.scaled_to(classifier, signal, train.signal, CPU)
