"""What is wrong with sounds: planted faults show, and real sounds have few."""

import numpy as np
import pytest

from ganforge.evaluation.audio import (
    entropy,
    has_clicks,
    inception_style_score,
    is_silent,
    pitch_errors,
)
from ganforge.signals.sound import SpectrogramSignal, WaveformSignal

RATE = 8000


@pytest.fixture
def sounds():
    """Decaying tones with a little noise."""
    random = np.random.default_rng(0)
    time = np.arange(4096) / RATE
    pitches = random.uniform(200, 400, (20, 1))
    tones = sum(np.sin(2 * np.pi * k * pitches * time) / k for k in (1, 2, 3))
    return 0.3 * tones * np.exp(-4 * time) + 0.002 * random.standard_normal((20, 4096))


def test_clean_sounds_have_no_faults(sounds):
    assert not is_silent(sounds, RATE).any()
    assert not has_clicks(sounds, RATE).any()


def test_a_planted_click_is_found_where_it_is(sounds):
    sounds[3, 2000] += 0.3
    assert np.flatnonzero(has_clicks(sounds, RATE)).tolist() == [3]


def test_a_jump_in_the_wave_is_a_click(sounds):
    sounds[5, 3000:] += 0.3
    assert has_clicks(sounds, RATE)[5]


@pytest.mark.parametrize("clicks", [3, 8])
def test_clicks_do_not_hide_each_other(sounds, clicks):
    for number in range(clicks):
        sounds[5, 1000 + 15 * number] += 0.5 * (-1) ** number
    assert np.flatnonzero(has_clicks(sounds, RATE)).tolist() == [5]


@pytest.mark.parametrize("pitch", [80, 110, 220, 440])
def test_waves_that_jump_in_every_period_have_no_clicks_unless_one_is_planted(pitch):
    time = np.arange(4096) / RATE
    harmonics = np.arange(1, RATE // 2 // pitch)
    sawtooth = 2 * (time * pitch % 1) - 1
    limited = (np.sin(2 * np.pi * pitch * np.outer(harmonics, time)) / harmonics[:, None]).sum(0) * 2 / np.pi
    waves = 0.3 * np.stack([sawtooth, np.sign(sawtooth), limited])
    assert not has_clicks(waves, RATE).any()
    waves = 0.1 * waves
    waves[:, 2000] += 0.9
    assert has_clicks(waves, RATE).all()


def test_a_smooth_onset_is_none(sounds):
    late = np.roll(sounds, 500, axis=1)
    late[:, :500] = 0
    late[:, 500:524] *= np.linspace(0, 1, 24)
    assert not has_clicks(late, RATE).any()


def test_planted_silence_is_found(sounds):
    sounds[1] *= 1e-3
    assert np.flatnonzero(is_silent(sounds, RATE)).tolist() == [1]
    assert not is_silent(sounds[2:, :10], RATE * 100).any()  # shorter than a frame


def test_planted_loudness_is_found_in_waveforms_and_in_what_is_rebuilt(sounds):
    about = {"rate": RATE, "samples": 4096, "fft": 256, "loudest": [3.0] * 128, "rounds": 8}
    loud = sounds.astype(np.float32)
    loud[2] *= 8
    for signal in (WaveformSignal((1, 4096), about), SpectrogramSignal((1, 128, 32), about)):
        assert np.flatnonzero(signal.is_too_loud(signal.of_sounds(loud))).tolist() == [2]


@pytest.mark.parametrize("cents", [-40.0, -10.0, 0.0, 3.0, 60.0])
def test_a_pitch_is_measured_to_a_cent(cents):
    pitch = 330 * 2 ** (cents / 1200)
    tone = np.sin(2 * np.pi * pitch * np.arange(4096) / RATE)[None]
    assert pitch_errors(tone, np.array([330.0]), RATE)[0] == pytest.approx(cents, abs=1)


def test_noise_is_out_of_tune():
    noise = np.random.default_rng(0).standard_normal((200, 4096))
    assert np.mean(np.abs(pitch_errors(noise, np.full(200, 330.0), RATE)) <= 25) < 0.2


def test_entropy_counts_what_there_is():
    assert entropy(np.full(6, 10)) == pytest.approx(np.log(6))
    assert entropy(np.array([0, 0, 3])) == 0


def test_the_inception_style_score_is_that_of_the_formula():
    random = np.random.default_rng(0)
    p = random.dirichlet(np.ones(5), 50)
    expected = np.exp(np.mean([np.sum(row * np.log(row / p.mean(0))) for row in p]))
    assert inception_style_score(p) == pytest.approx(expected)
    assert inception_style_score(np.eye(5)) == pytest.approx(5)
    assert inception_style_score(np.full((5, 5), 0.2)) == pytest.approx(1)
