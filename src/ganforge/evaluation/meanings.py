"""What every score means, in one line; used wherever scores are shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Scores = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Meaning:
    """A score of metrics.json, the same score of real data where there is one, and what they say.

    Attributes:
        key: group and name, as in ``quality.fd``.
        label: what it is called on a page.
        better: which way is better; ``real``: towards the score of real data.
        text: what it measures, for a beginner.
        real_key: where the same score of real test data stands, or None.
        spread_key: where its standard deviation over the seeds stands, or None.
        whole: what a share is a share of: 1, or 100 for per cent; None if it is no share.
        count_key: where it stands how many a share is of.
        settings: how the keys of params.yaml begin that it is measured with, beside those of all scores.
        pooled: whether it depends on how many samples were taken together.
    """

    key: str
    label: str
    better: Literal["lower", "higher", "real"]
    text: str
    real_key: str | None = None
    spread_key: str | None = None
    whole: int | None = None
    count_key: str = "n.fake"
    settings: tuple[str, ...] = ()
    pooled: bool = False


SPREAD = "±: standard deviation over the seeds of the samples; another seed of the training moves scores as well."
RATIOS = ((3.0, "close to real ones"), (10.0, "some way from real ones"))
FAR = "far from real ones"
WEAK = 0.8  # share of real test images below which the headline tells how little their classifier knows
NEIGHBOURS = ("evaluation.neighbours",)

MEANINGS = (
    Meaning(
        "quality.fd",
        "Fréchet distance",
        "lower",
        "how far samples are from real images",
        "quality.fd_floor",
        "quality.fd_std",
    ),
    Meaning(
        "quality.fd_ratio",
        "ratio to its floor",
        "lower",
        "that distance divided by the one in the column of real images, its floor; 1 is as good as real",
        spread_key="quality.fd_ratio_std",
    ),
    Meaning(
        "quality.kid",
        "kernel distance",
        "real",
        "another distance, that may fall a little below 0; good where it is near that of real images",
        "quality.kid_floor",
        "quality.kid_std",
    ),
    Meaning(
        "quality.fd_worst_class",
        "worst class",
        "lower",
        "Fréchet distance of the class that is the farthest beyond its own real test images; noisy for few images",
        "quality.fd_worst_class_floor",
    ),
    Meaning(
        "quality.precision",
        "precision",
        "higher",
        "share of samples that look real",
        "quality.precision_real",
        whole=1,
        count_key="n.pooled",
        settings=NEIGHBOURS,
        pooled=True,
    ),
    Meaning(
        "quality.recall",
        "recall",
        "higher",
        "share of real images that the samples could be",
        "quality.recall_real",
        whole=1,
        count_key="n.real",
        settings=NEIGHBOURS,
        pooled=True,
    ),
    Meaning(
        "quality.density",
        "density",
        "higher",
        "how crowded with real images the samples' places are",
        "quality.density_real",
        settings=NEIGHBOURS,
        pooled=True,
    ),
    Meaning(
        "quality.coverage",
        "coverage",
        "higher",
        "share of real images that have a sample close by",
        "quality.coverage_real",
        whole=1,
        count_key="n.real",
        settings=NEIGHBOURS,
        pooled=True,
    ),
    Meaning(
        "diversity.classes_found",
        "classes found",
        "higher",
        "classes that are among the samples at all",
        "diversity.classes_found_real",
    ),
    Meaning(
        "diversity.class_kl",
        "class divergence",
        "lower",
        "how far class frequencies are from real ones, in nats; 0 is equal",
        pooled=True,
    ),
    Meaning(
        "diversity.cluster_js",
        "cluster divergence",
        "lower",
        "how far the frequencies of groups of similar images are from real ones; 0 is equal",
        "diversity.cluster_js_real",
        "diversity.cluster_js_std",
    ),
    Meaning(
        "diversity.unique_fraction",
        "unique",
        "higher",
        "different samples as a share of all",
        "diversity.unique_fraction_real",
        whole=1,
        count_key="n.pooled",
        pooled=True,
    ),
    Meaning(
        "memorisation.auth_pct",
        "not copied, in %",
        "real",
        "samples that keep their distance from training images; far below real images: copies; far above: unlike any",
        "memorisation.auth_pct_real",
        whole=100,
        count_key="memorisation.compared",
    ),
    Meaning(
        "memorisation.copied_fraction",
        "exact copies",
        "lower",
        "share of samples that are a training image to the last bit",
        "memorisation.copied_fraction_real",
        whole=1,
    ),
    Meaning(
        "classifier.conditional_accuracy",
        "label obeyed",
        "higher",
        "share that a classifier takes for the label asked for; right: real images, for their own label",
        "classifier.extractor_accuracy",
        whole=1,
        count_key="n.pooled",
    ),
    Meaning(
        "classifier.cas",
        "learnt from samples",
        "higher",
        "accuracy on real images of a classifier that learnt from samples; right: one that learnt from real images",
        "classifier.cas_real",
        whole=1,
        count_key="n.real",
        settings=("evaluation.cas_images",),
        pooled=True,
    ),
    Meaning(
        "inception.fid",
        "FID",
        "lower",
        "Fréchet distance of Inception features, as papers give it",
        "inception.fid_floor",
    ),
    Meaning(
        "inception.kid",
        "KID",
        "lower",
        "kernel distance of Inception features, as papers give it",
        "inception.kid_floor",
    ),
    Meaning(
        "inception.is", "Inception score", "higher", "how sure Inception is of single samples, and how unsure of all"
    ),
    Meaning("inception.precision", "Inception precision", "higher", "share of samples that look real to Inception"),
    Meaning("inception.recall", "Inception recall", "higher", "share of real images that Inception takes samples for"),
    Meaning("task.modes", "modes", "higher", "classes that any sample of the first seed falls into", "task.modes_real"),
    Meaning(
        "task.kl", "mode divergence", "lower", "how far their frequencies are from real ones, in nats", "task.kl_real"
    ),
)


@dataclass(frozen=True)
class ScoreRow:
    """A score as it is shown.

    Attributes:
        meaning: of it.
        value: of the samples, with its spread.
        real: of real data, empty where there is none.
    """

    meaning: Meaning
    value: str
    real: str


def look_up(scores: Scores, key: str | None) -> float | None:
    """The score at a dotted key, or None where it is absent."""
    if key is None:
        return None
    group, name = key.split(".")
    value = scores.get(group, {}).get(name)
    return None if value is None else float(value)


def rows(scores: Scores) -> list[ScoreRow]:
    """Every score that is present, ready to print."""
    table = []
    for meaning in MEANINGS:
        value = look_up(scores, meaning.key)
        if value is None:
            continue
        real, spread = look_up(scores, meaning.real_key), look_up(scores, meaning.spread_key)
        table.append(ScoreRow(meaning, _beside_spread(value, spread), "" if real is None else number(real, spread)))
    return table


def shown(scores: Scores, key: str) -> str:
    """The score of a key of `MEANINGS` with its spread, ready to print; ``-`` where it is absent."""
    value = look_up(scores, key)
    (spread_key,) = (meaning.spread_key for meaning in MEANINGS if meaning.key == key)
    return "-" if value is None else _beside_spread(value, look_up(scores, spread_key))


def _beside_spread(value: float, spread: float | None) -> str:
    return number(value) if spread is None else f"{number(value, spread)} ± {number(spread, spread)}"


def markdown_table(scores: Scores) -> str:
    """Every score that is present, beside that of real data, as a table in Markdown."""
    lines = ["| score | samples | real images | what it says |", "|---|---|---|---|"]
    cells = ((row.meaning.label, row.value, row.real, row.meaning.text) for row in rows(scores))
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def number(value: float, spread: float | None = None) -> str:
    """Three digits that matter, or as many decimals as the spread has, at most four; whole numbers from 2 as such."""
    if not math.isfinite(value):
        return str(value)
    if spread:
        return f"{value:.{min(4, max(0, 1 - math.floor(math.log10(spread))))}f}"
    if value == round(value) and abs(value) >= 2:
        return f"{value:.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:#.3g}" if abs(value) > 1 else f"{value:.3f}"


def headline(scores: Scores) -> str:
    """What the scores come to, in a sentence or two; empty where there is no distance."""
    ratio, spread = look_up(scores, "quality.fd_ratio"), look_up(scores, "quality.fd_ratio_std") or 0.0
    if ratio is None:
        return ""
    if ratio + 2 * spread < 1:
        verdict = "nearer than images that were not trained on should be; look whether they are copies"
    elif ratio - 2 * spread <= 1 and ratio <= RATIOS[0][0]:
        verdict = "not to be told from real ones at this number of samples"
    else:
        verdict = next((words for limit, words in RATIOS if ratio <= limit), FAR)
    told = f"Samples are {number(ratio)} times as far from the training images as real test images are: {verdict}."
    accuracy = look_up(scores, "classifier.extractor_accuracy")
    if accuracy is None:
        told += " Without labels an untrained network measures that, which may miss a whole kind of image."
    elif accuracy < WEAK:
        told += f" The classifier behind that is right about only {accuracy:.0%} of the real test images, "
        told += "so that it may miss finer differences."
    return told
