"""The interface of a score: what it needs, what its numbers mean, and how to compute them.

Everything that reads scores imports all of them, so this file and the heads of the scores' files import nothing slow:
a score imports what it computes with when it computes.
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
"""Scores that are being collected."""

CAPABILITIES = {
    "labels": "the real data have labels, and the feature network has learned them",
    "clusters": "the real data have no labels: groups of similar signals replace classes",
    "asked_labels": "every sample was asked for a label",
    "asked_source": "every sample was made from a source",
    "asked_tokens": "every sample was asked for by a caption",
    "asked_rows": "the row of the test data that every sample was asked for is known",
    "pairs": "every held-out source has a real signal as its partner",
    "unpaired": "the training used no pairs",
    "source_labels": "the class of every source of the test data is known",
    "one_view": "the feature network sees a signal as a whole",
    "many_views": "the feature network sees several views of a signal, and the label combines theirs",
    "pretrained": "features come from a network that was trained on other pictures",
    "sound": "signals are sounds",
    "pitches": "every class has a known pitch",
    "speakers": "the speaker of every real sound is known",
    "music": "signals are music in voices",
    "modes": "signals are points around known modes",
    "pictures": "signals are grey or colour pictures of bytes",
}
"""What data and samples may offer, and scores may need."""


ANSWERS = {
    "l1_alone": "L1 alone",
    "source": "source itself",
    "nearest_pair": "nearest pair",
    "other_partner": "partner of another",
    "mean_picture": "mean picture",
}
"""Trivial answers to a source and their names: the same network trained with the mean absolute difference alone, the
source, the training pair with the nearest source, the partner of another source, the mean of the training data."""

BASELINES = {"markov": "Markov chain", "shuffled": "voices shuffled"}
"""Baselines without a network and their names: music of a Markov chain of the training data, and combined voices of
different real test excerpts."""


@dataclass(frozen=True)
class Meaning:
    """A score of metrics.json, the same score of real data if there is one, and what they say.

    Attributes:
        key: group and name, as in ``quality.fd``.
        label: its name on a page.
        better: which way is better; ``real``: towards the score of real data.
        text: what it measures, for a beginner.
        real_key: key of the same score of real test data, or None.
        spread_key: key of its standard deviation over the seeds, or None.
        whole: the whole of a share: 1, or 100 for per cent; None if it is not a share.
        count_key: key of the number of items that it is computed from.
        settings: prefixes of the keys of params.yaml that change it, in addition to those of all scores.
        pooled: whether it depends on how many samples were taken together.
        counted: whether it is a count, of classes or of samples.
        beside: keys of the same score of other answers, by their names; see `ganforge.evaluation.reading.beside`.
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
    """A score, or several computed together. A new one needs a file and a line in `ganforge.evaluation.registry`.

    Attributes:
        name: its name.
        needs: some of `CAPABILITIES`; if data or samples lack one, metrics.json and all tables omit the score.
        meanings: the meanings of its numbers, in the order of tables.
        facts: further keys that it writes, for others to read.
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
        """Its numbers by group and name, all finite.

        Args:
            samples: what is scored.
            real: what the samples are compared with.
            context: the features of the samples, and what all scores share.
        """

    def alarms(self, scores: Scores) -> list[str]:  # noqa: ARG002
        """Sentences about what is plainly wrong with the samples; none if nothing is, or if its scores are absent.

        Each compares samples with real data that are scored in the same way, so it holds for any data.

        Args:
            scores: contents of metrics.json.
        """
        return []


def look_up(scores: Scores, key: str | None) -> float | None:
    """The number at a dotted key, or None if it is absent."""
    if key is None:
        return None
    group, name = key.split(".")
    value = scores.get(group, {}).get(name)
    return None if value is None else float(value)


def look_up_all(scores: Scores, *keys: str) -> list[float]:
    """The numbers at all of these keys; none if one of them is absent."""
    values = [value for key in keys if (value := look_up(scores, key)) is not None]
    return values if len(values) == len(keys) else []
