"""Fashion-MNIST: clothes in the format of MNIST."""

from __future__ import annotations

from ganforge.datasets.mnist import MNISTFormat

SOURCE = MNISTFormat(
    "FashionMNIST",
    "Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, MIT)",
    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
)
