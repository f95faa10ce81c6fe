"""Settings for new sounds, chosen from their number, lengths, rates and classes."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.datasets.sounds import read_import
from ganforge.errors import UserError
from ganforge.files import repository_root
from ganforge.layout import IMPORT
from ganforge.params.rules import Proposal, length, needed, number_format, of_network, share_of, use_of_labels

LOOKED_AT = 500  # files whose headers are read
FEWEST = 60  # sounds to learn from and to score with
RATES = (16_000, 8_000)  # samples per second, the best first
SHORTEST, LONGEST = 4096, 16_384  # samples of a window that are proposed
MOST_FIT = 0.9  # share of the files that should fit into a window
FFT = 256  # samples of a window of the transform
WIDTH = 16
LEAST, LEAST_SAMPLES = 60_000, 8192  # sounds that a training should show, if they have so many samples

Speed = Callable[[Sequence[Proposal], int, int], float]
"""Sounds per second that training shows, for given settings, a rate and samples of a window."""


@dataclass(frozen=True)
class SoundSurvey:
    """A short survey of the files in data/import.

    Attributes:
        count: files that may be sounds; without test files, if folders name them.
        test_files: test files, if folders name them.
        seconds: durations of some files.
        rates: sampling rates of these.
        class_counts: files of each class; empty if there are no classes.
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        labels: dataset.labels, if params.yaml already trains on these files.
    """

    count: int
    test_files: int | None
    seconds: Sequence[float]
    rates: Sequence[int]
    class_counts: Mapping[str, int]
    processors: int
    device: str
    labels: str | None = None


def survey_sounds(processors: int, device: str, present: Mapping[str, Any]) -> SoundSurvey:
    """Reads the headers of some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.

    Raises:
        UserError: it holds no sounds, or too few.
    """
    unpacked = repository_root() / ".ganforge"
    unpacked.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="survey.", dir=unpacked) as workspace:
        collection = read_import(Path(workspace))
        learnt = [item for item in collection.items if item.split != "test"]
        headers = [_header(item.path) for item in collection.items[:: -(-len(collection.items) // LOOKED_AT)]]
    if len(collection.items) < FEWEST:
        raise UserError(
            f"{IMPORT} contains {len(collection.items)} sounds; at least {FEWEST} are needed to learn from and to "
            "score with: add more, or cut long recordings into pieces."
        )
    known = [header for header in headers if header is not None]
    return SoundSurvey(
        len(learnt),
        len(collection.items) - len(learnt) if any(item.split for item in collection.items) else None,
        [seconds for seconds, _ in known],
        [rate for _, rate in known],
        Counter(item.label for item in learnt if item.label is not None),
        processors,
        device,
        present.get("labels"),
    )


def _header(path: str) -> tuple[float, int] | None:
    """Seconds and rate of a file; None: it cannot be read, which `preprocess` reports."""
    import soundfile

    try:
        found = soundfile.info(path) if Path(path).is_file() else None
    except (RuntimeError, OSError, TypeError):
        return None
    return None if found is None else (float(found.duration), int(found.samplerate))


def propose_for_sounds(seen: SoundSurvey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    *better, cheapest = _windows(seen)
    precision, cheapest_speed = _precision(seen, *cheapest, speed)
    too_slow = ""
    for rate, samples in better:
        proposals = [*_of_window(seen, rate, samples, too_slow), precision]
        per_second, least = speed(proposals, rate, samples), _least(samples)
        if 60 * minutes * per_second >= least:
            return proposals + length(minutes, per_second, least, "sounds")
        window = f"{samples / rate:.2g} s at {rate:,}"
        too_slow = f"; {window} would need about {needed(least, per_second):,.0f} minutes on this machine"
    proposals = [*_of_window(seen, *cheapest, too_slow), precision]
    per_second = speed(proposals, *cheapest) if cheapest_speed is None else cheapest_speed
    return proposals + length(minutes, per_second, _least(cheapest[1]), "sounds")


def _windows(seen: SoundSurvey) -> list[tuple[int, int]]:
    """Rates and samples of windows that suit the files, the best first."""
    usual = sorted(seen.rates)[len(seen.rates) // 2] if seen.rates else RATES[-1]
    rates = [rate for rate in RATES if rate <= usual] or [RATES[-1]]
    longest = _most_last(seen)
    fitting = [(rate, 2 ** math.ceil(math.log2(max(1, longest * rate)))) for rate in rates]
    windows = [(rate, min(LONGEST, max(SHORTEST, samples))) for rate, samples in fitting]
    rate, samples = windows[-1]
    return list(dict.fromkeys([*windows, (rate, min(samples, LEAST_SAMPLES))]))


def _most_last(seen: SoundSurvey) -> float:
    """Seconds that most of the files last at most."""
    lengths = sorted(seen.seconds)
    return lengths[math.ceil(MOST_FIT * len(lengths)) - 1] if lengths else LEAST_SAMPLES / RATES[-1]


def _precision(seen: SoundSurvey, rate: int, samples: int, speed: Speed) -> tuple[Proposal, float | None]:
    """The number format, and the sounds per second with it if they were measured."""
    if seen.device == "cuda":
        return Proposal("train", "precision", "tf32", "this machine has a GPU"), None
    proposals = _of_window(seen, rate, samples, "")
    exact, short = (
        speed([*proposals, Proposal("train", "precision", name, "a trial")], rate, samples)
        for name in ("float32", "bfloat16")
    )
    precision = number_format(exact, short)
    return precision, short if precision.value == "bfloat16" else exact


def _least(samples: int) -> int:
    """Sounds with so many samples that a training should show."""
    return LEAST * max(samples, LEAST_SAMPLES) // LEAST_SAMPLES


def _of_window(seen: SoundSurvey, rate: int, samples: int, too_slow: str) -> list[Proposal]:
    """All settings except the length of the training and the number format."""
    seconds, longest = samples / rate, _most_last(seen)
    fit = longest <= seconds
    most = f"{MOST_FIT:.0%} of the files last {longest:.2g} s or less"
    where = "they fit into the window" if fit else "the window is shorter, and shows the loudest part"
    bins, frames = FFT // 2, 2 * samples // FFT
    return [
        Proposal("dataset", "rate", rate, f"it keeps frequencies up to {rate // 2:,} Hz{too_slow}"),
        Proposal("dataset", "samples", samples, f"{seconds:.2g} s; {most}"),
        Proposal("dataset", "placement", "start" if fit else "loudest", where),
        Proposal("dataset", "labels", *use_of_labels(seen.class_counts, seen.labels)),
        *([] if seen.test_files is not None else [Proposal("dataset", "test_share", *share_of(seen.count))]),
        *of_network(seen.count, WIDTH, max(bins, frames), bins * frames, seen.processors),
    ]
