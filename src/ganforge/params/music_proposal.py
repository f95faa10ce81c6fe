"""Settings for new music, chosen from its number, ranges of notes and classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ganforge.params.files import Files, Kind, counted, unpacked
from ganforge.params.rules import Proposal, length, number_format, share_of, threads, use_of_labels
from ganforge.signals.midi import REST

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import MidiSettings

LOOKED_AT = 100  # pieces that are read
MOST_FIT = 0.95  # share of the pieces that should fit into the range of notes
OCTAVE, WIDEST = 12, 127  # semitones
TO_SCORE, FEWEST = 10, (6, 2)  # pieces to hold out, and the fewest to learn from and to hold out: each has many windows
LEAST = 120_000  # pieces that a training should show

Speed = Callable[[Sequence[Proposal], int], float]
"""Pieces per second that training shows, for given settings and a range of notes."""


@dataclass(frozen=True, kw_only=True)
class MusicSurvey(Files):
    """A short survey of the music in data/import.

    Attributes:
        spans: semitones from the lowest to the highest note of some pieces.
    """

    spans: Sequence[int]


def survey_music(processors: int, device: str, present: Mapping[str, Any], settings: MidiSettings) -> MusicSurvey:
    """Reads some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.
        settings: how pieces become voices.

    Raises:
        UserError: it holds no music, or too little to train on and to score.
    """
    from ganforge.datasets.decoding import digest_of
    from ganforge.datasets.midi import Taken, read_import, read_piece

    anything = settings.model_copy(update={"widest": WIDEST})
    with unpacked(read_import) as collection:
        some = collection.items[:: -(-len(collection.items) // LOOKED_AT)]
        pieces = [taken.piece for item in some if isinstance(taken := read_piece(item, anything), Taken)]
        return MusicSurvey(
            spans=[int(np.ptp(piece.numbers[piece.numbers != REST])) for piece in pieces],
            **counted(collection, processors, device, present, Kind("pieces", digest_of, TO_SCORE, FEWEST)),
        )


def propose_for_music(seen: MusicSurvey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    widest, why = _widest(seen)
    proposals = [
        Proposal("dataset", "widest", widest, why),
        Proposal("dataset", "labels", *use_of_labels(seen.class_counts, seen.labels)),
        *([] if seen.named else [Proposal("dataset", "test_share", *share_of(seen.count, TO_SCORE))]),
        threads(seen.processors),
    ]
    precision, per_second = number_format(seen.device, lambda precision: speed([*proposals, precision], widest))
    proposals.append(precision)
    return proposals + length(minutes, per_second or speed(proposals, widest), LEAST, "pieces")


def _widest(seen: MusicSurvey) -> tuple[int, str]:
    """Value and reason of dataset.widest: whole octaves into which most pieces fit."""
    if not seen.spans:
        return 5 * OCTAVE, "no file that was looked at could be read"
    spans = sorted(seen.spans)
    span = spans[math.ceil(MOST_FIT * len(spans)) - 1]
    widest = min(WIDEST, max(OCTAVE, -(-span // OCTAVE) * OCTAVE))
    return widest, f"{MOST_FIT:.0%} of the pieces span {span} semitones or less; wider ones are left out"
