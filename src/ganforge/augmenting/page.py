"""reports/augmentation.html: the findings of the study, on one page that opens anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ganforge.augmenting.arms import ARMS, BOTH, GENERATED, REFERENCE
from ganforge.augmenting.conclusion import Finding, headline
from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.augmenting.subsets import possible
from ganforge.figures.plots import figure_of, save_figure
from ganforge.pages.page import Picture, render
from ganforge.prepared.meta import Meta
from ganforge.training.settings import AugmentSettings, TrainSettings

COLOURS = dict(zip(ARMS, ("#8a8a8a", "#1b6ca8", "#e0a030", "#d1495b"), strict=True))
LEGEND = 0.3  # space for the legend below the data, as a share of their height
APART = 1.05  # factor between the arms' places on the logarithmic axis, so that intervals do not overlap


def render_study(
    results: Sequence[Finding],
    trials: pd.DataFrame,
    study: AugmentationStudySettings,
    train: TrainSettings,
    augment: AugmentSettings,
    meta: Meta,
    pictures: Sequence[Picture],
) -> str:
    """The page.

    Args:
        results: a finding for each number of real images.
        trials: the trials behind the findings.
        study: settings of the study.
        train, augment: settings of the GANs' training.
        meta: description of the data.
        pictures: the plot, and sheets of generated images.
    """
    return render(
        "augmentation.html",
        title=f"Does a GAN help to recognise {meta.dataset}?",
        headline=headline(results),
        findings=results,
        arms=ARMS,
        reference=REFERENCE,
        helped=[GENERATED, BOTH],
        shares={finding.per_class: _shares(trials, finding.per_class) for finding in results},
        study=study,
        train=train,
        augment=augment,
        meta=meta,
        left_out=left_out(study, meta),
        warnings=_warnings(trials),
        pictures=pictures,
    )


def plot_study(results: Sequence[Finding], trials: pd.DataFrame, path: Path) -> None:
    """Accuracy over the number of real images, a line for each arm, with intervals and every repetition as a dot."""
    figure, (accuracies, gains) = figure_of(2)
    sizes = np.array([finding.per_class for finding in results], dtype=float)
    chosen = trials[trials["chosen"]]
    for place, arm in enumerate(ARMS):
        shift, colour = APART ** (place - 1.5), COLOURS[arm]
        means = [100 * finding.accuracy[arm].mean for finding in results]
        margins = [100 * finding.accuracy[arm].margin for finding in results]
        accuracies.errorbar(sizes * shift, means, margins, color=colour, marker="o", markersize=4, capsize=3, label=arm)
        dots = chosen[chosen["arm"] == arm]
        accuracies.scatter(dots["per_class"] * shift, 100 * dots["accuracy"], color=colour, s=8, alpha=0.6, zorder=3)
        if arm != REFERENCE:
            means = [100 * finding.gain[arm].mean for finding in results]
            margins = [100 * finding.gain[arm].margin for finding in results]
            gains.errorbar(sizes * shift, means, margins, color=colour, marker="o", markersize=4, capsize=3, label=arm)
    gains.axhline(0, color=COLOURS[REFERENCE], linewidth=1)
    accuracies.set(title="test accuracy, %")
    gains.set(title=f"points compared with {REFERENCE}")
    for axis in (accuracies, gains):
        axis.set(xscale="log", xlabel="real images of each class")
        axis.set_xticks(sizes, [str(int(size)) for size in sizes])
        axis.minorticks_off()
    low, high = accuracies.get_ylim()
    high = min(high, 100.0)
    accuracies.set_ylim(low - LEGEND * (high - low), high)
    accuracies.legend(frameon=False, loc="lower center", ncols=2)
    save_figure(figure, path)


def _shares(trials: pd.DataFrame, per_class: int) -> dict[str, str]:
    """How often each share of generated images was chosen, by arm."""
    chosen = trials[trials["chosen"] & (trials["per_class"] == per_class)]
    shares = {}
    for arm in (GENERATED, BOTH):
        counts = chosen[chosen["arm"] == arm]["share"].value_counts().sort_index()
        shares[arm] = ", ".join(f"{share:.0%} {count}x" for share, count in counts.items())
    return shares


def left_out(study: AugmentationStudySettings, meta: Meta) -> str:
    """A sentence about the numbers of images that the data do not allow; empty if they allow all."""
    sizes = possible(meta.class_counts, study.per_class, study.validation_per_class)
    missing = sorted(set(study.per_class) - set(sizes))
    if not missing:
        return ""
    return (
        f"Left out: {', '.join(map(str, missing))} images of each class, since the smallest class has "
        f"{min(meta.class_counts)} training images, of which {study.validation_per_class} choose the share."
    )


def _warnings(trials: pd.DataFrame) -> list[str]:
    """Warnings from the training of GANs, each with its repetition."""
    bad = trials[trials["warning"].notna() & (trials["warning"] != "")].drop_duplicates(["per_class", "seed"])
    rows = zip(bad["per_class"].tolist(), bad["seed"].tolist(), bad["warning"].tolist())
    return [f"{size} images of each class, seed {seed}: {warning}." for size, seed, warning in rows]
