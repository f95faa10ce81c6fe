"""Scores as people read them: a table, a sentence about them all, and alarms, from what the registry says of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ganforge.evaluation import registry
from ganforge.evaluation.score import ANSWERS, BASELINES, Meaning, Scores, look_up

SPREAD = "±: standard deviation over the seeds of the samples; another seed of the training moves scores as well."
RATIOS = ((3.0, "close to real ones"), (10.0, "some way from real ones"))
FAR = "far from real ones"
OTHERS = ANSWERS | BASELINES
OF_ANSWERS = (
    "What else could be made of the same sources: by the same network trained with the mean absolute difference alone, "
    "by showing the source itself, the training pair whose source is nearest, or the mean of the training data."
)
OF_BASELINES = (
    "What is made without a network: by a Markov chain that learnt from the training data what follows three steps, "
    "and by putting voices of different real test pieces together."
)
WEAK = 0.8  # share of real test data below which the headline says how little their classifier knows


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


def rows(scores: Scores) -> list[ScoreRow]:
    """Every score that is present, ready to print."""
    table = []
    for meaning in registry.meanings().values():
        value = look_up(scores, meaning.key)
        if value is None:
            continue
        real, spread = look_up(scores, meaning.real_key), look_up(scores, meaning.spread_key)
        beside = "" if real is None else number_of(meaning, real, spread)
        table.append(ScoreRow(meaning, _beside_spread(meaning, value, spread), beside))
    return table


@dataclass(frozen=True)
class Beside:
    """The scores of samples beside those of other answers to the same sources, or of what is made without a network.

    Attributes:
        heads: what the answers are called.
        text: what these are.
        rows: the meaning of each score, its value of the samples, and of each answer; empty where there is none.
    """

    heads: list[str]
    text: str
    rows: list[tuple[Meaning, str, list[str]]]


def beside(scores: Scores) -> Beside | None:
    """Samples beside trivial answers or baselines; None where there are none."""
    meanings = [meaning for meaning in registry.meanings().values() if meaning.beside]
    present = [
        name for name in OTHERS if any(look_up(scores, meaning.beside.get(name)) is not None for meaning in meanings)
    ]
    if not present:
        return None
    table = []
    for meaning in meanings:
        value = look_up(scores, meaning.key)
        others = [look_up(scores, meaning.beside.get(name)) for name in present]
        if value is not None and any(other is not None for other in others):
            cells = ["" if other is None else number_of(meaning, other) for other in others]
            table.append((meaning, number_of(meaning, value), cells))
    text = OF_ANSWERS if ANSWERS.keys() & set(present) else OF_BASELINES
    return Beside([OTHERS[name] for name in present], text, table)


def shown(scores: Scores, key: str) -> str:
    """The score of a key of `registry.meanings` with its spread, ready to print; ``-`` where it is absent."""
    meaning = registry.meanings()[key]
    value, spread = look_up(scores, key), look_up(scores, meaning.spread_key)
    return "-" if value is None else _beside_spread(meaning, value, spread)


def _beside_spread(meaning: Meaning, value: float, spread: float | None) -> str:
    return number_of(meaning, value) if spread is None else f"{number(value, spread)} ± {number(spread, spread)}"


def markdown_table(scores: Scores, data: str = "data") -> str:
    """Every score that is present, beside that of real ``data``, as these are called, as a table in Markdown."""
    lines = [f"| score | samples | real {data} | what it says |", "|---|---|---|---|"]
    cells = ((row.meaning.label, row.value, row.real, row.meaning.text) for row in rows(scores))
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def number_of(meaning: Meaning, value: float, spread: float | None = None) -> str:
    """A value of a score, ready to print: a count as such, other numbers as `number` has them."""
    return f"{value:.0f}" if meaning.counted and math.isfinite(value) else number(value, spread)


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


def headline(scores: Scores, data: str = "data") -> str:
    """What the scores come to, in a sentence or two; empty where there is no distance.

    Args:
        scores: contents of metrics.json.
        data: what several signals are called.
    """
    ratio, spread = look_up(scores, "quality.fd_ratio"), look_up(scores, "quality.fd_ratio_std") or 0.0
    if ratio is None:
        return ""
    if ratio + 2 * spread < 1:
        verdict = f"nearer than {data} that were not trained on should be; look whether they are copies"
    elif ratio - 2 * spread <= 1 and ratio <= RATIOS[0][0]:
        verdict = "as close as real ones, within the noise of this number of samples"
    else:
        verdict = next((words for limit, words in RATIOS if ratio <= limit), FAR)
    distance = f"{number(ratio)} times as far from the training {data} as real test {data} are"
    sentences = [f"Samples are {distance}: {verdict}."]
    accuracy = look_up(scores, "classifier.extractor_accuracy")
    if look_up(scores, "quality.pretrained_features"):
        sentences.append("A network that was trained on photographs measures that.")
    elif accuracy is None:
        sentences.append("Without labels an untrained network measures that, which may miss a whole kind of signal.")
    elif accuracy < WEAK:
        sentences.append(
            f"The classifier behind that is right about only {accuracy:.0%} of the real test {data}, so that it may "
            "miss finer differences."
        )
    return " ".join(sentences)


def alarms(scores: Scores) -> list[str]:
    """What a person should know even without reading the scores, in sentences; none if nothing is plainly wrong."""
    return [alarm for score in registry.SCORES for alarm in score.alarms(scores)]
