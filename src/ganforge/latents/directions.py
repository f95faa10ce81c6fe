"""Directions in the space of codes along which signals change in one respect.

Without labels:

* ``pca-…``: principal components. In w those of styles; in z the combinations of latents that a linear regression finds
  for the principal components of the signals (GANSpace, Härkönen et al. 2020, https://arxiv.org/abs/2004.02546, section
  2.1 and 2.2, there of a layer in the middle).
* ``sefa-…``: what the first layer amplifies most, the eigenvectors of A^T A of its weight A (SeFa, Shen & Zhou 2020,
  https://arxiv.org/abs/2007.06600, eq. 4).

With labels, or with what can be measured on an image in their place:

* ``to-…``: from the mean code of a signal's own class to that of another.
* ``brightness`` and so on: the normal of the boundary that a linear classifier finds between the codes of signals that
  have more of it and those that have less (InterFaceGAN, Shen et al. 2019, https://arxiv.org/abs/1907.10786, section
  3.1), made orthogonal to the others so that these stay (section 3.2).

All but ``to-…`` leave the label as it is: codes are compared with the mean of their own label, and in z the embedding
of the label is not touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from ganforge.errors import UserError, first_line
from ganforge.evaluation.extractor import Extractor
from ganforge.files import write_durably, write_json
from ganforge.latents.attributes import measures
from ganforge.latents.space import Space
from ganforge.params import DirectionsParams

TENSORS, CONFIG = "directions.safetensors", "directions.json"
TO = "to-"
MOST_CLASSES = 50  # of which each has a mean; more have too few samples for that


@dataclass(frozen=True)
class Directions:
    """Named directions of one generator.

    Attributes:
        vectors: (entries,) float32 by name; adding one is a step of a standard deviation of codes along it.
        means: mean code of each class, (classes, entries) float32; of no classes where there are no labels.
        classes: their names.
    """

    vectors: Mapping[str, np.ndarray]
    means: np.ndarray
    classes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All of them; those towards classes last."""
        return [*self.vectors, *(f"{TO}{name}" for name in self.classes)]

    def check(self, name: str) -> None:
        """Sees that there is such a direction.

        Raises:
            UserError: there is none.
        """
        if name not in self.names:
            raise UserError(f"there is no direction {name!r}; allowed is one of {', '.join(self.names)}.")

    def edit(self, codes: np.ndarray, labels: np.ndarray | None, name: str, strength: float) -> np.ndarray:
        """Codes (N, entries) of signals with labels (N,), moved along a direction.

        Args:
            codes: what to edit.
            labels: needed for those towards classes.
            name: one of `names`.
            strength: in standard deviations; towards a class the share of the way, 1 for all of it.

        Raises:
            UserError: there is no such direction.
        """
        self.check(name)
        if name in self.vectors:
            edited: np.ndarray = codes + np.float32(strength) * self.vectors[name]
        else:
            assert labels is not None
            way = self.means[self.classes.index(name.removeprefix(TO))] - self.means[labels]
            edited = codes + np.float32(strength) * way
        return edited

    def save(self, folder: Path) -> None:
        """Writes them; `load` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / TENSORS, save({**self.vectors, TO: self.means}))
        write_json(folder / CONFIG, {"names": list(self.vectors), "classes": self.classes})

    @classmethod
    def load(cls, folder: Path) -> Directions:
        """Reads what `save` wrote.

        Raises:
            UserError: a file is missing or damaged.
        """
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            tensors = load_file(folder / TENSORS)
            return cls({name: tensors[name] for name in config["names"]}, tensors[TO], tuple(config["classes"]))
        except (OSError, ValueError, LookupError, TypeError, SafetensorError) as error:
            raise UserError(
                f"{folder} does not hold directions ({first_line(error)}): run `dvc repro directions` to make them."
            ) from error


def find_directions(space: Space, extractor: Extractor | None, params: DirectionsParams) -> Directions:
    """Looks for directions with samples that are drawn for it.

    Args:
        space: of the generator.
        extractor: a classifier of real images, that says which class the samples of an unconditional generator show;
            None where there are no labels.
        params: how many samples, and how many components.
    """
    codes, labels = space.draw(params.samples, params.seed)
    signals = space.signals(codes)
    if labels is None and extractor is not None:
        labels = extractor(signals).labels
    if labels is not None and labels.max() >= MOST_CLASSES:
        labels = None
    classes = () if labels is None else _names(space, int(labels.max()) + 1)
    groups = np.zeros(len(codes), np.int64) if labels is None else labels
    # The free part of every code, and what it is away from the mean of its group.
    within = codes[:, space.free] - _group_means(codes[:, space.free], groups)[groups]
    found = _boundaries(within, signals, groups)
    found |= _principal(space, within, signals, groups, params.components) | _sefa(space, params.components)
    vectors = {}
    for name, free in found.items():
        vector = np.zeros(codes.shape[1], np.float32)
        vector[space.free] = free * (within @ free).std()
        vectors[name] = vector
    means = _group_means(codes, groups) if classes else np.empty((0, codes.shape[1]), np.float32)
    return Directions(vectors, means, classes)


def _names(space: Space, count: int) -> tuple[str, ...]:
    return space.generator.classes or tuple(map(str, range(count)))


def _group_means(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The mean row of each group, (groups, entries) float32; zero where a group has none."""
    count = np.bincount(groups)
    sums = np.zeros((len(count), rows.shape[1]))
    np.add.at(sums, groups, rows)
    return (sums / np.maximum(count, 1)[:, None]).astype(np.float32)


def _principal(
    space: Space, within: np.ndarray, signals: np.ndarray, groups: np.ndarray, components: int
) -> dict[str, np.ndarray]:
    """Unit vectors of the principal components, by name."""
    from sklearn.decomposition import PCA

    count = min(components, within.shape[1])
    if space.name == "w":
        axes = PCA(count, random_state=0).fit(within).components_
    else:
        pixels = signals.reshape(len(signals), -1).astype(np.float32)
        pixels -= _group_means(pixels, groups)[groups]
        places = PCA(min(count, pixels.shape[1]), random_state=0).fit_transform(pixels)
        axes = np.linalg.lstsq(within, places, rcond=None)[0].T
    return {f"pca-{number}": _signed(axis) for number, axis in enumerate(axes, start=1)}


def _sefa(space: Space, components: int) -> dict[str, np.ndarray]:
    """Unit vectors that the first layer amplifies most, by name."""
    weight = space.module.first_weight().detach().cpu().numpy()[:, space.free].astype(np.float64)
    _, vectors = np.linalg.eigh(weight.T @ weight)
    strongest = vectors.T[::-1][:components]
    return {f"sefa-{number}": _signed(vector) for number, vector in enumerate(strongest, start=1)}


def _boundaries(within: np.ndarray, signals: np.ndarray, groups: np.ndarray) -> dict[str, np.ndarray]:
    """Unit normals of the boundaries between more and less of what can be measured, by name; each leaves the others."""
    from sklearn.linear_model import LogisticRegression

    normals = {}
    for name, measure in measures(signals.shape[1:]).items():
        values = measure(signals)
        more = values > np.array([np.median(values[groups == group]) for group in range(groups.max() + 1)])[groups]
        normals[name] = _unit(LogisticRegression(max_iter=1000).fit(within, more).coef_[0])
    alone = {}
    for name, normal in normals.items():
        others = np.array([other for kept, other in normals.items() if kept != name])
        if len(others):
            basis = np.linalg.qr(others.T)[0]
            normal = normal - basis @ (basis.T @ normal)
        alone[name] = _unit(normal)
    return alone


def _signed(vector: np.ndarray) -> np.ndarray:
    """The vector or its opposite, at length 1: the one whose largest entry is positive, so that it is no accident."""
    return _unit(vector * np.sign(vector[np.argmax(np.abs(vector))]))


def _unit(vector: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
