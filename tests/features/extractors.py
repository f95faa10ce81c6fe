"""An extractor that is quickly trained."""

import torch

from ganforge.datasets import Split
from ganforge.features.extractor import Extractor, train_classifier

CPU = torch.device("cpu")


def trained(train: Split, classes: int, parts: int = 1) -> Extractor:
    classifier = train_classifier(train, classes, 15_000, 0, CPU, lambda _: None, parts)
    return Extractor.scaled_to(classifier, train.images, CPU, parts)
