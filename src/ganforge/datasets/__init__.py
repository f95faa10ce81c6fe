"""What there is to learn. A new data set is one file and one line below."""

from __future__ import annotations

from ganforge.datasets.celeba import CelebA
from ganforge.datasets.cifar10 import CIFAR10
from ganforge.datasets.digits import Digits
from ganforge.datasets.emnist import EMNIST
from ganforge.datasets.flowers102 import Flowers102
from ganforge.datasets.folder import Folder
from ganforge.datasets.huggingface import HuggingFace
from ganforge.datasets.mnist import FASHION_MNIST, KMNIST, MNIST
from ganforge.datasets.remote import RemoteFile
from ganforge.datasets.source import Source, Split
from ganforge.datasets.stacked_mnist import StackedMNIST
from ganforge.datasets.stl10 import STL10
from ganforge.datasets.svhn import SVHN

SOURCES: dict[str, Source] = {
    "digits": Digits(),
    "mnist": MNIST,
    "fashion_mnist": FASHION_MNIST,
    "kmnist": KMNIST,
    "stacked_mnist": StackedMNIST(),
    "emnist": EMNIST(),
    "cifar10": CIFAR10(),
    "svhn": SVHN(),
    "stl10": STL10(),
    "flowers102": Flowers102(),
    "celeba": CelebA(),
    "folder": Folder(),
    "huggingface": HuggingFace(),
}

__all__ = ["SOURCES", "RemoteFile", "Source", "Split"]
