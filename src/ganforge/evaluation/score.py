"""What a score is: an object that says what it needs, what its numbers mean, and computes them.

Nothing heavy is imported here, nor at the head of a score's file, because everything that reads scores imports them
all: a score imports what it computes with when it computes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples
    from ganforge.evaluation.settings import EvaluationSettings

Scores = Mapping[str, Mapping[str, Any]]
"""The contents of metrics.json: numbers by group and name."""

Measured = dict[str, dict[str, float]]
"""Scores while they are put together."""

CAPABILITIES = {
    "labels": "the real data have labels, and the feature network has learned them",
    "clusters": "the real data have no labels: groups of similar signals stand in for classes",
    "asked_labels": "every sample was asked for a label",
    "asked_source": "every sample was made of a source",
    "asked_tokens": "every sample was asked for by a caption",
    "asked_rows": "it is known which row of the test data every sample was asked by",
    "pairs": "every held-out source has a real signal as its partner",
    "unpaired": "nothing was learnt from pairs",
    "source_labels": "it is known which class every source of the test data shows",
    "one_view": "the feature network is shown a signal as a whole",
    "many_views": "the feature network is shown several views of a signal, and the label is made of theirs",
    "pretrained": "features are of a network that was trained on other pictures",
    "sound": "signals are sounds",
    "pitches": "every class has a pitch that is known",
    "speakers": "it is known who speaks in every real sound",
    "music": "signals are music in voices",
    "points": "signals are points in the plane, around modes that are known",
    "pictures": "signals are grey or colour pictures of bytes",
}
"""What data and samples may offer, and a score may need."""


ANSWERS = {
    "l1_alone": "L1 alone",
    "source": "source itself",
    "nearest_pair": "nearest pair",
    "other_partner": "partner of another",
    "mean_picture": "mean picture",
}
"""What else may answer a source, and what it is called: the same network trained with the mean absolute difference
alone, the source, the training pair with the nearest source, the partner of another source, the mean of the training
data."""

BASELINES = {"markov": "Markov chain", "shuffled": "voices shuffled"}
"""What else may be made without a network, and what it is called: pieces of a Markov chain of the training data, and
voices of different real test pieces put together."""


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
        count_key: where it stands how many it is counted over.
        settings: how the keys of params.yaml begin that it is measured with, beside those of all scores.
        pooled: whether it depends on how many samples were taken together.
        counted: whether it is a count, of classes or of samples.
        beside: where the same score of other answers stands, by their names; see `ganforge.evaluation.reading.beside`.
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
    counted: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)


class Score(ABC):
    """A score, or several that are computed together. A new one is a file and a line in `ganforge.evaluation.registry`.

    Attributes:
        name: of it.
        needs: some of `CAPABILITIES`; where data or samples lack one, metrics.json and all tables go without the score.
        meanings: of its numbers, in the order in which tables show them.
        facts: keys that it writes beside those of its meanings, for others to read.
    """

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    meanings: ClassVar[tuple[Meaning, ...]] = ()
    facts: ClassVar[tuple[str, ...]] = ()

    def wanted(self, settings: EvaluationSettings) -> bool:  # noqa: ARG002
        """Whether params.yaml asks for it."""
        return True

    @abstractmethod
    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """Its numbers by group and name, all of them finite.

        Args:
            samples: what is scored.
            real: what with.
            context: the features of the samples, and what all scores have in common.
        """

    def alarms(self, scores: Scores) -> list[str]:  # noqa: ARG002
        """Sentences about what is plainly wrong with a set of samples; none if nothing is, or if its scores are absent.

        Each compares samples with real data scored the same way, so that it holds for any data.

        Args:
            scores: contents of metrics.json.
        """
        return []


def look_up(scores: Scores, key: str | None) -> float | None:
    """The number at a dotted key, or None where it is absent."""
    if key is None:
        return None
    group, name = key.split(".")
    value = scores.get(group, {}).get(name)
    return None if value is None else float(value)


def look_up_all(scores: Scores, *keys: str) -> list[float]:
    """The numbers at all of these keys; none if one of them is absent."""
    values = [value for key in keys if (value := look_up(scores, key)) is not None]
    return values if len(values) == len(keys) else []
