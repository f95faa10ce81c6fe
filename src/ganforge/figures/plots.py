"""Figures of the report, by matplotlib."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ganforge.files import write_durably

FEW_POINTS = 20
COLOURS = ("#1b6ca8", "#d1495b", "#66a182", "#e0a030", "#8a5fa8", "#5f6b73")
SHOWN = "thousand items shown"
DISTANCE = "distance of the samples from the training data"
PANELS = {
    "loss_": "losses",
    "score_": "mean score that the discriminator gives",
    "gradient_": "squared gradient norm of the discriminator",
    "fd": DISTANCE,
}
"""Prefixes of the columns of training.csv that share a panel, and its title."""


def plot_training(history: pd.DataFrame, path: Path) -> None:
    """Losses, scores of the discriminator, squared gradient norms and distances over the signals shown."""
    known = [str(name) for name in history.dropna(axis="columns", how="all")]
    panels = {start: [name for name in known if name.startswith(start)] for start in PANELS}
    panels = {start: names for start, names in panels.items() if names}
    figure, axes = figure_of(len(panels))
    for axis, (start, names) in zip(axes, panels.items(), strict=True):
        for name, colour in zip(names, itertools.cycle(COLOURS)):
            rows = history[["images", name]].dropna()  # penalties and distances are computed every few steps only
            axis.plot(rows["images"] / 1000, rows[name], color=colour, linewidth=1, label=name.split("_", 1)[-1])
        axis.set(title=PANELS[start], xlabel=SHOWN)
        if names == ["fd"]:
            axis.set_yscale("log")
        else:
            axis.legend(frameon=False)
    save_figure(figure, path)


def plot_trainings(histories: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Losses and distances of several trainings, by name, over the signals shown."""
    names = ["loss_discriminator", "loss_generator", "fd"]
    columns = pd.concat(histories).dropna(axis="columns", how="all")
    known = [name for name in names if name in columns]
    titles = {"loss_discriminator": "loss of the discriminator", "loss_generator": "loss of the generator"}
    figure, axes = figure_of(len(known))
    for axis, name in zip(axes, known, strict=True):
        for (training, history), colour in zip(histories.items(), COLOURS):
            if name in history:
                rows = history[["images", name]].dropna()
                marker = "." if len(rows) < FEW_POINTS else None  # a single point has no line
                axis.plot(rows["images"] / 1000, rows[name], color=colour, linewidth=1, marker=marker, label=training)
        axis.set(title=titles.get(name, DISTANCE), xlabel=SHOWN, yscale="log" if name == "fd" else "linear")
        axis.legend(frameon=False)
    save_figure(figure, path)


def plot_classes(counts: np.ndarray, reference: np.ndarray, classes: Sequence[str], path: Path) -> None:
    """Share of every class in the samples and in the real data."""
    figure, (axis,) = figure_of(1)
    positions = np.arange(len(classes))
    for offset, values, colour, label in (
        (-0.2, reference, COLOURS[0], "real"),
        (0.2, counts, COLOURS[1], "samples"),
    ):
        axis.bar(positions + offset, 100 * values / values.sum(), 0.4, color=colour, label=label)
    _name_classes(axis, classes)
    axis.set(ylabel="share in %")
    axis.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    save_figure(figure, path)


def plot_counts(counts: np.ndarray, classes: Sequence[str], path: Path, items: str = "items") -> None:
    """Number of items of every class, with their plural name."""
    figure, (axis,) = figure_of(1)
    axis.bar(np.arange(len(classes)), counts, 0.7, color=COLOURS[0])
    _name_classes(axis, classes)
    axis.set(ylabel=items)
    save_figure(figure, path)


def plot_sizes(sizes: np.ndarray, path: Path) -> None:
    """Widths and heights of images; ``sizes`` (N, 3) holds a width, a height and the number of images with both."""
    figure, (axis,) = figure_of(1)
    width, height, count = sizes.T
    axis.scatter(width, height, 12, color=COLOURS[0], alpha=np.clip(0.25 + count / count.max(), 0, 1))
    axis.set(xlabel="width", ylabel="height", xscale="log", yscale="log")
    save_figure(figure, path)


def _name_classes(axis, classes: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    """Writes names below the bars, upright if they are long."""
    long = max(map(len, classes)) >= 4
    axis.set_xticks(np.arange(len(classes)), classes, rotation=30 if long else 0, ha="right" if long else "center")


def figure_of(panels: int):  # type: ignore[no-untyped-def]
    """A figure with plain axes, at most two in a row, so that it fits on a phone; it needs no display."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 8})
    rows, columns = math.ceil(panels / 2), min(panels, 2)
    figure, axes = plt.subplots(rows, columns, figsize=(8, 2.7 * rows), squeeze=False)
    for empty in axes.flat[panels:]:
        empty.remove()
    return figure, axes.flat[:panels]


def save_figure(figure, path: Path) -> None:  # type: ignore[no-untyped-def]
    """Writes a figure as PNG, and closes it."""
    import matplotlib.pyplot as plt

    figure.tight_layout()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    write_durably(path, content.getbuffer())
    plt.close(figure)
