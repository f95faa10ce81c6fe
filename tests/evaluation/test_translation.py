"""How far samples are from the signals that belong to their sources."""

import numpy as np
import pytest

from ganforge.evaluation.inputs import Real
from ganforge.evaluation.reading import alarms
from ganforge.evaluation.translation import best_of, closeness, retrieval, told_apart, trivial_answers, variety
from ganforge.features.extractor import Features
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal
from tests.evaluation.judging import blurred

SIGNAL = ImageSignal((3, 24, 24))


def pictures(count, seed=0, shape=(3, 24, 24)):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def smooth(count, seed=0):
    return np.kron(pictures(count, seed, (3, 4, 4)), np.ones((1, 1, 6, 6), np.uint8))


def test_distances_are_those_of_what_networks_see_over_all_pairs():
    drawn, partners = pictures(130), pictures(130, 1)
    found = closeness(drawn, partners, SIGNAL)
    squares = ((drawn.astype(float) - partners) ** 2).mean((1, 2, 3))
    assert found["l1"] == pytest.approx(np.abs(drawn / 127.5 - partners / 127.5).mean(), rel=1e-5)
    assert found["psnr"] == pytest.approx((10 * np.log10(255**2 / squares)).mean(), rel=1e-5)


def test_structural_similarity_is_one_of_the_same_picture_and_falls_with_blur():
    drawn = smooth(5)
    assert closeness(drawn, drawn, SIGNAL)["ssim"] == pytest.approx(1, abs=1e-4)
    assert closeness(blurred(drawn), drawn, SIGNAL)["ssim"] < 0.95


def test_structural_similarity_of_flat_pictures_is_that_of_the_formula():
    dark, bright = (np.full((1, 3, 24, 24), level, np.uint8) for level in (51, 102))
    expected = (2 * 0.2 * 0.4 + 0.01**2) / (0.2**2 + 0.4**2 + 0.01**2)  # Wang et al. 2004, eq. 13, without variance
    assert closeness(dark, bright, SIGNAL)["ssim"] == pytest.approx(expected, rel=1e-3)


def test_the_partner_is_found_where_it_is_the_nearest():
    candidates = smooth(20)
    rows = np.array([3, 7, 11])
    drawn = blurred(candidates[rows])
    assert retrieval(drawn, rows, candidates, SIGNAL) == (1, 1)
    assert retrieval(drawn, (rows + 1) % 20, candidates, SIGNAL)[0] == 0


def test_variety_is_nothing_where_all_draws_are_the_same_and_their_mean_difference_elsewhere():
    draw = pictures(4)
    assert variety(np.stack([draw, draw])) == 0
    assert variety(np.stack([np.zeros_like(draw), np.full_like(draw, 51)])) == pytest.approx(0.4)


def test_the_best_of_several_draws_is_taken_for_each_source():
    partners = pictures(2)
    other = 255 - partners
    draws = np.stack([np.stack([partners[0], other[1]]), np.stack([other[0], partners[1]])])
    assert best_of(draws, partners) == 0


def real(train_sources, train_signals, test_sources, test_signals):
    train, test = (
        Split({"signal": signals, "source": sources})
        for signals, sources in ((train_signals, train_sources), (test_signals, test_sources))
    )
    nothing = np.zeros((len(test), 1), np.float32)
    return Real(
        train, test, nothing, Features(nothing, np.zeros(len(test), int)), np.zeros(1, int), 0, SIGNAL, True, True
    )


def test_trivial_answers_are_what_they_are_called():
    train, test = smooth(9), smooth(9)[[4, 2]]
    answers = trivial_answers(real(train, 255 - train, test, 255 - test))
    assert np.array_equal(answers["source"], test)
    assert np.array_equal(answers["nearest_pair"], 255 - test)
    assert np.array_equal(answers["other_partner"], 255 - test[::-1])  # of two, there is one other
    assert np.allclose(answers["mean_picture"][1], (255 - train).mean(0), atol=0.5)


def test_a_grey_source_answers_in_the_colours_of_the_signal():
    grey = pictures(2, shape=(1, 24, 24))
    answers = trivial_answers(real(grey, smooth(2), grey, smooth(2)))
    assert np.array_equal(answers["source"], np.repeat(grey, 3, axis=1))


def test_samples_that_are_copies_of_their_sources_raise_an_alarm():
    scores = {"translation": {"l1": 0.3, "l1_source": 0.3, "l1_mean_picture": 0.5}}
    assert alarms(scores) == ["translation: samples are no nearer to their partners than the sources themselves"]


def test_samples_that_belong_to_other_sources_raise_an_alarm():
    (alarm,) = alarms({"n": {"real": 200}, "translation": {"l1": 0.1, "l1_source": 0.3, "retrieval_top1": 0.005}})
    assert "no nearer to their own partners than to those of others" in alarm


def test_draws_that_are_all_the_same_raise_an_alarm():
    (alarm,) = alarms({"translation": {"l1": 0.1, "l1_source": 0.3, "diversity": 0.0}})
    assert "draws of one source are the same picture" in alarm


def test_samples_without_pairs_that_are_their_sources_or_have_nothing_of_them_raise_an_alarm():
    scores = {"translation": {"content": 0.4, "fd_ratio_source": 2.0}, "quality": {"fd_ratio": 1.2}}
    assert alarms(scores) == []
    copied = {**scores, "translation": {"content": 0.01, "fd_ratio_source": 2.0}}
    assert any("hardly differ from their sources" in alarm for alarm in alarms(copied))
    foreign = {**scores, "translation": {"content": 1.1, "fd_ratio_source": 2.0}}
    assert any("as far from their own sources" in alarm for alarm in alarms(foreign))
    away = {**scores, "quality": {"fd_ratio": 2.1}}
    assert any("no nearer to the target" in alarm for alarm in alarms(away))


def test_style_is_told_apart_whatever_is_shown():
    random = np.random.default_rng(0)
    signals, sources = random.normal(0, 1, (300, 8)), random.normal(2, 1, (60, 8))
    judged = {"signals": random.normal(0, 1, (100, 8)), "sources": random.normal(2, 1, (100, 8))}
    shares = told_apart(signals, sources, judged)
    assert shares["signals"] > 0.95
    assert shares["sources"] < 0.05
