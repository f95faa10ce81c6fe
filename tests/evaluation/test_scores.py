"""What the scores say of samples that are known to be good, or bad in a known way."""

import json
import math

import numpy as np
import pytest

from ganforge.errors import UserError
from ganforge.evaluation import inputs
from ganforge.evaluation.reading import alarms
from ganforge.evaluation.registry import meanings
from ganforge.evaluation.score import look_up
from tests.evaluation.judging import blurred, of_classes, repeated, stack
from tests.evaluation.sounding import SIGNAL_OF_SOUNDS, sounds, with_faults


@pytest.fixture(scope="module")
def held_out(digits):
    return digits.splits["test"]


def some_of_each_class(split):
    """Every fourth image, which are by all the writers."""
    return np.concatenate([split.signal[split.labels == digit][::4][:35] for digit in range(10)])


def noise(split):
    return np.random.default_rng(0).integers(0, 256, split.signal.shape, dtype=np.uint8)


def finite(scores) -> bool:
    json.dumps(scores, allow_nan=False)
    return all(math.isfinite(value) for group in scores.values() for value in group.values())


def test_the_extractor_knows_the_digits(judge, held_out):
    assert np.mean(judge.extractor(held_out.signal).labels == held_out.labels) > 0.97


def test_real_test_images_score_as_their_own_floor(judge, held_out):
    scores = judge(held_out.signal, held_out.labels)
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    assert scores["quality"]["precision"] == 1
    assert scores["quality"]["coverage"] == 1
    assert scores["diversity"]["classes_found"] == 10
    assert scores["classifier"]["conditional_accuracy"] > 0.97


def test_good_samples_raise_no_alarm(judge, held_out):
    scores = judge(held_out.signal, held_out.labels)
    assert finite(scores)
    assert alarms(scores) == []


def test_training_images_handed_in_as_samples_raise_the_alarm_although_their_distance_is_perfect(digits, judge):
    scores = judge(some_of_each_class(digits.splits["train"]))
    assert scores["quality"]["fd_ratio"] < 1
    assert scores["memorisation"]["auth_pct"] == 0
    assert scores["memorisation"]["copied_fraction"] == 1
    assert alarms(scores) == ["memorisation: 100.0% of the samples are exact copies of training data"]


def test_copies_with_a_little_noise_raise_the_alarm_too(digits, judge):
    copied = some_of_each_class(digits.splits["train"])
    changed = np.clip(copied + np.random.default_rng(0).integers(-8, 9, copied.shape), 0, 255).astype(np.uint8)
    scores = judge(changed)
    assert scores["memorisation"]["copied_fraction"] == 0
    (alarm,) = alarms(scores)
    assert "are not near copies of training data" in alarm


def test_a_missing_class_is_punished(judge, held_out):
    scores = judge(repeated(of_classes(held_out, set(range(10)) - {3}), len(held_out)).signal)
    assert scores["quality"]["fd_ratio"] > 5
    assert scores["diversity"]["classes_found"] == 9
    assert scores["diversity"]["class_kl"] > 0.05
    assert "collapse: only 9 of 10 classes have a tenth of their real share" in alarms(scores)


def test_noise_is_punished(judge, held_out):
    scores = judge(noise(held_out))
    assert scores["quality"]["fd_ratio"] > 20
    assert scores["quality"]["kid"] > 50 * abs(scores["quality"]["kid_floor"])
    assert scores["quality"]["precision"] < 0.5
    assert scores["quality"]["coverage"] < 0.2
    assert any("have a sample close by" in alarm for alarm in alarms(scores))


def test_blur_is_punished(judge, held_out):
    sharp, soft = judge(held_out.signal), judge(blurred(held_out.signal))
    assert soft["quality"]["fd"] > 10 * sharp["quality"]["fd"]
    assert soft["quality"]["kid"] > sharp["quality"]["kid"] + 0.01
    assert soft["quality"]["fd_worst_class"] > 3 * sharp["quality"]["fd_worst_class"]
    assert soft["quality"]["coverage"] < 0.8


def test_a_hundred_repeated_images_are_punished(judge, held_out):
    scores = judge(repeated(held_out.rows(np.arange(100)), 355).signal)
    assert scores["diversity"]["unique_fraction"] == pytest.approx(100 / 355)
    assert scores["quality"]["coverage"] < 0.9
    assert any("repeat another one" in alarm for alarm in alarms(scores))


def test_one_class_that_is_malformed_is_the_worst(judge, held_out):
    images = np.where((held_out.labels == 4)[:, None, None, None], blurred(held_out.signal), held_out.signal)
    good, poor = (judge(signals, held_out.labels)["quality"] for signals in (held_out.signal, images))
    assert poor["fd_worst_class"] > 5 * good["fd_worst_class"]
    assert poor["fd_worst_class"] / good["fd_worst_class"] > 2 * poor["fd"] / good["fd"]


def test_too_few_samples_are_refused(judge, held_out):
    with pytest.raises(UserError, match=r"evaluation\.neighbours is 5, but 4 samples are compared with 355"):
        judge(held_out.signal[:4])


def test_large_sets_are_compared_by_a_part_of_them(judge, held_out, monkeypatch):
    monkeypatch.setattr(inputs, "MOST_POOLED_ENTRIES", 200 * 128)
    scores = judge(held_out.signal)
    assert (scores["n"]["pooled"], scores["n"]["real"]) == (200, 355)
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    covered = 200 * scores["quality"]["coverage_real"]
    assert covered == pytest.approx(round(covered))  # of 200 real test images
    assert covered < 200


def test_distances_of_several_seeds_come_with_their_spread(judge, held_out):
    seeds = np.concatenate([held_out.signal, blurred(held_out.signal)])
    both, first, second = judge(seeds, seeds=2), judge(held_out.signal), judge(blurred(held_out.signal))
    for name in ("fd", "fd_ratio", "kid"):
        pair = [scores["quality"][name] for scores in (first, second)]
        assert both["quality"][name] == pytest.approx(np.mean(pair))
        assert both["quality"][f"{name}_std"] == pytest.approx(np.std(pair, ddof=1))
        assert f"{name}_std" not in first["quality"]


def test_a_thousand_classes_have_scores_and_modes_are_those_of_the_first_seed(judge_stacks, held_out):
    random = np.random.default_rng(5)
    good, poor = stack(held_out, 2_000, random), stack(of_classes(held_out, range(5)), 2_000, random)

    def judged(first, second):
        signals, labels = (
            np.concatenate(pair) for pair in ((first.signal, second.signal), (first.labels, second.labels))
        )
        return judge_stacks(signals, labels, seeds=2)

    scores, collapsed = judged(good, poor), judged(poor, good)
    assert finite(scores)
    assert not [alarm for alarm in alarms(scores) if "classes" in alarm]
    assert scores["task"]["modes"] > 830  # of 865 that as many random stacks have
    assert 100 <= collapsed["task"]["modes"] < 250  # 125, and those taken for others
    assert collapsed["task"]["kl"] > scores["task"]["kl"] + 1
    assert scores["classifier"]["conditional_accuracy"] > 0.9


def test_without_labels_real_images_score_as_their_own_floor(judge_unlabelled, held_out):
    scores = judge_unlabelled(held_out.signal)
    assert finite(scores)
    assert scores["quality"]["fd_ratio"] == pytest.approx(1, rel=1e-3)
    assert scores["diversity"]["cluster_js"] == scores["diversity"]["cluster_js_real"]
    assert alarms(scores) == []


def test_without_labels_noise_and_a_missing_kind_of_image_are_punished(judge_unlabelled, held_out):
    lacking = judge_unlabelled(repeated(of_classes(held_out, {2, 3, 5, 7, 8, 9}), len(held_out)).signal)
    assert lacking["diversity"]["cluster_js"] > 3 * lacking["diversity"]["cluster_js_real"]
    assert any("groups of similar signals" in alarm for alarm in alarms(lacking))
    assert judge_unlabelled(noise(held_out))["quality"]["fd_ratio"] > 20


def noisy(images, seed):
    noise = np.random.default_rng(seed).integers(-60, 61, images.shape)
    return np.clip(images + noise, 0, 255).astype(np.uint8)


def eight_draws(images):
    return np.concatenate([noisy(images, seed) for seed in range(8)])


PLANTED = {
    "noise": ("quality.fd", "quality.fd_ratio", "quality.kid", "quality.precision", "quality.density"),
    "one malformed class": ("quality.fd_worst_class",),
    "repeated": ("quality.recall", "quality.coverage", "diversity.unique_fraction"),
    "missing class": ("diversity.classes_found", "diversity.class_kl"),
    "copied": ("memorisation.auth_pct", "memorisation.copied_fraction"),
    "wrong labels": ("classifier.conditional_accuracy", "classifier.cas"),
    "missing, unlabelled": ("diversity.cluster_js",),
    "half of the digits, stacked": ("task.modes", "task.kl"),
    "partners exchanged": (
        *("translation.l1", "translation.psnr", "translation.ssim", "translation.perceptual"),
        *("translation.retrieval_top1", "translation.retrieval_top5"),
    ),
    "noise in place of partners": ("translation.fd",),
    "latents ignored": ("translation.diversity", "translation.best_of_8"),
    "of other sources": ("translation.content", "translation.class_kept"),
    "sources copied": ("translation.style",),
    "silence, clicks and cut off": ("audio.silent", "audio.clicks", "audio.clipped"),
    "one voice": ("audio.speaker_entropy",),
    "out of tune": ("audio.pitch_within_25_cents", "audio.pitch_error"),
    "one sound only": ("audio.inception_score",),
}


@pytest.fixture(scope="module")
def planted(digits, judge, judge_unlabelled, judge_stacks, judge_sounds, held_out):
    """Scores of good samples and of those with a fault, by its name."""
    fair, lone = sounds(120, 2), sounds(120, 2, speakers=[1])
    good_sounds = judge_sounds(fair.signal, fair.labels)
    faulty = SIGNAL_OF_SOUNDS.of_sounds(with_faults(fair))
    good = judge(held_out.signal, held_out.labels, cas_images=4000)
    malformed = np.where((held_out.labels == 4)[:, None, None, None], blurred(held_out.signal), held_out.signal)
    random = np.random.default_rng(5)
    negatives = 255 - held_out.signal
    stacks, few = stack(held_out, 2_000, random), stack(of_classes(held_out, range(5)), 2_000, random)
    return {
        "noise": (good, judge(noise(held_out), held_out.labels)),
        "one malformed class": (good, judge(malformed, held_out.labels)),
        "repeated": (good, judge(repeated(held_out.rows(np.arange(50)), 355).signal, held_out.labels)),
        "missing class": (good, judge(repeated(of_classes(held_out, range(9)), 355).signal, held_out.labels)),
        "copied": (good, judge(some_of_each_class(digits.splits["train"]))),
        "wrong labels": (good, judge(held_out.signal, (held_out.labels + 1) % 10, cas_images=4000)),
        "missing, unlabelled": (
            judge_unlabelled(held_out.signal),
            judge_unlabelled(repeated(of_classes(held_out, range(6)), 355).signal),
        ),
        "half of the digits, stacked": (
            judge_stacks(stacks.signal, stacks.labels),
            judge_stacks(few.signal, few.labels),
        ),
        "partners exchanged": (
            judge(blurred(held_out.signal), partners=np.arange(355)),
            judge(blurred(held_out.signal), partners=np.roll(np.arange(355), 1)),
        ),
        "noise in place of partners": (
            judge(held_out.signal, partners=np.arange(355)),
            judge(noise(held_out), partners=np.arange(355)),
        ),
        "latents ignored": (
            judge(eight_draws(held_out.signal), seeds=8, partners=np.tile(np.arange(355), 8)),
            judge(np.tile(noisy(held_out.signal, 0), (8, 1, 1, 1)), seeds=8, partners=np.tile(np.arange(355), 8)),
        ),
        "of other sources": (
            judge(noisy(negatives, 0), partners=np.arange(355), learnt=False),
            judge(noisy(negatives, 0), partners=np.roll(np.arange(355), 40), learnt=False),
        ),
        "sources copied": (
            judge(held_out.signal, partners=np.arange(355), learnt=False),
            judge(negatives, partners=np.arange(355), learnt=False),
        ),
        "silence, clicks and cut off": (good_sounds, judge_sounds(faulty, fair.labels)),
        "one voice": (good_sounds, judge_sounds(lone.signal, lone.labels)),
        "out of tune": (good_sounds, judge_sounds(fair.signal, (fair.labels + 1) % 4)),
        "one sound only": (good_sounds, judge_sounds(np.repeat(fair.signal[:1], 120, axis=0), fair.labels)),
    }


def test_every_score_but_those_of_inception_punishes_a_planted_fault(planted):
    punishing = {key for keys in PLANTED.values() for key in keys}
    elsewhere = ("inception.", "music.", "points.")  # the latter in test_music.py and test_points.py
    assert punishing == {key for key in meanings() if not key.startswith(elsewhere)}
    for fault, keys in PLANTED.items():
        for key in keys:
            meaning = meanings()[key]
            before, after = (look_up(scores, key) for scores in planted[fault])
            if meaning.better == "real":
                before, after = (
                    abs(value - look_up(scores, meaning.real_key))
                    for value, scores in zip((before, after), planted[fault])
                )
            lost = before - after if meaning.better == "higher" else after - before
            assert lost > 0.05 * abs(before), (fault, key, before, after)


def test_a_source_that_is_hidden_in_noise_nobody_sees_is_not_kept(judge, held_out):
    # A cycle can be perfect where the way back reads the source from noise (Chu et al. 2017).
    sources, others = 255 - held_out.signal, np.roll(held_out.signal, 1, axis=0)
    hidden = np.where(sources >= 128, others | 1, others & 254)
    assert np.array_equal(np.where(hidden & 1, 255, 0) >= 128, sources >= 128)  # what a way back would read
    honest = judge(held_out.signal, partners=np.arange(355), learnt=False)["translation"]
    dishonest = judge(hidden, partners=np.arange(355), learnt=False)["translation"]
    assert dishonest["retrieval_top1"] < 0.1 < 0.9 < honest["retrieval_top1"]
    assert dishonest["content"] > 0.95
