"""KMNIST: cursive Japanese in the format of MNIST."""

from __future__ import annotations

from ganforge.datasets.mnist import MNISTFormat

SOURCE = MNISTFormat(
    "KMNIST",
    "Kuzushiji-MNIST (Clanuwat et al. 2018, CC BY-SA 4.0)",
    ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
)
