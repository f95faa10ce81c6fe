"""Measures of music, some from published work, for pieces as MIDI numbers.

Pieces are (N, voices, steps) of MIDI numbers, `ganforge.signals.midi.REST` where a voice is silent. A bar has ``bar``
steps; steps after the last whole bar are left out.

* Dong et al. 2018, MuseGAN, https://arxiv.org/abs/1709.06298, section 5: empty bars, pitch classes in a bar, tonal
  distance between voices. Its qualified notes last at least three of the 96 steps of a bar; here, long notes last an
  eighth.
* Mogren 2016, C-RNN-GAN, https://arxiv.org/abs/1611.09904, section 3: notes in the scale that fits best.
* Harte, Sandler & Gasser 2006, Detecting harmonic change in musical audio, equations 1 to 3: the tonal centroid.
"""

from __future__ import annotations

import itertools

import numpy as np

from ganforge.signals.midi import REST, notes_in

MAJOR = (0, 2, 4, 5, 7, 9, 11)  # natural minor scales have the pitch classes of their relative major
SCALES = np.array([[(pitch_class - tonic) % 12 in MAJOR for pitch_class in range(12)] for tonic in range(12)])
RADII = (1.0, 1.0, 0.5)  # of the circles of fifths, minor thirds and major thirds, Harte 2006
TURNS = (7 / 6, 3 / 2, 2 / 3)  # by which a semitone moves along each, in multiples of pi


QUARTERS_PER_BAR = 4
SILENCE = -1000  # a rest where pitches count from a note


def of_pieces(pieces: np.ndarray, train: np.ndarray, bar: int) -> dict[str, float]:
    """All measures of pieces by their names; a single voice or a single bar has fewer.

    Args:
        pieces: the pieces to measure.
        train: training data to compare them with.
        bar: steps of a bar of four quarter notes.
    """
    numbers = {
        "empty_bars": empty_bars(pieces, bar),
        "pitch_classes_per_bar": pitch_classes_per_bar(pieces, bar),
        "pitch_class_distance": pitch_class_distance(pieces, train),
        "copied_bars": copied_passages(pieces, train, bar, 1),
    }
    if bar >= 2 * QUARTERS_PER_BAR:  # an eighth has a step or more
        numbers["notes_of_an_eighth"] = long_notes(pieces, bar / QUARTERS_PER_BAR / 2)
    for bars, name in ((2, "copied_two_bars"), (4, "copied_four_bars")):
        if pieces.shape[2] >= bars * bar:
            numbers[name] = copied_passages(pieces, train, bar, bars)
    return numbers | (of_voices_together(pieces, bar) if pieces.shape[1] > 1 else {"in_scale": in_scale(pieces)})


def of_voices_together(pieces: np.ndarray, bar: int) -> dict[str, float]:
    """The measures that depend on which voices sound together."""
    return {
        "in_scale": in_scale(pieces),
        "voice_crossings": voice_crossings(pieces),
        "tonal_distance": tonal_distance(pieces, bar // QUARTERS_PER_BAR),
    }


def bars_of(pieces: np.ndarray, bar: int) -> np.ndarray:
    """(N, voices, steps) cut into (N, voices, bars, bar)."""
    bars = pieces.shape[2] // bar
    return pieces[:, :, : bars * bar].reshape(*pieces.shape[:2], bars, bar)


def empty_bars(pieces: np.ndarray, bar: int) -> float:
    """Share of the bars of all voices that are silent."""
    return float((bars_of(pieces, bar) == REST).all(3).mean())


def chroma(pieces: np.ndarray, steps: int) -> np.ndarray:
    """How many steps each pitch class sounds in each part of each voice, of so many steps; (N, voices, parts, 12)."""
    parts = bars_of(pieces, steps)
    classes = np.where(parts == REST, REST, parts % 12)
    return np.stack([(classes == pitch_class).sum(3) for pitch_class in range(12)], axis=3)


def pitch_classes_per_bar(pieces: np.ndarray, bar: int) -> float:
    """Mean number of different pitch classes in the bars of a voice that are not empty."""
    used = (chroma(pieces, bar) > 0).sum(3)
    return float(used[used > 0].mean()) if used.any() else 0.0


def long_notes(pieces: np.ndarray, least: float) -> float:
    """Share of the notes that last at least so many steps; 0 if there are no notes."""
    _, _, steps, _ = notes_in(pieces.reshape(-1, pieces.shape[2]))
    return float((steps >= least).mean()) if len(steps) else 0.0


def note_counts(pieces: np.ndarray) -> np.ndarray:
    """The number of notes of each pitch class in each piece, (N, 12)."""
    voice, _, _, pitch = notes_in(pieces.reshape(-1, pieces.shape[2]))
    counts = np.zeros((len(pieces), 12))
    np.add.at(counts, (voice // pieces.shape[1], pitch % 12), 1)
    return counts


def in_scale(pieces: np.ndarray) -> float:
    """Share of the notes of all pieces in the major or natural minor scale that fits their piece best."""
    counts = note_counts(pieces)
    total = counts.sum()
    return float((counts @ SCALES.T).max(1).sum() / total) if total else 0.0


def pitch_class_distance(pieces: np.ndarray, others: np.ndarray) -> float:
    """Total variation between the shares of the twelve pitch classes among the notes of both, 0 to 1."""
    shares = [counts / max(counts.sum(), 1) for counts in (note_counts(pieces).sum(0), note_counts(others).sum(0))]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def voice_crossings(pieces: np.ndarray) -> float:
    """Share of the steps at which any voice sounds above one that should be higher."""
    crossed = np.zeros((len(pieces), pieces.shape[2]), dtype=bool)
    for upper, lower in itertools.combinations(range(pieces.shape[1]), 2):
        crossed |= (pieces[:, upper] != REST) & (pieces[:, lower] > pieces[:, upper])
    return float(crossed.mean())


def tonal_centroids(weights: np.ndarray) -> np.ndarray:
    """Places (..., 6) of weights of the pitch classes (..., 12), in a space in which related keys are near.

    Harte 2006, equation 1; the weights are divided by their sum.
    """
    angles = np.pi * np.multiply.outer(TURNS, np.arange(12))
    space = np.concatenate([radius * np.stack([np.sin(angle), np.cos(angle)]) for radius, angle in zip(RADII, angles)])
    total: np.ndarray = weights.sum(-1, keepdims=True)
    centroids: np.ndarray = weights / np.maximum(total, 1) @ space.T
    return centroids


def tonal_distance(pieces: np.ndarray, beat: int) -> float:
    """Mean distance between the tonal centroids of two voices in a beat in which both sound; 0 if none do.

    Args:
        pieces: the pieces.
        beat: steps of a beat; the authors of MuseGAN also measure beats.
    """
    weights = chroma(pieces, beat)
    centroids, sounds = tonal_centroids(weights), weights.sum(3) > 0
    distances = []
    for one, other in itertools.combinations(range(pieces.shape[1]), 2):
        apart = np.linalg.norm(centroids[:, one] - centroids[:, other], axis=-1)
        distances.append(apart[sounds[:, one] & sounds[:, other]])
    joined = np.concatenate(distances)
    return float(joined.mean()) if len(joined) else 0.0


def copied_passages(pieces: np.ndarray, known: np.ndarray, bar: int, bars: int) -> float:
    """Share of the passages of so many bars that occur in ``known``, in all voices; silence is ignored.

    Passages begin at every bar of a piece. Pitches count from the first note of a passage, so transposed copies are
    found.
    """
    learnt = {passage.tobytes() for passage in _passages(known, bar, bars)}
    passages = _passages(pieces, bar, bars)
    return sum(passage.tobytes() in learnt for passage in passages) / max(len(passages), 1)


def _passages(pieces: np.ndarray, bar: int, bars: int) -> np.ndarray:
    """All passages that are not silent; (passages, voices * bars * bar)."""
    cut = bars_of(pieces, bar)
    starts = range(cut.shape[2] - bars + 1)
    joined = [cut[:, :, start : start + bars].reshape(len(pieces), -1) for start in starts]
    passages = np.concatenate(joined) if joined else np.empty((0, 1), pieces.dtype)
    passages = passages[(passages != REST).any(1)].astype(np.int16)
    first = passages[np.arange(len(passages)), (passages != REST).argmax(1)] if len(passages) else passages[:, 0]
    return np.ascontiguousarray(np.where(passages == REST, np.int16(SILENCE), passages - first[:, None]))


def shuffled_voices(pieces: np.ndarray) -> np.ndarray:
    """Pieces that combine voices of different ones: each voice comes from another piece, as far away as possible."""
    count, voices = pieces.shape[:2]
    order = np.random.default_rng(0).permutation(count)
    moved = [pieces[np.roll(order, voice * count // voices), voice] for voice in range(voices)]
    return np.stack(moved, axis=1)
