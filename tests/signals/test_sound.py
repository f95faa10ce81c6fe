"""Sounds as spectrograms and as waveforms."""

import io

import numpy as np
import pytest
import soundfile
import torch

from ganforge.errors import UserError
from ganforge.signals.recording import mp3, read_sound, wav
from ganforge.signals.sound import SpectrogramSignal, WaveformSignal, fitted, resampled

RATE = 8000
ABOUT = {"rate": RATE, "samples": 4096, "fft": 256}
WAVEFORM = WaveformSignal((1, 4096), ABOUT)
SPECTROGRAM = SpectrogramSignal((1, 128, 32), ABOUT | {"loudest": [0.0] * 128, "rounds": 32})
CPU = torch.device("cpu")


def tone(pitch=440.0, samples=4096, rate=RATE, level=0.5):
    return (level * np.sin(2 * np.pi * pitch * np.arange(samples) / rate)).astype(np.float32)


def pitch_of(sound, rate=RATE):
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * len(sound)))
    return np.argmax(spectrum) * rate / (8 * len(sound))


@pytest.mark.parametrize("signal", [WAVEFORM, SPECTROGRAM], ids=["waveform", "spectrogram"])
def test_a_tone_keeps_its_pitch_and_its_loudness(signal):
    stored = signal.of_sounds(tone()[None])
    assert stored.dtype == signal.dtype
    assert stored.shape == (1, *signal.shape)
    again = signal.sound(stored[0])
    assert abs(pitch_of(again) - 440) < 2
    assert 0.4 < np.abs(again[500:-500]).max() < 0.65


def test_silence_is_the_least_that_a_spectrogram_holds():
    stored = SPECTROGRAM.of_sounds(np.zeros((1, 4096), np.float32))
    assert (stored == -1).all()
    assert not SPECTROGRAM.sound(stored[0]).any()


def test_what_is_rebuilt_differs_and_is_rebuilt_to_nearly_itself():
    stored = SPECTROGRAM.of_sounds(tone()[None] * np.linspace(1, 0, 4096, dtype=np.float32))
    once = SPECTROGRAM.rebuilt(stored)
    assert once.dtype == stored.dtype
    assert not np.array_equal(once, stored)
    assert np.abs(once.astype(float) - stored).mean() < 0.15
    assert np.array_equal(WAVEFORM.rebuilt(stored), stored)


def test_features_see_the_same_of_both_kinds():
    sounds = tone()[None]
    seen = [signal.for_features(signal.presented(signal.of_sounds(sounds), CPU)) for signal in (WAVEFORM, SPECTROGRAM)]
    assert seen[0].shape == seen[1].shape == (1, *WAVEFORM.view_shape) == (1, 1, 64, 32)
    assert (seen[0] - seen[1]).abs().mean() < 0.02
    assert -1 <= seen[0].min() < seen[0].max() < 1.1


def test_features_can_be_learnt_through():
    x = SPECTROGRAM.presented(SPECTROGRAM.of_sounds(tone()[None]), CPU).requires_grad_()
    SPECTROGRAM.for_features(x).sum().backward()
    assert torch.isfinite(x.grad).all() and x.grad.any()


@pytest.mark.parametrize(("form", "suffix"), [("WAV", ".wav"), ("FLAC", ".flac"), ("OGG", ".ogg"), ("MP3", ".mp3")])
def test_files_of_every_kind_are_read(form, suffix):
    stereo = np.stack([tone(rate=16000, samples=16000), tone(rate=16000, samples=16000)], axis=1)
    content = io.BytesIO()
    soundfile.write(content, stereo, 16000, format=form)
    stored = WAVEFORM.decode(content.getvalue())
    assert stored.shape == WAVEFORM.shape
    assert abs(pitch_of(WAVEFORM.sound(stored)) - 440) < 2


def test_a_sample_is_written_as_it_is_and_read_again():
    stored = WAVEFORM.of_sounds(tone()[None])[0]
    content = WAVEFORM.encode(stored)
    assert content[:4] == b"RIFF"
    assert np.array_equal(WAVEFORM.decode(content), stored)
    assert soundfile.info(io.BytesIO(content)).samplerate == RATE


def test_what_is_no_sound_is_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"cannot be read .*; allowed is WAV, FLAC, OGG or MP3"):
        WAVEFORM.decode(b"RIFF, but nothing else")
    with pytest.raises(UserError, match="the sound is silent; use"):
        WAVEFORM.decode(wav(np.zeros(100, np.float32), RATE))


def test_sounds_that_are_too_loud_are_cut_off_in_files():
    sound, rate = read_sound(wav(np.array([2.0, -2.0, 0.5], np.float32), RATE))
    assert rate == RATE
    assert np.allclose(sound, [1, -1, 0.5], atol=1e-3)


def test_an_mp3_is_a_few_times_smaller_and_sounds_alike():
    sound = tone(samples=RATE)
    assert 3 * len(mp3(sound, RATE)) < len(wav(sound, RATE))
    again, rate = read_sound(mp3(sound, RATE))
    assert rate == RATE
    assert abs(pitch_of(again) - 440) < 2


def test_resampling_keeps_pitch_and_what_is_above_the_band_is_gone():
    assert abs(pitch_of(resampled(tone(rate=44100, samples=44100), 44100, RATE)) - 440) < 1
    hiss = resampled(tone(pitch=6000, rate=44100, samples=44100), 44100, RATE)
    assert np.abs(hiss[500:-500]).max() < 0.01


@pytest.mark.parametrize(
    ("start", "expected"), [(0, [1, 2, 3]), (1, [2, 3, 4]), (-1, [0, 1, 2]), (3, [4, 0, 0]), (9, [0, 0, 0])]
)
def test_a_window_is_filled_up_with_silence(start, expected):
    assert fitted(np.array([1, 2, 3, 4], np.float32), 3, start).tolist() == expected


def test_a_picture_has_low_frequencies_at_the_bottom():
    picture = SPECTROGRAM.picture(SPECTROGRAM.of_sounds(tone(pitch=440)[None])[0])
    assert picture.shape == (3, 128, 32)
    loudest = picture.astype(int).sum(0).mean(1).argmax()
    assert abs((127 - loudest) * RATE / 256 - 440) < 2 * RATE / 256


def test_what_is_too_loud_for_a_file_is_made_less_loud():
    signal = SpectrogramSignal((1, 128, 32), ABOUT | {"loudest": [1.0] * 128, "rounds": 32})
    loud = signal.sound(signal.of_sounds(tone(level=1.5)[None])[0])
    assert 0.5 < np.abs(loud).max() < 1
    assert abs(pitch_of(loud) - 440) < 2


@pytest.mark.parametrize("rate", [6000, 10000, 20000, 96000])
def test_players_take_any_rate(rate):
    again, found = read_sound(mp3(tone(rate=rate, samples=rate), rate))
    assert abs(pitch_of(again, found) - 440) < 2


def test_numbers_that_are_none_are_refused():
    content = io.BytesIO()
    soundfile.write(content, np.full(100, np.nan), RATE, format="WAV", subtype="FLOAT")
    with pytest.raises(UserError, match="samples that are not finite"):
        WAVEFORM.decode(content.getvalue())


def test_a_file_is_cut_where_the_training_data_were():
    sound = np.concatenate([np.zeros(RATE, np.float32), 0.5 * np.sin(np.arange(RATE) / 5).astype(np.float32)])
    loudest = WaveformSignal(WAVEFORM.shape, {**WAVEFORM.about, "placement": "loudest"})
    assert np.abs(loudest.decode(wav(sound, RATE))).mean() > 5000
    with pytest.raises(UserError, match="the sound is silent"):
        WAVEFORM.decode(wav(sound, RATE))
