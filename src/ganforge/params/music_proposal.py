"""Settings for new music, chosen from its number, ranges of notes and classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganforge.params.files import FEW_TO_COUNT, Files, Kind, counted, some_of, unpacked
from ganforge.params.rules import Proposal, batch_size, length, number_format, share_of, threads, use_of_labels
from ganforge.signals.midi import REST

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import MidiSettings

LOOKED_AT = FEW_TO_COUNT  # pieces that are read
MOST_WIDE = 0.05  # share of the pieces that may be left out for their range of notes
OCTAVE, WIDEST = 12, 127  # semitones
TO_SCORE = 10  # pieces to hold out; most have several windows
LEAST = 120_000  # windows that a training should show

Speed = Callable[[Sequence[Proposal], int], float]
"""Windows per second that training shows, for given settings and a number of pitches."""


@dataclass(frozen=True, kw_only=True)
class MusicSurvey(Files):
    """A short survey of the music in data/import.

    Attributes:
        ranges: the lowest and the highest MIDI number of some pieces.
        windows: windows of these pieces together.
        steps: steps of a window.
        max_broken: dataset.max_broken.
    """

    ranges: Sequence[tuple[int, int]]
    windows: int
    steps: int
    max_broken: float


def survey_music(processors: int, device: str, present: Mapping[str, Any], settings: MidiSettings) -> MusicSurvey:
    """Reads some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.
        settings: how pieces become voices and windows.

    Raises:
        UserError: it holds no music, or too little to train on and to score.
    """
    from ganforge.datasets.decoding import digest_of
    from ganforge.datasets.midi import QUARTERS_PER_BAR, Taken, read_import, read_piece
    from ganforge.datasets.pieces import window_starts

    anything = settings.model_copy(update={"widest": WIDEST})
    bar = QUARTERS_PER_BAR * settings.steps_per_quarter
    with unpacked(read_import) as collection:
        some = some_of(collection.items, LOOKED_AT)
        taken = {item.path: read_piece(item, anything) for item in some}
        pieces = {path: outcome.piece.numbers for path, outcome in taken.items() if isinstance(outcome, Taken)}
        windows = {
            path: len(window_starts(numbers, settings.steps, settings.stride, bar)) for path, numbers in pieces.items()
        }
        notes = [numbers[numbers != REST] for numbers in pieces.values()]
        kind = Kind("pieces", digest_of, TO_SCORE, lambda item: windows.get(item.path, 0))
        return MusicSurvey(
            ranges=[(int(each.min()), int(each.max())) for each in notes],
            windows=sum(windows.values()),
            steps=settings.steps,
            max_broken=settings.max_broken,
            **counted(
                collection,
                processors,
                device,
                present,
                kind,
                looked_at=len(taken),
                unusable=len(taken) - len(pieces),
            ),
        )


def propose_for_music(seen: MusicSurvey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    widest, why = _widest(seen)
    fitting = [(low, high) for low, high in seen.ranges if high - low <= widest]
    pitches = max(high for _, high in fitting) - min(low for low, _ in fitting) + 1 if fitting else widest + 1
    share, held_out = share_of(seen.count, TO_SCORE)
    read = max(1, seen.looked_at)
    learnt = round(seen.count * seen.windows / read * (1 if seen.named else 1 - share))
    proposals = [
        Proposal("dataset", "widest", widest, why),
        Proposal("dataset", "labels", *use_of_labels(seen.class_counts, seen.labels)),
        *([] if seen.named else [Proposal("dataset", "test_share", share, held_out)]),
        Proposal("train", "batch_size", *batch_size(learnt, seen.steps, "excerpts, not counting transposed ones")),
        threads(seen.processors),
    ]
    precision, per_second = number_format(seen.device, lambda precision: speed([*proposals, precision], pitches))
    proposals.append(precision)
    return proposals + length(minutes, per_second or speed(proposals, pitches), LEAST, "excerpts")


def _widest(seen: MusicSurvey) -> tuple[int, str]:
    """Value and reason of dataset.widest: whole octaves into which most pieces fit.

    So few are left out for their range that `preprocess` does not stop for dataset.max_broken.
    """
    if not seen.ranges:
        return 5 * OCTAVE, "no file that was looked at could be read"
    spans = sorted(high - low for low, high in seen.ranges)
    most = int(seen.max_broken * seen.looked_at) - seen.unusable
    left_out = max(0, min(most, int(MOST_WIDE * len(spans))))
    span = spans[len(spans) - 1 - left_out]
    widest = min(WIDEST, max(OCTAVE, -(-span // OCTAVE) * OCTAVE))
    fit = sum(each <= widest for each in spans)
    return widest, f"{fit} of {len(spans)} pieces that were read fit; wider ones are left out"
