"""What every score means, in one line; used wherever scores are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Meaning:
    """A score of metrics.json, the same score of real data where there is one, and what they say.

    Attributes:
        key: group and name, as in ``quality.fd``.
        label: what it is called on a page.
        real_key: where the same score of real test data stands, or None.
        text: what it measures and which way is better, for a beginner.
    """

    key: str
    label: str
    real_key: str | None
    text: str


MEANINGS = (
    Meaning(
        "quality.fd", "Fréchet distance", "quality.fd_floor", "how far samples are from real images; lower is better"
    ),
    Meaning("quality.fd_ratio", "ratio to its floor", None, "1 is as good as real test images"),
    Meaning("quality.precision", "precision", "quality.precision_real", "share of samples that look real"),
    Meaning("quality.recall", "recall", "quality.recall_real", "share of real images that the samples could be"),
    Meaning(
        "quality.density", "density", "quality.density_real", "how crowded with real images the samples' places are"
    ),
    Meaning(
        "quality.coverage", "coverage", "quality.coverage_real", "share of real images that have a sample close by"
    ),
    Meaning("diversity.classes_found", "classes found", None, "classes that are among the samples at all"),
    Meaning(
        "diversity.class_kl",
        "class divergence",
        None,
        "how far class frequencies are from real ones, in nats; 0 is equal",
    ),
    Meaning("diversity.unique_fraction", "unique", None, "share of samples that no other sample repeats"),
    Meaning(
        "classifier.conditional_accuracy",
        "label obeyed",
        "classifier.extractor_accuracy",
        "share recognised as the label asked for; of real images, as their label",
    ),
    Meaning(
        "classifier.cas",
        "learnt from samples",
        "classifier.cas_real",
        "accuracy on real images of a classifier that learnt from samples; from real images",
    ),
    Meaning("task.modes", "modes", "task.modes_real", "classes that any sample of the first seed falls into"),
    Meaning(
        "task.kl",
        "mode divergence",
        "task.kl_real",
        "how far their frequencies are from real ones, in nats",
    ),
)


def look_up(scores: Mapping[str, Mapping[str, Any]], key: str) -> float | None:
    """The score at a dotted key, or None where it is absent."""
    group, name = key.split(".")
    value = scores.get(group, {}).get(name)
    return None if value is None else float(value)


def rows(scores: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Label, value, value of real data and meaning of every score that is present, ready to print."""
    table = []
    for meaning in MEANINGS:
        value = look_up(scores, meaning.key)
        if value is None:
            continue
        real = look_up(scores, meaning.real_key) if meaning.real_key else None
        shown = _number(value)
        if meaning.key == "quality.fd":
            shown += f" ± {scores['quality']['fd_std']:.2g}"
        table.append((meaning.label, shown, "" if real is None else _number(real), meaning.text))
    return table


def _number(value: float) -> str:
    return (
        f"{value:.0f}" if value == round(value) and abs(value) >= 2 else f"{value:.3g}" if value > 1 else f"{value:.3f}"
    )
