"""The short-time Fourier transform, the mel scale and the phases that are made up."""

import math

import numpy as np
import pytest
import scipy.signal
import torch

from ganforge.signals.spectrum import LOWEST_MEL, QUIETEST, Analysis, mel_bands

RATE = 8000
ANALYSIS = Analysis(4096, 256)


def chirp(samples=4096, seed=0):
    random = np.random.default_rng(seed)
    time = np.arange(samples) / RATE
    tone = np.sin(2 * np.pi * (300 + 400 * time * random.uniform(0.5, 1)) * time) * np.exp(-3 * time)
    return torch.tensor(0.5 * tone, dtype=torch.float32)[None]


def convergence(analysis, sounds, rebuilt):
    """The share of the magnitudes by which two sounds differ (Sturmel & Daudet 2011)."""
    wanted, found = (analysis.transform(each)[:, :-1, :-1].abs() for each in (sounds, rebuilt))
    return float((wanted - found).norm() / wanted.norm())


def test_it_is_the_transform_of_scipy():
    sound = chirp()
    window = ANALYSIS.window.double().numpy()
    peer = scipy.signal.ShortTimeFFT(window, ANALYSIS.hop, RATE, phase_shift=None)
    expected = peer.stft(sound[0].double().numpy(), p0=0, p1=ANALYSIS.frames)
    assert np.allclose(ANALYSIS.transform(sound)[0, :, :-1].abs(), np.abs(expected), atol=1e-6)


def test_a_full_scale_sine_has_a_magnitude_of_one():
    sine = torch.sin(2 * math.pi * 16 * RATE / 256 * torch.arange(4096) / RATE)[None]
    magnitude = ANALYSIS.log_magnitude(sine).exp()
    assert torch.allclose(magnitude[0, 16, 4:-4], torch.ones(ANALYSIS.frames - 8), atol=1e-4)


def test_both_axes_are_powers_of_two():
    assert ANALYSIS.log_magnitude(chirp()).shape == (1, ANALYSIS.bins, ANALYSIS.frames) == (1, 128, 32)


def test_the_inverse_gives_the_sound_back():
    sound = chirp()
    assert torch.allclose(ANALYSIS.inverse(ANALYSIS.transform(sound)), sound, atol=1e-5)


def test_silence_stays_silent_whatever_phases_are_made_up():
    silence = torch.full((1, ANALYSIS.bins, ANALYSIS.frames), math.log(QUIETEST))
    assert not ANALYSIS.rebuild(silence, 8).any()


def test_more_rounds_rebuild_better_and_far_better_than_phases_at_random():
    sound = chirp()
    errors = [convergence(ANALYSIS, sound, ANALYSIS.rebuild(ANALYSIS.log_magnitude(sound), n)) for n in (0, 8, 32)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.1 < errors[0]


@pytest.mark.parametrize("fft", [256, 1024])
def test_sounds_that_go_on_to_the_end_hardly_fade_out_and_do_not_overshoot(fft):
    analysis = Analysis(8192, fft)
    pitches = torch.linspace(200, 2000, 24)[:, None]
    sines = 0.7 * torch.sin(2 * math.pi * pitches * torch.arange(8192) / RATE)
    rebuilt = analysis.rebuild(analysis.log_magnitude(sines), 32)
    assert rebuilt.abs().max() < 1.2
    for share, least in ((2, 0.4), (4, 0.3)):  # of a hop; with a magnitude of zero in the last frame, less than 0.15
        loud = [sounds[:, -analysis.hop // share :].square().mean(1).sqrt() for sounds in (rebuilt, sines)]
        ratio = loud[0] / loud[1]
        assert least < ratio.min()
        assert ratio.max() < 1


def test_a_silent_end_stays_silent():
    sound = chirp()
    sound[:, 2048:] = 0
    rebuilt = ANALYSIS.rebuild(ANALYSIS.log_magnitude(sound), 32)
    assert not rebuilt[:, 2048 + ANALYSIS.fft :].any()


def plain_griffin_lim(analysis, magnitude, rounds):
    """The algorithm of 1984, without momentum, as its paper writes it."""
    random = torch.Generator().manual_seed(0)
    guess = magnitude * torch.polar(torch.ones(()), 2 * math.pi * torch.rand(magnitude.shape[1:], generator=random))
    for _ in range(rounds):
        consistent = analysis.transform(analysis.inverse(guess))
        guess = magnitude * consistent / consistent.abs().clamp_min(1e-12)
    return analysis.inverse(guess)


def test_momentum_is_faster_than_the_plain_algorithm():
    sounds = torch.cat([chirp(seed=seed) for seed in range(4)])
    magnitude = torch.nn.functional.pad(ANALYSIS.log_magnitude(sounds).exp(), (0, 1, 0, 1))
    plain = convergence(ANALYSIS, sounds, plain_griffin_lim(ANALYSIS, magnitude, 32))
    fast = convergence(ANALYSIS, sounds, ANALYSIS.rebuild(ANALYSIS.log_magnitude(sounds), 32))
    assert fast < 0.9 * plain


def test_a_sound_is_rebuilt_alike_alone_and_among_others():
    both = ANALYSIS.log_magnitude(torch.cat([chirp(), chirp(seed=1)]))
    assert torch.allclose(ANALYSIS.rebuild(both, 8)[1:], ANALYSIS.rebuild(both[1:], 8), atol=1e-5)


@pytest.mark.parametrize("bands", [16, 64, 128])
def test_mel_bands_are_means_and_lie_in_their_order(bands):
    weights = mel_bands(bands, 256, RATE)
    assert weights.shape == (bands, 128)
    assert torch.allclose(weights.sum(1), torch.ones(bands))
    centres = weights @ (torch.arange(128) * RATE / 256)
    assert (centres.diff() >= 0).all()
    assert centres[0] < 4 * LOWEST_MEL + RATE / 256
    assert centres[-1] > 0.85 * RATE / 2
