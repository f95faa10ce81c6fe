"""Scores for people: a table, a headline and alarms, from the meanings in the registry."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from ganforge.evaluation import registry
from ganforge.evaluation.score import ANSWERS, BASELINES, Meaning, Scores, look_up

WIDTH = 100  # of a line
SPREAD = "±: standard deviation over the seeds of the samples; another seed of the training changes scores as well."
CLOSE = 2.0  # highest ratio of samples that are close to real data
RATIOS = ((CLOSE, "close to real ones"), (5.0, "some way from real ones"))
FAR = "far from real ones"
OTHERS = ANSWERS | BASELINES
OF_ANSWERS = (
    "Trivial answers to the same sources: the same network trained with the mean absolute difference alone, the source "
    "itself, the training pair whose source is nearest, or the mean of the training data."
)
OF_BASELINES = (
    "Music made without a network: by a Markov chain that learnt from the training data what follows three steps, and "
    "by combining voices of different real test excerpts."
)
LITTLE = 0.2  # recall, as a share of that of real data
WEAK = 0.8  # below this accuracy on real test data, the headline warns of the classifier


@dataclass(frozen=True)
class ScoreRow:
    """A score in a table.

    Attributes:
        meaning: what the score says.
        value: the score of the samples, with its spread.
        real: the score of real data; empty if it has none.
    """

    meaning: Meaning
    value: str
    real: str


def rows(scores: Scores) -> list[ScoreRow]:
    """Every score that was measured, ready to print."""
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
    """The scores of samples, compared with trivial answers or baselines without a network.

    Attributes:
        heads: the names of the answers.
        text: what the answers are.
        rows: for each score its meaning, its value for the samples, and for each answer (empty if not measured).
    """

    heads: list[str]
    text: str
    rows: list[tuple[Meaning, str, list[str]]]


def beside(scores: Scores) -> Beside | None:
    """Samples compared with trivial answers or baselines; None if there are none."""
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
    """The score of a key of `registry.meanings` with its spread, ready to print; ``-`` if it is absent."""
    meaning = registry.meanings()[key]
    value, spread = look_up(scores, key), look_up(scores, meaning.spread_key)
    return "-" if value is None else _beside_spread(meaning, value, spread)


def _beside_spread(meaning: Meaning, value: float, spread: float | None) -> str:
    return number_of(meaning, value) if spread is None else f"{number(value, spread)} ± {number(spread, spread)}"


def markdown_table(scores: Scores, data: str = "data") -> str:
    """A Markdown table of every score that was measured, next to that of real ``data`` (their name)."""
    lines = [f"| score | samples | real {data} | what it says |", "|---|---|---|---|"]
    cells = ((row.meaning.label, row.value, row.real, row.meaning.text) for row in rows(scores))
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def number_of(meaning: Meaning, value: float, spread: float | None = None) -> str:
    """A value of a score, ready to print: a count as a whole number, other values by `number`."""
    return f"{value:.0f}" if meaning.counted and math.isfinite(value) else number(value, spread)


def number(value: float, spread: float | None = None) -> str:
    """Three significant digits, or as many decimals as the spread, at most four; whole numbers from 2 unchanged."""
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
    """A summary of the scores, in a sentence or two; empty if no distance was measured.

    Args:
        scores: contents of metrics.json.
        data: the plural name of the signals.
    """
    ratio, spread = look_up(scores, "quality.fd_ratio"), look_up(scores, "quality.fd_ratio_std") or 0.0
    if ratio is None:
        return ""
    if ratio + 2 * spread < 1:
        verdict = (
            f"nearer than new {data} should be: look at the scores of copies; the real test {data} may also be few"
        )
    elif ratio - 2 * spread <= 1 and ratio <= CLOSE:
        verdict = "as close as real ones, within the noise of so many samples"
    elif _covers_nothing(scores):
        verdict = f"{FAR}: few real test {data} look like samples"
    else:
        verdict = next((words for limit, words in RATIOS if ratio <= limit), FAR)
    distance = f"{number(ratio)} times as far from the training {data} as real test {data} are"
    sentences = [f"Samples are {distance}: {verdict}."]
    accuracy = look_up(scores, "classifier.extractor_accuracy")
    if look_up(scores, "quality.pretrained_features"):
        sentences.append("The distance is measured with a network that was trained on photographs.")
    elif accuracy is None:
        sentences.append(
            "Without labels, the distance is measured with an untrained network, which may not notice that a whole "
            "kind of signal is missing."
        )
    elif accuracy < WEAK:
        sentences.append(
            f"The distance is measured with a classifier that recognises only {accuracy:.0%} of the real test {data}: "
            "it may miss finer differences."
        )
    else:
        sentences.append(
            f"The distance is measured with a classifier of these {data}, which may ignore what its classes have in "
            "common: look at the samples."
        )
    return " ".join(sentences)


def are_close(scores: Scores) -> bool:
    """Whether `headline` calls samples close to real data."""
    ratio = look_up(scores, "quality.fd_ratio")
    return ratio is not None and ratio <= CLOSE and not _covers_nothing(scores)


def _covers_nothing(scores: Scores) -> bool:
    """Whether recall is a small share of that of real data."""
    recall, real = look_up(scores, "quality.recall"), look_up(scores, "quality.recall_real")
    return recall is not None and real is not None and recall < LITTLE * real


def score_keys() -> list[str]:
    """The keys of all scores that tables show, and of the same scores of real data and of others."""
    keys = [key for meaning in registry.meanings().values() for key in _keys_of(meaning)]
    return list(dict.fromkeys(keys))


def explain_score(name: str) -> str:
    """What a score means, by one of `score_keys`; all scores of a group, by its name; empty if nothing has it."""
    lines = []
    for meaning in registry.meanings().values():
        if name not in (_group_of(meaning), *_keys_of(meaning)):
            continue
        better = "nearest to real is best" if meaning.better == "real" else f"{meaning.better} is better"
        also = {meaning.real_key: "real test data", meaning.spread_key: "its standard deviation over the seeds"}
        also |= {key: OTHERS[other] for other, key in meaning.beside.items()}
        lines.append(f"{meaning.key} ({meaning.label}; {better})")
        for text in (meaning.text, *(f"{key}: {what}" for key, what in also.items() if key)):
            lines += textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
        lines.append("")
    return "\n".join(lines).rstrip()


def score_groups() -> list[str]:
    """The names of the groups of scores."""
    return list(dict.fromkeys(_group_of(meaning) for meaning in registry.meanings().values()))


def _group_of(meaning: Meaning) -> str:
    return meaning.key.partition(".")[0]


def _keys_of(meaning: Meaning) -> list[str]:
    keys = (meaning.key, meaning.real_key, meaning.spread_key, *meaning.beside.values())
    return [key for key in keys if key is not None]


def alarms(scores: Scores) -> list[str]:
    """Sentences about what is plainly wrong with the samples; none if nothing is."""
    return [alarm for score in registry.SCORES for alarm in score.alarms(scores)]
