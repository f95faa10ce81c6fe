"""Music: what networks see, what a MIDI file keeps, and what is heard."""

import io
from itertools import pairwise

import mido
import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.signals.midi import REST, Note, Score, Sounding, notes_of, read_midi, voices_of
from ganforge.signals.music import COLOURS, MusicSignal
from ganforge.signals.synthesiser import RATE, synthesise, tone_of
from tests.melodies import midi

ABOUT = {"lowest": 48, "pitches": 24, "steps_per_quarter": 4, "tempo": 120}
SIGNAL = MusicSignal((2, 32), ABOUT)


def read(content, voices, steps_per_quarter=4):
    return voices_of(read_midi(content), voices, steps_per_quarter).tolist()


def random_pieces(count, signal=SIGNAL):
    """Pieces with held notes, notes that are struck again, and rests."""
    random = np.random.default_rng(1)
    values = random.integers(0, 4, (count, *signal.shape)) * random.integers(1, 9, (count, signal.shape[0], 1))
    return np.repeat(values[..., ::2], 2, axis=-1).astype(np.uint8) * random.integers(0, 9, values.shape).astype(bool)


def test_every_voice_has_probabilities_that_sum_to_one_at_every_step():
    drawn = SIGNAL.output(3 * torch.randn(5, *SIGNAL.network_shape)).unflatten(1, (2, 25))
    assert drawn.min() >= 0
    assert torch.allclose(drawn.sum(2), torch.ones(5, 2, 32))
    real = SIGNAL.presented(random_pieces(5), torch.device("cpu")).unflatten(1, (2, 25))
    assert torch.equal(real.sum(2), torch.ones(5, 2, 32))
    assert set(real.unique().tolist()) == {0, 1}


def test_the_steps_of_a_pair_differ_by_a_share_of_what_the_networks_compute():
    torch.manual_seed(0)
    x = torch.randn(64, *SIGNAL.network_shape)
    closer = MusicSignal(SIGNAL.shape, ABOUT | {"step_difference": 0.1})
    first, second = x[..., ::2], x[..., 1::2]
    moved = torch.stack((0.55 * first + 0.45 * second, 0.45 * first + 0.55 * second), -1).flatten(-2)
    assert torch.allclose(closer.output(x), SIGNAL.output(moved))

    def broken(drawn):
        """The share of pairs whose steps have different notes."""
        notes = SIGNAL.from_network(drawn)
        return float((notes[..., ::2] != notes[..., 1::2]).float().mean())

    assert broken(closer.output(x)) < 0.3 < 0.9 < broken(SIGNAL.output(x))


def test_a_generator_from_before_pairs_draws_as_it_did():
    x = torch.randn(5, *SIGNAL.network_shape)
    for signal in (SIGNAL, MusicSignal(SIGNAL.shape, ABOUT | {"step_difference": 1.0})):
        notes = x.unflatten(1, (2, 25)).argmax(2).to(torch.uint8)
        assert torch.equal(signal.from_network(signal.output(x)), notes)
        assert torch.equal(signal.output(x), SIGNAL.output(x.clone()))


def test_a_one_stands_at_the_pitch_of_the_voice():
    stored = np.zeros((1, 2, 32), np.uint8)
    stored[0, 1, 7] = 13
    seen = SIGNAL.presented(stored, torch.device("cpu"))
    assert seen.shape == (1, 50, 32)
    assert seen[0, 25 + 13, 7] == 1
    assert seen[0, :25].argmax(0).eq(0).all()
    assert SIGNAL.midi_numbers(stored)[0, 1, 6:9].tolist() == [REST, 60, REST]


def test_the_feature_network_is_shown_a_piano_roll_of_each_voice():
    stored = random_pieces(3)
    rolls = SIGNAL.for_features(SIGNAL.presented(stored, torch.device("cpu")))
    assert rolls.shape == (3, *SIGNAL.view_shape) == (3, 2, 25, 32)
    assert np.array_equal(rolls.argmax(2).numpy(), stored)


def test_every_piece_is_read_from_its_file_as_it_was():
    for stored in random_pieces(20):
        assert np.array_equal(SIGNAL.decode(SIGNAL.encode(stored)), stored)


def test_a_run_is_one_note_and_a_rest_of_one_step_strikes_it_again():
    voice = np.array([60, 60, 60, REST, 60, 62, REST, REST, 62, REST])
    assert notes_of(voice) == [Note(0, 4, 60), Note(4, 1, 60), Note(5, 1, 62), Note(8, 1, 62)]
    assert notes_of(np.full(4, REST)) == []


def test_a_note_that_is_struck_again_ends_a_step_earlier_unless_it_has_one_step():
    assert read(midi([[(60, 4), (60, 2), (62, 2)]]), 1) == [[60, 60, 60, REST, 60, 60, 62, 62]]
    assert read(midi([[(60, 1), (60, 1), (62, 2)]]), 1) == [[60, 60, 62, 62]]
    assert read(midi([[(60, 8)]]), 1) == [[60] * 8]


def test_a_file_of_several_tracks_is_read_note_for_note_with_the_highest_voice_first():
    tracks = [[(48, 4), (50, 4)], [(None, 2), (72, 2), (74, 4)]]
    expected = [[REST, REST, 72, 72, 74, 74, 74, 74], [48] * 4 + [50] * 4]
    assert read(midi(tracks), 2) == expected
    assert read(midi(tracks, form=0), 2) == expected


@pytest.mark.parametrize("ticks", [24, 96, 480, 1000])
def test_neither_tempi_nor_ticks_change_the_notes(ticks):
    tracks = [[(60, 4), (64, 2), (67, 6)]]
    assert read(midi(tracks, ticks=ticks, tempi=[60]), 1) == read(midi(tracks, tempi=[180, 90]), 1)


def test_steps_may_be_of_another_length():
    assert read(midi([[(60, 4), (62, 4)]]), 1, steps_per_quarter=2) == [[60, 60, 62, 62]]


def test_percussion_is_left_out():
    score = read_midi(midi([[(60, 8)], [(36, 2)] * 4], channels=[0, 9]))
    assert score.drums
    assert len(score.parts) == 1
    with pytest.raises(UserError, match="no notes except percussion"):
        read(midi([[(36, 2)]], channels=[9]), 1)


def test_of_several_notes_at_once_the_upper_voice_has_the_highest_and_the_last_the_lowest():
    chords = [[((60, 64, 67), 4)], [((40, 43), 4)]]
    assert read(midi(chords), 2) == [[67] * 4, [40] * 4]


def test_notes_of_one_track_are_shared_out_from_above_and_from_below():
    chords = [[((48, 60, 64, 67), 2), ((48, 67), 2), ((48, 60, 67), 2), ((67,), 2)]]
    found = read(midi(chords), 4)
    assert [row[::2] for row in found] == [[67, 67, 67, 67], [64, -1, 60, -1], [60, -1, -1, -1], [48, 48, 48, -1]]


def test_the_parts_that_sound_longest_are_taken():
    parts = [[(72, 2)], [(60, 8)], [(48, 8)]]
    assert read(midi(parts), 2) == [[60] * 8, [48] * 8]


@pytest.mark.parametrize("content", [b"", b"RIFF", midi([[(60, 4)]])[:30], b"MThd\0\0\0\6\0\2\0\1\0\x60"])
def test_what_is_no_music_is_refused_in_a_sentence(content):
    with pytest.raises(UserError, match=r"MIDI file of type 0 or 1|no notes"):
        SIGNAL.decode(content)


def test_music_beyond_the_pitches_is_refused():
    with pytest.raises(UserError, match=r"from MIDI note 40 to 60; allowed is 48 to 71"):
        SIGNAL.decode(midi([[(60, 4)], [(40, 4)]]))


def test_a_file_has_a_track_for_each_voice_and_the_tempo():
    file = mido.MidiFile(file=io.BytesIO(SIGNAL.encode(random_pieces(1)[0])))
    assert len(file.tracks) == 2
    assert file.length == pytest.approx(8 * 60 / 120)


@pytest.mark.parametrize("pitch", [36, 57, 69, 84])
def test_a_tone_has_its_pitch_within_five_cents(pitch):
    tone = tone_of(pitch, 4.0)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 16 * len(tone)))
    found = np.fft.rfftfreq(16 * len(tone), 1 / RATE)[spectrum.argmax()]
    assert abs(1200 * np.log2(found / (440 * 2 ** ((pitch - 69) / 12)))) < 5


def test_a_sound_has_no_clicks_and_stays_below_one():
    voices = np.full((3, 64), REST)
    for number, voice in enumerate(voices):
        voice[number : 60 - number] = np.repeat([60, 64, 67, 48][number:] + [52] * number, 15)[: 60 - 2 * number]
    sound = synthesise(voices, 0.1)
    assert sound.dtype == np.float32
    assert 0.5 < np.abs(sound).max() < 1
    assert sound[0] == sound[-1] == 0
    edges = np.abs(np.diff(sound, n=3))
    changes = sorted({round(step * 0.1 * RATE) for step in (0, 14, 15, 16, 29, 30, 31, 45, 46, 58, 59, 60)})
    quiet = np.concatenate(
        [edges[first + 900 : last - 400] for first, last in pairwise(changes) if last - first > 2000]
    )
    assert max(edges[max(0, at - 20) : at + 20].max() for at in changes) < 1.5 * quiet.max()


def test_silence_is_silent_and_lasts():
    sound = SIGNAL.sound(np.zeros((2, 32), np.uint8))
    assert not sound.any()
    assert len(sound) / SIGNAL.rate >= 32 * 60 / 120 / 4


def test_a_note_that_is_struck_again_is_heard_twice():
    held, struck = np.full((1, 16), 69), np.full((1, 16), 69)
    struck[0, 7] = REST

    def dip(sound):
        """The quietest moment around the middle."""
        around = sound[round(0.75 * RATE) : round(1.05 * RATE)]
        return np.abs(around[: len(around) // 80 * 80]).reshape(-1, 80).max(1).min()

    assert dip(synthesise(struck, 0.125)) < 0.8 * dip(synthesise(held, 0.125))


def test_a_piano_roll_shows_high_notes_at_the_top_in_the_colours_of_their_voices():
    stored = np.zeros((2, 32), np.uint8)
    stored[0, :16], stored[1, 16:] = 24, 1
    roll = SIGNAL.picture(stored)
    assert roll.shape == (3, 72, 96)
    assert roll.dtype == np.uint8
    assert tuple(roll[:, 0, 1]) == COLOURS[0]
    assert tuple(roll[:, -1, 50]) == COLOURS[1]
    assert tuple(roll[:, 0, 50]) != COLOURS[0]


def test_silent_bars_before_the_music_are_left_out_but_those_of_a_sample_stay():
    late = midi([[(None, 48), (60, 4)], [(None, 48), (50, 4)]])
    assert SIGNAL.decode(late)[0, 0] > 0
    stored = SIGNAL.decode(late)
    stored[:, :16], stored[:, 16:32] = 0, stored[:, :16].copy()
    assert np.array_equal(SIGNAL.decode(SIGNAL.encode(stored)), stored)


@pytest.mark.parametrize("overlap", [0.25, 0.5])
def test_notes_of_a_melody_that_overlap_are_no_second_voice(overlap):
    starts = [0.0, 2.0, 4.0, 6.0]
    melody = [Sounding(start, start + 2 + overlap, pitch) for start, pitch in zip(starts, (72, 71, 69, 67))]
    upper, lower = voices_of(Score([melody], None, 1, drums=False), 2, 4)
    assert upper.tolist()[:32] == [72] * 8 + [71] * 8 + [69] * 8 + [67] * 8
    assert (lower == REST).all()


def test_a_held_note_under_a_melody_is_one():
    parts = [Sounding(0.0, 4.0, 48), *(Sounding(float(beat), beat + 1.0, 72 - beat) for beat in range(4))]
    upper, lower = voices_of(Score([parts], None, 1, drums=False), 2, 4)
    assert lower.tolist() == [48] * 16
    assert upper.tolist() == [72] * 4 + [71] * 4 + [70] * 4 + [69] * 4


def test_a_moving_voice_does_not_cut_the_notes_under_it():
    """A dotted quarter and an eighth over a half note, as in hymns; and a pickup at the end of a held bass."""
    hymn = [Sounding(0.0, 1.5, 74), Sounding(1.5, 2.0, 72), *(Sounding(0.0, 2.0, pitch) for pitch in (67, 62, 55))]
    voices = voices_of(Score([hymn], None, 1, drums=False), 4, 4).tolist()
    assert voices == [[74] * 6 + [72] * 2, [67] * 8, [62] * 8, [55] * 8]
    syncopated = [Sounding(0.0, 1.5, 74), Sounding(1.5, 2.5, 72), Sounding(0.0, 2.0, 60), Sounding(2.0, 2.5, 62)]
    upper, lower = voices_of(Score([syncopated], None, 1, drums=False), 2, 4).tolist()
    assert (upper, lower) == ([74] * 6 + [72] * 4, [60] * 8 + [62] * 2)
    pickup = [Sounding(0.0, 4.0, 48), Sounding(3.0, 4.0, 60)]
    assert voices_of(Score([pickup], None, 1, drums=False), 2, 4)[1].tolist()[12:] == [48] * 4
