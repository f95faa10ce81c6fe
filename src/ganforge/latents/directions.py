"""Directions in the space of codes along which signals change in one respect.

Without labels:

* ``pca-…``: principal components. In w those of styles; in z the combinations of latents that a linear regression finds
  for the principal components of the signals (GANSpace, Härkönen et al. 2020, https://arxiv.org/abs/2004.02546, section
  2.1 and 2.2, which use a layer in the middle).
* ``sefa-…``: the directions that the first layer amplifies most: the eigenvectors of A^T A of its weight A (SeFa, Shen
  & Zhou 2020, https://arxiv.org/abs/2007.06600, eq. 4).

With labels, or with attributes that can be measured on signals:

* ``to-…``: from the mean code of a signal's own class to that of another.
* ``brightness`` and so on: the normal of the boundary that a linear classifier finds between the codes of signals that
  have more of it and those that have less (InterFaceGAN, Shen et al. 2019, https://arxiv.org/abs/1907.10786, section
  3.1), made orthogonal to the others so that these stay (section 3.2).

All except ``to-…`` should keep the class: codes are compared with the mean of their own label, and in z the vector of
the condition does not change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from ganforge.errors import UserError, first_line
from ganforge.features.clusters import shrunk
from ganforge.features.extractor import Extractor
from ganforge.files import write_durably, write_json
from ganforge.generator import Generator
from ganforge.latents.attributes import measures
from ganforge.latents.settings import DirectionsSettings
from ganforge.latents.space import Space
from ganforge.prepared.columns import LABELS, Arrays

TENSORS, CONFIG = "directions.safetensors", "directions.json"
TO = "to-"
HALF_WAY = 0.5
SILENT = 1e-9  # length of a direction in which nothing changes
MOST_CLASSES = 50  # with a mean each; more classes have too few samples


@dataclass(frozen=True)
class Directions:
    """Named directions of one generator.

    Attributes:
        vectors: (entries,) float32 by name; adding one moves a code by a standard deviation along it.
        means: mean code of each class, (classes, entries) float32; no classes without labels.
        classes: names of the classes.
        generator: digest of the generator.
    """

    vectors: Mapping[str, np.ndarray]
    means: np.ndarray
    classes: tuple[str, ...]
    generator: str

    @classmethod
    def none(cls, generator: Generator) -> Directions:
        """The empty directions of a generator without codes."""
        return cls({}, np.empty((0, 0), np.float32), (), generator.digest)

    @property
    def names(self) -> list[str]:
        """Names of all directions; those towards classes come last."""
        return [*self.vectors, *(f"{TO}{name}" for name in self.classes)]

    def check(self, name: str) -> None:
        """Checks that there is such a direction.

        Raises:
            UserError: there is none.
        """
        if name not in self.names:
            raise UserError(f"there is no direction {name!r}; allowed is one of {', '.join(self.names) or 'none'}.")

    def edit(self, codes: np.ndarray, labels: np.ndarray | None, name: str, strength: float) -> np.ndarray:
        """Codes (N, entries) of signals with labels (N,), moved along a direction.

        Args:
            codes: codes to edit.
            labels: needed for directions towards classes.
            name: one of `names`.
            strength: in standard deviations; towards a class, the share of the way, 1 for all of it.

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

    def label_after(self, labels: np.ndarray | None, name: str, strength: float) -> np.ndarray | None:
        """The labels of edited signals that had ``labels``: the new class from half of the way on."""
        if labels is None or not name.startswith(TO) or strength < HALF_WAY:
            return labels
        return np.full(len(labels), self.classes.index(name.removeprefix(TO)))

    def save(self, folder: Path) -> None:
        """Writes the directions; `load` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / TENSORS, save({**self.vectors, TO: self.means}))
        write_json(folder / CONFIG, {"names": list(self.vectors), "classes": self.classes, "generator": self.generator})

    @classmethod
    def load(cls, folder: str | Path, generator: Generator) -> Directions:
        """Reads what `save` wrote.

        Raises:
            UserError: a file is missing or damaged, or they are directions of another generator.
        """
        folder = Path(folder)
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            tensors = load_file(folder / TENSORS)
            vectors = {name: tensors[name] for name in config["names"]}
            directions = cls(vectors, tensors[TO], tuple(config["classes"]), config["generator"])
            if directions.generator != generator.digest:
                raise ValueError("they belong to another one")
            return directions
        except (OSError, ValueError, LookupError, TypeError, SafetensorError) as error:
            raise UserError(
                f"{folder} has no directions of this generator ({first_line(error)}): `dvc repro directions` "
                "finds those of models/generator."
            ) from error


@dataclass(frozen=True)
class _Drawn:
    """The samples to find directions from.

    Attributes:
        within: the free part of codes, minus the mean of their group; (N, free entries) float32.
        values: small versions of the signals, minus the mean of their group; (N, values) float32.
        more: whether an attribute of a sample exceeds the median of its group; (N,) bool by name.
    """

    within: np.ndarray
    values: np.ndarray
    more: dict[str, np.ndarray]


def find_directions(
    space: Space,
    extractor: Extractor | None,
    settings: DirectionsSettings,
    classes: Sequence[str] = (),
    pool: Arrays | None = None,
) -> Directions:
    """Draws samples and finds directions from them; few samples are in memory at full size.

    Args:
        space: codes of the generator.
        extractor: a classifier of real signals, which labels samples if no label was asked for; None without labels.
        settings: how many samples, and how many components.
        classes: names of the extractor's labels.
        pool: see `ganforge.generator.Generator.sample`.
    """
    codes, asked = space.draw(settings.samples, settings.seed, pool=pool)
    signal = space.generator.signal
    measured: dict[str, list[np.ndarray]] = {name: [] for name in measures(signal)}
    small, recognised = [], []
    for block in space.decode(codes):
        small.append(shrunk(block, signal))
        for name, measure in measures(signal).items():
            measured[name].append(measure(block))
        if LABELS not in asked and extractor is not None:
            recognised.append(extractor(block).labels)
    labels = np.concatenate(recognised) if recognised else asked.get(LABELS)
    names = tuple(space.classes or classes)
    if labels is None or not 1 < len(names) <= MOST_CLASSES:
        names, labels = (), np.zeros(len(codes), np.int64)
    groups = max(1, len(names))
    free, values = codes[:, space.free], np.concatenate(small)
    drawn = _Drawn(
        free - _group_means(free, labels, groups)[labels],
        values - _group_means(values, labels, groups)[labels],
        {name: _above_median(np.concatenate(of_blocks), labels) for name, of_blocks in measured.items()},
    )
    units = _boundaries(drawn) | _principal(space, drawn, settings.components) | _sefa(space, settings.components)
    vectors = {}
    for name, vector in units.items():
        vectors[name] = np.zeros(codes.shape[1], np.float32)
        vectors[name][space.free] = vector * (drawn.within @ vector).std()
    means = _group_means(codes, labels, groups)[: len(names)]
    return Directions(vectors, means, names, space.generator.digest)


def labels_of(space: Space, codes: np.ndarray, asked: Arrays, extractor: Extractor | None) -> np.ndarray | None:
    """The labels (N,) of samples: those that were asked for, else those that are recognised, else None.

    Args:
        space: codes of the generator.
        codes: codes of the samples, (N, entries).
        asked: columns of their condition.
        extractor: a classifier of real signals; None without labels.
    """
    if LABELS in asked:
        return asked[LABELS]
    return None if extractor is None else extractor(space.signals(codes)).labels


def _group_means(rows: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """The mean row of each of ``count`` groups, (count, entries) float32; the mean of all rows for empty groups."""
    sizes = np.bincount(groups, minlength=count)[:, None]
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, groups, rows)
    return np.where(sizes, sums / np.maximum(sizes, 1), rows.mean(0)).astype(np.float32)


def _above_median(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Which of (N,) values are above the median of their group; (N,) bool."""
    medians = {group: np.median(values[groups == group]) for group in np.unique(groups)}
    above: np.ndarray = values > np.array([medians[group] for group in groups])
    return above


def _principal(space: Space, drawn: _Drawn, components: int) -> dict[str, np.ndarray]:
    """Unit vectors of the principal components, by name; fewer if samples do not vary in as many ways."""
    from sklearn.decomposition import PCA

    if space.name == "w":
        axes = PCA(min(components, *drawn.within.shape), random_state=0).fit(drawn.within).components_
    else:
        places = PCA(min(components, *drawn.values.shape), random_state=0).fit_transform(drawn.values)
        axes = np.linalg.lstsq(drawn.within, places, rcond=None)[0].T
    known = [axis for axis in axes[: drawn.within.shape[1]] if np.linalg.norm(axis) > SILENT]
    return {f"pca-{number}": _signed(axis) for number, axis in enumerate(known, start=1)}


def _sefa(space: Space, components: int) -> dict[str, np.ndarray]:
    """Unit vectors that the first layer amplifies most, by name."""
    weight = space.module.first_weight().detach().cpu().numpy()[:, space.free].astype(np.float64)
    _, vectors = np.linalg.eigh(weight.T @ weight)
    strongest = vectors.T[::-1][:components]
    return {f"sefa-{number}": _signed(vector) for number, vector in enumerate(strongest, start=1)}


def _boundaries(drawn: _Drawn) -> dict[str, np.ndarray]:
    """Unit normals of the boundaries between more and less of each attribute, by name; each keeps the others.

    An attribute that is equal in all samples has none.
    """
    from sklearn.linear_model import LogisticRegression

    normals = {}
    for name, more in drawn.more.items():
        if 0 < more.sum() < len(more):
            normals[name] = _unit(LogisticRegression(max_iter=1000).fit(drawn.within, more).coef_[0])
    alone = {}
    for name, normal in normals.items():
        others = [other for beside, other in normals.items() if beside != name]
        if others:
            basis = np.linalg.qr(np.array(others).T)[0]
            normal = normal - basis @ (basis.T @ normal)
        alone[name] = _unit(normal)
    return alone


def _signed(vector: np.ndarray) -> np.ndarray:
    """The vector or its opposite, at length 1: the one whose largest entry is positive, so that the sign is fixed."""
    return _unit(vector * np.sign(vector[np.argmax(np.abs(vector))]))


def _unit(vector: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
