"""Settings for new sounds, chosen from their number, lengths, rates and classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.params.files import Files, Kind, counted, some_of, unpacked
from ganforge.params.rules import (
    Proposal,
    length,
    needed,
    number_format,
    of_network,
    share_of,
    use_of_labels,
)

LOOKED_AT = 500  # files whose headers are read
MOST_SECONDS = 3600.0  # of a file; streams of unknown length say more
RATES = (16_000, 8_000)  # samples per second, the best first
SHORTEST, LONGEST = 4096, 16_384  # samples of a window that are proposed
MOST_FIT = 0.9  # share of the files that should fit into a window
FFT, WIDTH, GAMMA = 256, 16, 0.5  # of the recipe for spoken digits
CHECKS = 5  # of the samples during training, which rebuild sounds
LEAST, LEAST_SAMPLES = 100_000, 8192  # sounds that a training should show, if they have so many samples

Speed = Callable[[Sequence[Proposal], int, int], float]
"""Sounds per second that training shows, for given settings, a rate and samples of a window."""


@dataclass(frozen=True, kw_only=True)
class SoundSurvey(Files):
    """A short survey of the sounds in data/import.

    Attributes:
        seconds: durations of some files.
        rates: sampling rates of these.
    """

    seconds: Sequence[float]
    rates: Sequence[int]


def survey_sounds(processors: int, device: str, present: Mapping[str, Any]) -> SoundSurvey:
    """Reads the headers of some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.

    Raises:
        UserError: it holds no sounds, or too few to train on and to score.
    """
    from ganforge.datasets.recordings import digest_of_file
    from ganforge.datasets.sounds import read_import

    with unpacked(read_import) as collection:
        some = some_of(collection.items, LOOKED_AT)
        headers = [header for item in some if (header := _header(item.path)) is not None]
        return SoundSurvey(
            seconds=[seconds for seconds, _ in headers],
            rates=[rate for _, rate in headers],
            **counted(
                collection,
                processors,
                device,
                present,
                Kind("sounds", digest_of_file),
                looked_at=len(some),
                unusable=len(some) - len(headers),
            ),
        )


def _header(path: str) -> tuple[float, int] | None:
    """Seconds and rate of a file; None: it cannot be read or has no length, which `preprocess` reports."""
    import soundfile

    try:
        if not Path(path).is_file():
            return None
        with open(path, "rb") as file:  # noqa: PTH123  # names in archives may be no text
            found = soundfile.info(file)
    except Exception:  # a damaged header can raise anything
        return None
    return (float(found.duration), int(found.samplerate)) if 0 < found.duration <= MOST_SECONDS else None


def propose_for_sounds(seen: SoundSurvey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    *better, cheapest = _windows(seen)
    trial = _of_window(seen, *cheapest, "")
    precision, cheapest_speed = number_format(seen.device, lambda precision: speed([*trial, precision], *cheapest))
    too_slow = ""
    for rate, samples in better:
        proposals = [*_of_window(seen, rate, samples, too_slow), precision]
        per_second, least = speed(proposals, rate, samples), _least(samples)
        if 60 * minutes * per_second >= least:
            return proposals + length(minutes, per_second, least, "sounds", CHECKS)
        window = f"{samples / rate:.2g} s at {rate:,}"
        too_slow = f"; {window} would need about {needed(least, per_second):,.0f} minutes on this machine"
    proposals = [*_of_window(seen, *cheapest, too_slow), precision]
    per_second = speed(proposals, *cheapest) if cheapest_speed is None else cheapest_speed
    return proposals + length(minutes, per_second, _least(cheapest[1]), "sounds", CHECKS)


def _windows(seen: SoundSurvey) -> list[tuple[int, int]]:
    """Rates and samples of windows that suit the files, the best first."""
    usual = sorted(seen.rates)[len(seen.rates) // 2] if seen.rates else RATES[-1]
    rates = [rate for rate in RATES if rate <= usual] or [RATES[-1]]
    longest = _most_last(seen)
    fitting = [(rate, 2 ** math.ceil(math.log2(max(1, longest * rate)))) for rate in rates]
    windows = [(rate, max(SHORTEST, samples)) for rate, samples in fitting if samples <= LONGEST]
    rate, samples = windows[-1] if windows else (rates[-1], LONGEST)
    return list(dict.fromkeys([*windows, (rate, samples), (rate, min(samples, LEAST_SAMPLES))]))


def _most_last(seen: SoundSurvey) -> float:
    """Seconds that most of the files last at most."""
    lengths = sorted(seen.seconds)
    return lengths[math.ceil(MOST_FIT * len(lengths)) - 1] if lengths else LEAST_SAMPLES / RATES[-1]


def _least(samples: int) -> int:
    """Sounds with so many samples that a training should show."""
    return LEAST * max(samples, LEAST_SAMPLES) // LEAST_SAMPLES


def _of_window(seen: SoundSurvey, rate: int, samples: int, too_slow: str) -> list[Proposal]:
    """All settings except the length of the training and the number format."""
    seconds, longest = samples / rate, _most_last(seen)
    fit = bool(seen.seconds) and longest <= seconds
    where = "most files fit into the window" if fit else "the window may be too short for many files"
    most = f"{MOST_FIT:.0%} of the files last {longest:.2g} s or less" if seen.seconds else "no length could be read"
    reach = f"it keeps frequencies up to {rate // 2:,} Hz"
    bins, frames = FFT // 2, 2 * samples // FFT
    gamma = round(GAMMA * samples / LEAST_SAMPLES, 3)
    gamma_reason = (
        f"{GAMMA} for {LEAST_SAMPLES:,} samples, proportional to their number (after StyleGAN2-ADA, Karras 2020)"
    )
    return [
        Proposal("dataset", "rate", rate, reach + too_slow),
        Proposal("dataset", "fft", FFT, "as in the recipe for spoken digits"),
        Proposal("network", "width", WIDTH, "as in the recipe for spoken digits"),
        Proposal("dataset", "samples", samples, f"{seconds:.2g} s; {most}"),
        Proposal("dataset", "placement", "start" if fit else "loudest", where),
        Proposal("dataset", "labels", *use_of_labels(seen.class_counts, seen.labels)),
        *([] if seen.named else [Proposal("dataset", "test_share", *share_of(seen.count))]),
        *of_network(seen.count, WIDTH, max(bins, frames), (gamma, gamma_reason), seen.processors),
    ]
