"""Two kinds of pictures without pairs: digits of 16x16 pixels, and the negatives of others."""

from pathlib import Path

import numpy as np

from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import Prepared, write_prepared
from tests.handwritten import splits
from tests.specs import plan

GAME = {"loss": "non_saturating", "r1_interval": 4}
CYCLE = {"name": "cycle", "cycle": 10.0, "identity": 5.0, "pool": 40, **GAME}
CONTRASTIVE = {
    "name": "contrastive", "contrast": 1.0, "identity": 1.0, "flips": True,
    "patches": 16, "temperature": 0.07, "vectors": 16, **GAME,
}  # fmt: skip
OBJECTIVES = {"cycle": CYCLE, "contrastive": CONTRASTIVE}
STYLES = {"name": "styles", "cycle": 5.0, "identity": 1.0, "style": 2.0, "diversity": 3.0, **GAME}


def prepare(folder: Path) -> Prepared:
    """Writes them into a folder."""
    parts = {}
    for name, split in splits().items():
        large = np.kron(split.signal, np.ones((1, 1, 2, 2), np.uint8))
        half = len(large) // 2
        sources = 255 - large[half:] if name == "train" else 255 - large
        signal = large[:half] if name == "train" else large
        parts[name] = split.without("labels").with_columns(signal=signal, source=sources)
    about = {"unpaired": True, "withheld": True}
    kinds = {"signal": Kind("image"), "source": Kind("image", about)}
    write_prepared(folder, parts, kinds, dataset="negatives", origin="scikit-learn")
    return Prepared.load(folder)


def prepare_styles(folder: Path) -> Prepared:
    """Writes digits as sources, and as pictures of two styles: others in grey, and negatives of others."""
    parts = {}
    for name, split in splits().items():
        large = np.kron(split.signal, np.ones((1, 1, 2, 2), np.uint8))
        half = len(large) // 2
        labels = np.arange(half) % 2
        negative = (labels == 1)[:, None, None, None]
        signal = np.where(negative, 255 - large[:half], 96 + large[:half] // 4)
        parts[name] = Split({"signal": signal.astype(np.uint8), "source": large[half:], "labels": labels})
    kinds = {
        "signal": Kind("image"),
        "source": Kind("image", {"unpaired": True}),
        "labels": Kind("labels", {"names": ["grey", "negative"], "styles": True}),
    }
    write_prepared(folder, parts, kinds, dataset="styles", origin="scikit-learn")
    return Prepared.load(folder)


def styled(**changes):
    """Settings of a training on them."""
    network = {"name": "styled", "latent_dim": 8, "width": 16}
    return plan(network=network, objective=STYLES, augment={"mode": "none"}, **changes)


def unpaired(objective: str, network: str = "translator", *, objective_changes=None, **changes):
    """Settings of a training on them."""
    game = OBJECTIVES[objective] | (objective_changes or {})
    return plan(network={"name": network, "latent_dim": 0}, objective=game, augment={"mode": "none"}, **changes)
