"""Music: measures against their formulas, and that planted faults show."""

from types import SimpleNamespace

import numpy as np
import pytest

from ganforge.datasets.chorales import FILE, read_chorales
from ganforge.datasets.pieces import window_starts
from ganforge.evaluation.inputs import Samples
from ganforge.evaluation.markov import MarkovChain
from ganforge.evaluation.music import (
    copied_passages,
    empty_bars,
    in_scale,
    long_notes,
    of_pieces,
    of_voices_together,
    pitch_class_distance,
    pitch_classes_per_bar,
    shuffled_voices,
    tonal_centroids,
    tonal_distance,
    voice_crossings,
)
from ganforge.evaluation.reading import beside
from ganforge.evaluation.scores.music import Music
from ganforge.prepared.columns import Split
from ganforge.signals.midi import REST
from ganforge.signals.music import MusicSignal
from tests.conftest import MIRROR

BAR = 16
SIGNAL = MusicSignal((4, 64), {"lowest": 30, "pitches": 60, "steps_per_quarter": 4, "tempo": 90})


def piece(*voices):
    """One piece of voices that are lists of (pitch, steps)."""
    return np.array([[np.repeat(*zip(*voice))] for voice in voices], np.int16).transpose(1, 0, 2)


def chorales_of(random, count):
    """Pieces in C major whose voices move by eighths and quarters and never cross."""
    chords = np.array([[72, 67, 64, 48], [74, 67, 65, 43], [72, 69, 65, 41], [71, 67, 62, 43], [76, 67, 60, 48]])
    walk = random.integers(len(chords), size=(count, 16))
    numbers = np.repeat(chords[walk], 4, axis=1).transpose(0, 2, 1).astype(np.int16)
    numbers[:, 0, 2::4] = np.where(random.random((count, 16)) < 0.3, 77, numbers[:, 0, 2::4])
    numbers[:, 0, 3::4] = numbers[:, 0, 2::4]
    return numbers


def stored(numbers):
    return np.where(numbers == REST, 0, numbers - 29).astype(np.uint8)


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    return chorales_of(random, 400), chorales_of(random, 100)


@pytest.fixture(scope="module")
def scored(data):
    train, test = data

    def score(numbers):
        real = SimpleNamespace(train=Split.of(stored(train)), test=Split.of(stored(test)), signal=SIGNAL)
        context = SimpleNamespace(rows=SimpleNamespace(samples=np.arange(len(numbers))))
        return Music().compute(Samples(Split.of(stored(numbers)).columns, 1), real, context)

    return score


def test_empty_bars_are_counted_in_every_voice():
    pieces = np.full((1, 2, 32), 60)
    pieces[0, 1, 16:] = REST
    pieces[0, 0, :15] = REST
    assert empty_bars(pieces, BAR) == 0.25


def test_pitch_classes_of_a_bar_are_counted_once_over_octaves():
    pieces = piece([(60, 4), (72, 4), (62, 8), (60, 16)], [(REST, 16), (50, 15), (51, 1)])
    assert pitch_classes_per_bar(pieces, BAR) == pytest.approx((2 + 1 + 2) / 3)


def test_notes_that_are_struck_again_have_their_full_length():
    pieces = piece([(60, 1), (REST, 1), (60, 1), (62, 1), (64, 2), (65, 10)])
    assert long_notes(pieces, 2) == pytest.approx(3 / 5)


def test_the_scale_that_fits_best_is_that_of_the_piece():
    major = piece([(60 + step, 2) for step in (0, 2, 4, 5, 7, 9, 11, 12)])
    assert in_scale(major) == in_scale(major + 5) == 1
    assert in_scale(piece([(69 + step, 2) for step in (0, 2, 3, 5, 7, 8, 10, 12)])) == 1  # natural minor
    assert in_scale(piece([(60 + step, 2) for step in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)])) == pytest.approx(7 / 12)


def test_the_distance_of_pitch_classes_is_the_total_variation():
    one, other = piece([(60, 8), (62, 8)]), piece([(72, 8), (64, 4), (65, 4)])
    assert pitch_class_distance(one, other) == pytest.approx(2 / 3)
    assert pitch_class_distance(one, one + 12) == 0


def test_voices_cross_where_any_lower_one_is_above_a_higher_one():
    pieces = piece([(60, 8), (REST, 8)], [(64, 4), (60, 12)], [(50, 15), (61, 1)])
    assert voice_crossings(pieces) == pytest.approx(5 / 16)


def test_a_tonal_centroid_is_that_of_the_paper():
    fifth = tonal_centroids(np.eye(12)[7])
    expected = [
        np.sin(7 * 7 * np.pi / 6),
        np.cos(7 * 7 * np.pi / 6),
        np.sin(7 * 3 * np.pi / 2),
        np.cos(7 * 3 * np.pi / 2),
    ]
    expected += [0.5 * np.sin(7 * 2 * np.pi / 3), 0.5 * np.cos(7 * 2 * np.pi / 3)]
    np.testing.assert_allclose(fifth, expected, atol=1e-12)


def test_a_fifth_is_nearer_than_a_tritone_and_an_octave_is_no_distance():
    def distance(interval):
        return tonal_distance(piece([(72, 16)], [(72 - interval, 16)]), BAR // 4)

    assert distance(12) == pytest.approx(0)
    assert distance(7) < distance(6)


def test_the_harmony_of_two_voices_is_that_of_their_beats():
    """In a bar, both voices have the same four notes, but never at once."""
    apart = piece([(60, 4), (62, 4), (64, 4), (65, 4)], [(64, 4), (65, 4), (60, 4), (62, 4)])
    assert tonal_distance(apart, BAR) == pytest.approx(0)
    assert of_voices_together(apart, BAR)["tonal_distance"] == tonal_distance(apart, BAR // 4)
    assert tonal_distance(apart, BAR // 4) > 1


def test_a_transposed_bar_is_a_copy_and_one_that_moves_otherwise_is_not():
    known = piece([(REST, 4), (60, 4), (64, 8)], [(48, 16)])
    assert copied_passages(known + 5 * (known != REST), known, BAR, 1) == 1
    assert copied_passages(known + 5 * (known == 64), known, BAR, 1) == 0


def test_bars_are_copied_in_all_voices():
    known = piece([(60, 16), (62, 16), (64, 16)], [(48, 16), (50, 16), (52, 16)])
    mixed = piece([(62, 16), (64, 16), (60, 16)], [(50, 16), (52, 16), (49, 16)])
    assert copied_passages(mixed, known, BAR, 1) == pytest.approx(2 / 3)
    assert copied_passages(mixed, known, BAR, 2) == pytest.approx(1 / 2)
    assert copied_passages(np.full((1, 2, 48), REST), known, BAR, 1) == 0


def test_shuffled_voices_are_those_of_different_pieces():
    pieces = np.arange(8)[:, None, None] + np.zeros((8, 4, 16), int)
    mixed = shuffled_voices(pieces)
    assert all(len(set(one[:, 0])) == 4 for one in mixed)
    assert (np.sort(mixed[:, :, 0], axis=0) == np.arange(8)[:, None]).all()


def test_a_chain_only_draws_what_may_follow_three_steps(data):
    train, _ = data
    drawn = MarkovChain(train).draw(50, 0)
    assert drawn.shape == (50, 4, 64)
    known = {train[n, :, t : t + 4].tobytes() for n in range(len(train)) for t in range(61)}
    assert {drawn[n, :, t : t + 4].copy().tobytes() for n in range(50) for t in range(61)} <= known
    assert np.array_equal(drawn, MarkovChain(train).draw(50, 0))
    assert not np.array_equal(drawn, MarkovChain(train).draw(50, 1))


def test_a_chain_backs_off_where_nothing_ever_followed():
    pieces = np.array([[[1, 2, 3, 4]], [[4, 5, 6, 7]]])
    assert MarkovChain(pieces).draw(20, 0).shape == (20, 1, 4)


def test_real_pieces_raise_no_alarm_and_stand_beside_a_chain_and_shuffled_voices(data, scored):
    scores = scored(data[1])
    assert Music().alarms(scores) == []
    music = scores["music"]
    assert {name for name in music if name.endswith("_shuffled")} == {
        "in_scale_shuffled", "voice_crossings_shuffled", "tonal_distance_shuffled"
    }  # fmt: skip
    table = beside(scores)
    assert table.heads == ["Markov chain", "voices shuffled"]
    assert "Markov chain" in table.text
    assert len(table.rows) == 10


def crossed(numbers):
    return numbers[:, [1, 0, 2, 3]]


def random_notes(numbers):
    return np.repeat(np.random.default_rng(1).integers(40, 80, (len(numbers), 4, 16)), 4, axis=2)


def fragmented(numbers):
    changed = numbers.copy()
    changed[..., 1::2] -= 12
    return changed


def emptied(numbers):
    changed = numbers.copy()
    changed[:, 3, 16:] = REST
    return changed


def semitone_higher(numbers):
    return numbers + np.array([1, 0, 0, 0], np.int16)[:, None]


def chromatic(numbers):
    return np.stack([numbers[:, 0], *(numbers[:, [1, 2, 3]] + np.arange(64) % 12).transpose(1, 0, 2)], axis=1)


def in_another_key(numbers):
    return numbers + 6


@pytest.mark.parametrize(
    ("fault", "alarm"),
    [
        (semitone_higher, "voices do not fit together"),
        (chromatic, "different pitch classes in a bar"),
        (in_another_key, "the frequencies of pitch classes are"),
        (crossed, "voices cross at"),
        (random_notes, "of the notes are in a scale"),
        (fragmented, "notes are broken"),
        (emptied, "of the bars are empty"),
    ],
)
def test_a_planted_fault_is_told(data, scored, fault, alarm):
    alarms = Music().alarms(scored(fault(data[1])))
    assert any(alarm in sentence for sentence in alarms)


def test_copied_bars_are_told(data, scored):
    train, test = data
    copies = np.concatenate([train[::4, :, :32], test[:, :, 32:]], axis=2)
    scores = scored(copies)
    assert scores["music"]["copied_two_bars"] >= 1 / 3
    assert any("repeat training excerpts" in sentence for sentence in Music().alarms(scores))


def test_a_single_voice_in_a_single_bar_has_neither_crossings_nor_pairs_of_bars():
    pieces = piece([(60, 8), (62, 8)])
    assert set(of_pieces(pieces, pieces, BAR)) == {
        "empty_bars", "pitch_classes_per_bar", "notes_of_an_eighth", "pitch_class_distance", "copied_bars", "in_scale"
    }  # fmt: skip


@pytest.fixture(scope="module")
def official():
    path = MIRROR / "chorales" / FILE
    if not path.exists():
        pytest.skip(f"no official {FILE} in {MIRROR}")
    parts = read_chorales(path)

    def windows(*names):
        pieces = [piece.numbers for name in names for piece in parts[name]]
        return np.stack([numbers[:, s : s + 64] for numbers in pieces for s in window_starts(numbers, 64, 16, BAR)])

    return windows("train", "valid"), windows("test")


def test_official_chorales_measure_what_they_did(official):
    train, test = official
    found, own = of_pieces(test, train, BAR), of_pieces(train, train, BAR)
    assert found["empty_bars"] < 0.001
    assert found["pitch_classes_per_bar"] == pytest.approx(3.37, abs=0.02)
    assert found["notes_of_an_eighth"] == pytest.approx(0.967, abs=0.002)
    assert found["in_scale"] == pytest.approx(0.933, abs=0.005)
    assert own["notes_of_an_eighth"] == pytest.approx(0.976, abs=0.002)
    assert found["pitch_class_distance"] == pytest.approx(0.038, abs=0.005)
    assert found["copied_bars"] == pytest.approx(0.057, abs=0.005)
    assert found["copied_four_bars"] < 0.02


def test_voices_of_different_chorales_do_not_go_together(official):
    train, test = official
    real, mixed = of_pieces(test, train, BAR), of_pieces(shuffled_voices(test), train, BAR)
    assert mixed["voice_crossings"] > 5 * real["voice_crossings"]
    assert mixed["in_scale"] < real["in_scale"] - 0.1
    assert mixed["tonal_distance"] > 1.1 * real["tonal_distance"]
