"""All scores. A new one needs a file in ``scores/`` and a line here: tables, pages, MLflow and the gate follow."""

from __future__ import annotations

from ganforge.evaluation.score import Meaning, Score
from ganforge.evaluation.scores.authenticity import Authenticity
from ganforge.evaluation.scores.class_frequencies import ClassFrequencies
from ganforge.evaluation.scores.class_kept import ClassKept
from ganforge.evaluation.scores.classification_accuracy import ClassificationAccuracy
from ganforge.evaluation.scores.cluster_frequencies import ClusterFrequencies
from ganforge.evaluation.scores.draws import Draws
from ganforge.evaluation.scores.exact_copies import ExactCopies
from ganforge.evaluation.scores.extractor_accuracy import ExtractorAccuracy
from ganforge.evaluation.scores.frechet import FrechetDistance
from ganforge.evaluation.scores.inception import InceptionScores
from ganforge.evaluation.scores.kernel import KernelDistance
from ganforge.evaluation.scores.label_obeyed import LabelObeyed
from ganforge.evaluation.scores.modes import Modes
from ganforge.evaluation.scores.music import Music
from ganforge.evaluation.scores.points import GoodPoints
from ganforge.evaluation.scores.precision_recall import PrecisionRecall
from ganforge.evaluation.scores.pretrained_features import PretrainedFeatures
from ganforge.evaluation.scores.sound import Pitch, SoundFaults, SoundVariety, Speakers
from ganforge.evaluation.scores.translation import Translation
from ganforge.evaluation.scores.unique import Unique
from ganforge.evaluation.scores.unpaired import Unpaired
from ganforge.evaluation.scores.worst_class import WorstClass

SCORES: tuple[Score, ...] = (
    FrechetDistance(),
    KernelDistance(),
    WorstClass(),
    PrecisionRecall(),
    ClassFrequencies(),
    ClusterFrequencies(),
    Unique(),
    Authenticity(),
    ExactCopies(),
    ExtractorAccuracy(),
    PretrainedFeatures(),
    LabelObeyed(),
    ClassificationAccuracy(),
    InceptionScores(),
    Modes(),
    Translation(),
    Unpaired(),
    ClassKept(),
    Draws(),
    SoundVariety(),
    Speakers(),
    SoundFaults(),
    Pitch(),
    Music(),
    GoodPoints(),
)
"""In the order of tables, alarms and metrics.json."""


def meanings() -> dict[str, Meaning]:
    """The meaning of every number that a table may show, by its key."""
    return {meaning.key: meaning for score in SCORES for meaning in score.meanings}
