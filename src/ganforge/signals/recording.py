"""Reads and writes sound files."""

from __future__ import annotations

import io

import numpy as np

from ganforge.errors import UserError, first_line

WAV, MP3 = "audio/wav", "audio/mpeg"
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
PEAK = 0.7  # of full scale, 3 dB below it, because a sound reconstructed from a spectrogram may be louder
LEVELS = 32768  # of 16 bits on each side


def wav(sound: np.ndarray, rate: int) -> bytes:
    """A WAV file of 16 bits, which keeps every sample.

    Args:
        sound: (samples,) float; values beyond -1 and 1 are clipped.
        rate: samples per second.
    """
    return _encoded(sound, rate, "WAV")


def mp3(sound: np.ndarray, rate: int) -> bytes:
    """An MP3 file, which every browser plays and which is smaller; arguments as for `wav`.

    A rate that MP3 does not support is raised to the next one, or lowered to the highest one.
    """
    if rate not in MP3_RATES:
        import soxr

        wanted = next((each for each in MP3_RATES if each > rate), MP3_RATES[-1])
        sound, rate = soxr.resample(sound, rate, wanted), wanted
    return _encoded(sound, rate, "MP3")


def _encoded(sound: np.ndarray, rate: int, form: str) -> bytes:
    import soundfile

    content = io.BytesIO()
    soundfile.write(content, levels_of(sound), rate, format=form)
    return content.getvalue()


def levels_of(sound: np.ndarray) -> np.ndarray:
    """Floats, -1 to 1, rounded to 16 bits; values beyond are clipped."""
    return np.clip(np.round(sound * LEVELS), -LEVELS, LEVELS - 1).astype(np.int16)


def reason_of(error: Exception) -> str:
    """Why a file cannot be read, in libsndfile's words, without the address of the buffer."""
    reason = getattr(error, "error_string", None) or first_line(error)
    return reason.rstrip(".")


def read_sound(content: bytes) -> tuple[np.ndarray, int]:
    """The sound in the content of a file, with mixed channels.

    Args:
        content: content of a WAV, FLAC, OGG or MP3 file, or of another format of libsndfile.

    Returns:
        (samples,) float32, -1 to 1, and samples per second.

    Raises:
        UserError: it is not a sound.
    """
    import soundfile

    try:
        sound, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise UserError(f"the sound cannot be read ({reason_of(error)}); allowed is WAV, FLAC, OGG or MP3.") from None
    mixed: np.ndarray = sound.mean(1)
    return mixed, int(rate)
