"""Reads recordings and selects a window from each."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.decoding import Refusal
from ganforge.signals.recording import PEAK, levels_of, reason_of
from ganforge.signals.sound import fitted, resampled, start_of

if TYPE_CHECKING:
    from ganforge.datasets.sound_settings import RecordedSettings

MOST_SECONDS = 3600.0  # of a file
CLIPPED = 0.999  # of full scale
CLIPPED_RUN = 3  # consecutive samples at full scale


@dataclass(frozen=True)
class Hearing:
    """How a recording is processed.

    Attributes:
        rate: samples per second.
        samples: length of the window.
        placement: the part of a recording to use; see `ganforge.datasets.sound_settings.RecordedSettings`.
        loudness: ``peak`` or ``as_is``.
        min_seconds: shorter recordings are left out.
        silence: decibels; recordings with a lower peak are left out.
    """

    rate: int
    samples: int
    placement: str
    loudness: str
    min_seconds: float
    silence: float

    @classmethod
    def of(cls, settings: RecordedSettings) -> Hearing:
        """The processing that the settings define."""
        least, quietest = settings.shortest, settings.quietest
        return cls(settings.rate, settings.samples, settings.placement, settings.loudness, least, quietest)


@dataclass(frozen=True, slots=True)
class Window:
    """The window of a recording.

    Attributes:
        sound: (samples,) int16.
        digest: of the file's content.
        sound_digest: of the sound.
        format: of the file.
        notes: what was done, keys of `ganforge.prepared.facts.NOTES`.
    """

    sound: np.ndarray
    digest: bytes
    sound_digest: bytes
    format: str
    notes: tuple[str, ...]


def hear(content: bytes, hearing: Hearing) -> Window | Refusal:
    """The window of the recording in a file's content, or the reason why it has none."""
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.frames > MOST_SECONDS * file.samplerate:
                return Refusal("long", f"it lasts {file.frames / file.samplerate:.0f} s, more than {MOST_SECONDS:.0f}")
            rate, channels, kind = file.samplerate, file.channels, file.format
            recorded = file.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, MemoryError) as error:
        return Refusal("broken", reason_of(error))
    if not len(recorded) or not np.isfinite(recorded).all():
        return Refusal("broken", "it has no samples" if not len(recorded) else "it has samples that are not finite")
    notes = ["clipped"] if is_clipped(recorded) else []
    channelwise = recorded - recorded.mean(0)  # a constant offset is not heard
    sound = channelwise.mean(1)
    seconds = len(sound) / rate
    if seconds < hearing.min_seconds:
        return Refusal("short", f"it lasts {seconds:.2f} s")
    mixed, sound = sound, resampled(sound, rate, hearing.rate)
    if not len(sound):
        return Refusal("short", f"it lasts {seconds:.4f} s")
    least = 10 ** (hearing.silence / 20)
    for part, reason in (
        (channelwise, f"nothing in it is louder than {hearing.silence:g} dB, apart from a constant offset"),
        (mixed, "its channels cancel each other out"),
        (sound, f"it has only frequencies above {hearing.rate / 2:g} Hz, half of dataset.rate"),
    ):
        if peak_of(part) <= least:
            return Refusal("silent", reason)
    notes += [note for note, done in (("mixed", channels > 1), ("resampled", rate != hearing.rate)) if done]
    notes += ["cut"] if len(sound) > hearing.samples else []
    window = fitted(sound, hearing.samples, start_of(sound, hearing.samples, hearing.placement))
    if peak_of(window) <= least:
        return Refusal("silent", "the part that dataset.placement selects is silent")
    if hearing.loudness == "peak":
        window = window * (PEAK / peak_of(window))
    levels = levels_of(window)
    return Window(levels, digest_of_file(content), digest_of_file(levels.tobytes()), kind, tuple(notes))


def digest_of_file(content: bytes) -> bytes:
    """What identifies a recording, or the sound in it."""
    return hashlib.sha256(content).digest()


def peak_of(sound: np.ndarray) -> float:
    """The largest absolute value of a sound, (samples,) or (samples, channels)."""
    return float(np.abs(sound).max())


def is_clipped(recorded: np.ndarray) -> bool:
    """Whether several consecutive samples in a channel of (samples, channels) are at full scale."""
    full = np.abs(recorded) >= CLIPPED
    runs = full[CLIPPED_RUN - 1 :].copy()
    for earlier in range(CLIPPED_RUN - 1):
        runs &= full[earlier : len(full) - CLIPPED_RUN + 1 + earlier]
    return bool(runs.any())
