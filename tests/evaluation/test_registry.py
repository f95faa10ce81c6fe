"""What is promised of every score, and what a new one gets for a line in the registry."""

import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.evaluation import registry
from ganforge.evaluation.inputs import Context, Real, Samples
from ganforge.evaluation.measure import capabilities, measure
from ganforge.evaluation.reading import alarms, markdown_table, rows, shown
from ganforge.evaluation.score import CAPABILITIES, Meaning, Score, look_up
from ganforge.evaluation.scores.inception import InceptionScores
from ganforge.evaluation.settings import EvaluationSettings
from ganforge.features.extractor import Features
from ganforge.prepared.columns import ROWS, Split
from ganforge.runs.gate import check_gate, rules
from ganforge.runs.gate import judge as judge_by
from ganforge.runs.records import Record, changed_scores, ranked
from ganforge.runs.settings import GateSettings
from ganforge.signals.image import ImageSignal, StackedImageSignal
from ganforge.signals.music import MusicSignal
from ganforge.signals.points import PointSignal
from tests.evaluation.sounding import SIGNAL_OF_SOUNDS

FEATURES, CPU = 8, torch.device("cpu")


class Readings(ImageSignal):
    """One axis of floats, of which scores know no more than of any other signal."""

    kind, plural, dtype = "readings", "readings", "float32"


MUSIC = {"lowest": 60, "pitches": 255, "steps_per_quarter": 2, "tempo": 60}
SIGNALS = {
    "music": MusicSignal((2, 32), MUSIC),
    "pictures": ImageSignal((1, 4, 4)),
    "stacks": StackedImageSignal((3, 4, 4)),
    "readings": Readings((1, 16)),
    "sounds": SIGNAL_OF_SOUNDS,
    "points": PointSignal((2,), {"modes": [[0.0, 0.0], [9.0, 9.0]], "spread": 3.0}),
}


class Thumbnails:
    """Looks at eight pixels, on one level."""

    signal, device = SIGNALS["pictures"], CPU

    def __call__(self, stored):
        return Features(stored.reshape(len(stored), -1)[:, :FEATURES].astype(np.float32), np.zeros(len(stored), int))

    def activations(self, x):
        return [x]

    def probabilities(self, stored):
        return np.full((len(stored), 1, 4), 0.25)


def scene(kind="pictures", *, classes=0, asked=(), paired=False, learnt=True, pretrained=False, seeds=3, **settings):
    """Random samples of several seeds, random real data, and their context."""
    random, signal = np.random.default_rng(0), SIGNALS[kind]
    number = 120 * seeds

    def draw(count):
        values = random.integers(0, 256, (count, *signal.shape)).astype(signal.dtype)
        labels = np.arange(count) % (classes or 5)
        return Split.of(values, labels if classes else None), Features(features(count), labels, pretrained)

    def features(count):
        return random.standard_normal((count, FEATURES)).astype(np.float32)

    (train, train_known), (test, test_known), (drawn, known) = draw(300), draw(120), draw(number)
    if signal.is_sound:
        train, test = (split.with_columns(speakers=np.arange(len(split)) % 3) for split in (train, test))
    columns = {"signal": drawn.signal, **{name: np.arange(number) % (classes or 5) for name in asked}}
    if paired:
        columns["source"] = 255 - drawn.signal
    samples = Samples(columns, seeds)
    if paired:
        shown = [{} if split.labels is None else {"source_labels": split.labels} for split in (train, test)]
        train, test = (
            split.with_columns(source=255 - split.signal, **more)
            for split, more in zip((train, test), shown, strict=True)
        )
    real = Real(train, test, train_known.values, test_known, train_known.labels, classes, signal)
    real = replace(real, tested_by_pairs=paired, learnt_by_pairs=paired and learnt)
    chosen = {"neighbours": 3, "cas_images": 0, "inception": False} | settings
    context = Context.of(
        samples, real, known, EvaluationSettings(**chosen), 0.9 if classes else None, CPU,
        extractor=Thumbnails() if paired or signal.is_sound else None,
        answers={"l1_alone": test.signal} if paired else None,
    )  # fmt: skip
    return samples, real, context


SCENES = {
    "labelled": scene(classes=4, asked=("labels",)),
    "labelled, nobody asked": scene(classes=4),
    "unlabelled": scene(),
    "pretrained": scene(pretrained=True),
    "stacks": scene("stacks", classes=8, asked=("labels",)),
    "readings": scene("readings"),
    "points": scene("points"),
    "sounds": scene("sounds", classes=4, asked=("labels",)),
    "music": scene("music"),
    "pairs": scene(asked=("source", ROWS), paired=True, seeds=8),
    "labelled pairs": scene(classes=4, asked=("source", ROWS), paired=True, seeds=8),
    "partners withheld": scene(asked=("source", ROWS), paired=True, learnt=False, seeds=8),
}


def names(meaning: Meaning) -> set[str]:
    """All that stands in metrics.json for it, but for how many there are."""
    keys = {meaning.key, meaning.real_key, meaning.spread_key, meaning.count_key} - {None}
    return {key for key in keys if not key.startswith("n.")}


def of_other_answers() -> set[str]:
    """Keys of what is shown beside the scores of samples."""
    return {key for meaning in registry.meanings().values() for key in meaning.beside.values()}


def computed(score, given) -> set[str]:
    return {f"{group}.{name}" for group, values in score.compute(*given).items() for name in values}


@pytest.mark.parametrize("name", SCENES)
def test_every_number_that_a_score_computes_has_a_meaning_and_every_meaning_a_number(name):
    samples, real, context = SCENES[name]
    offered = capabilities(samples, real)
    scores = measure(samples, real, context)
    for score in registry.SCORES:
        if not score.needs <= offered or not score.wanted(context.settings):
            continue
        explained = set(score.facts).union(*(names(meaning) for meaning in score.meanings))
        keys = computed(score, (samples, real, context))
        assert keys <= explained | of_other_answers(), score.name
        assert {meaning.key for meaning in score.meanings} | set(score.facts) <= keys, score.name
        for key in explained:
            assert look_up(scores, key) is not None, key


def test_scores_do_not_write_over_each_other_and_their_labels_differ():
    meanings = [meaning for score in registry.SCORES for meaning in score.meanings]
    assert len(meanings) == len({meaning.key for meaning in meanings}) == len({meaning.label for meaning in meanings})
    assert len({score.name for score in registry.SCORES}) == len(registry.SCORES)


def test_scores_need_what_data_can_offer():
    assert {need for score in registry.SCORES for need in score.needs} <= set(CAPABILITIES)
    paired = scene(classes=4, asked=("source", "tokens", ROWS), paired=True)
    offered = [capabilities(samples, real) for samples, real, _ in (*SCENES.values(), paired)]
    assert set().union(*offered) == set(CAPABILITIES)


@pytest.mark.parametrize(
    ("name", "absent", "present"),
    [
        ("labelled", ["diversity.cluster_js", "task.modes"], ["quality.fd_worst_class", "diversity.class_kl"]),
        (
            "labelled, nobody asked",
            ["classifier.conditional_accuracy", "classifier.cas"],
            ["quality.fd_worst_class", "diversity.classes_found"],
        ),
        ("unlabelled", ["quality.fd_worst_class", "diversity.class_kl", "classifier.cas"], ["diversity.cluster_js"]),
        ("stacks", ["quality.fd_worst_class"], ["task.modes", "task.kl", "classifier.conditional_accuracy"]),
        ("readings", ["inception.fid", "task.modes"], ["quality.fd", "memorisation.auth_pct"]),
    ],
)
def test_a_score_that_the_data_do_not_allow_is_in_no_table(name, absent, present):
    scores = measure(*SCENES[name])
    table = {row.meaning.key for row in rows(scores)}
    for key in absent:
        assert look_up(scores, key) is None
        assert key not in table
        assert f"| {registry.meanings()[key].label} |" not in markdown_table(scores)
        assert shown(scores, key) == "-"
    for key in present:
        assert look_up(scores, key) is not None
        assert key in table


def test_without_labels_nothing_is_said_of_classes():
    scores = measure(*SCENES["unlabelled"])
    assert set(scores) == {"n", "quality", "diversity", "memorisation"}
    spread = {"cluster_js", "cluster_js_std", "cluster_js_real", "unique_fraction", "unique_fraction_real"}
    assert set(scores["diversity"]) == spread


def test_groups_and_keys_have_the_order_that_reports_always_had():
    scores = measure(*SCENES["labelled"])
    assert list(scores) == ["n", "quality", "diversity", "memorisation", "classifier"]
    assert list(scores["n"]) == ["real", "fake", "seeds", "pooled"]
    assert list(scores["quality"])[:5] == ["fd", "fd_std", "fd_floor", "fd_ratio", "fd_ratio_std"]
    assert list(scores["memorisation"])[:3] == ["compared", "auth_pct", "auth_pct_real"]


def test_the_same_samples_have_the_same_scores():
    assert measure(*scene(classes=4, asked=("labels",))) == measure(*SCENES["labelled"])


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            {"memorisation": {"copied_fraction": 0.03, "copied_fraction_real": 0.001}},
            "3.0% of the samples are exact copies",
        ),
        (
            {"memorisation": {"auth_pct": 20.0, "auth_pct_real": 50.0, "compared": 400}},
            "only 20% of the samples are not near copies",
        ),
        ({"diversity": {"unique_fraction": 0.9, "unique_fraction_real": 1.0}}, "10.0% of the samples repeat another"),
        (
            {"diversity": {"classes": 10, "classes_found": 8, "classes_found_real": 10}},
            "only 8 of 10 classes have a tenth",
        ),
        ({"diversity": {"cluster_js": 0.2, "cluster_js_real": 0.05}}, "0.200 nats from those of training data"),
        ({"quality": {"coverage": 0.3, "coverage_real": 0.9}}, "only 30% of the real test data have a sample close"),
        ({"inception": {}}, "evaluation.inception is true, but its weights could not be downloaded"),
    ],
)
def test_each_alarm_says_what_is_wrong_and_is_silent_where_its_score_is_absent(scores, sentence):
    (alarm,) = alarms(scores)
    assert sentence in alarm
    assert alarms({}) == []
    for group, values in scores.items():
        for name in values:
            assert alarms({group: {key: value for key, value in values.items() if key != name}}) == []


def test_few_samples_that_are_near_training_data_by_chance_raise_no_alarm():
    share = {"auth_pct": 35.0, "auth_pct_real": 50.0}
    assert alarms({"memorisation": share | {"compared": 40}}) == []
    assert alarms({"memorisation": share | {"compared": 4000}})


def test_exact_copies_are_said_once():
    copied = {"copied_fraction": 1.0, "copied_fraction_real": 0.0, "auth_pct": 0.0, "auth_pct_real": 50.0}
    assert len(alarms({"memorisation": copied | {"compared": 400}})) == 1


def test_scores_of_inception_that_cannot_be_had_cost_none_of_the_others(monkeypatch):
    def refuse(*_):
        raise UserError("no network")

    monkeypatch.setattr("ganforge.evaluation.inception.inception_scores", refuse)
    with pytest.warns(UserWarning, match="the Inception scores are missing: no network"):
        scores = measure(*scene(inception=True))
    assert scores["inception"] == {}
    assert "quality" in scores
    assert any("its weights could not be downloaded" in alarm for alarm in alarms(scores))


def test_signals_that_inception_cannot_look_at_go_without_it_and_without_an_alarm():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = measure(*scene("readings", inception=True))
    assert "inception" not in scores
    assert InceptionScores().alarms(scores) == []


class Loudness(Score):
    """The largest value of any sample."""

    name = "loudness"
    needs = frozenset({"clusters"})
    meanings = (Meaning("audio.loudness", "loudness", "lower", "the largest value", "audio.loudness_real"),)

    def compute(self, samples, real, context):
        return {"audio": {"loudness": float(samples.signal.max()), "loudness_real": float(real.test.signal.max())}}

    def alarms(self, scores):
        loudness = look_up(scores, "audio.loudness")
        return [] if loudness is None or loudness < 200 else [f"noise: a sample is as loud as {loudness:.0f}"]


@pytest.fixture
def loudness(monkeypatch):
    monkeypatch.setattr(registry, "SCORES", (*registry.SCORES, Loudness()))


def record(name, **scores):
    return Record(name, {"dataset.name": "toy"}, {"n": {"real": 9, "fake": 9, "seeds": 1}, "audio": scores}, None)


def test_a_line_in_the_registry_puts_a_score_into_every_table(loudness):
    from ganforge.pages.report import render_report

    scores = measure(*SCENES["readings"])
    assert scores["audio"] == {"loudness": 255, "loudness_real": 255}
    assert "audio" not in measure(*SCENES["labelled"])
    assert ("loudness", "255", "255") in [(row.meaning.label, row.value, row.real) for row in rows(scores)]
    assert "| loudness | 255 | 255 | the largest value |" in markdown_table(scores)
    assert alarms(scores) == ["noise: a sample is as loud as 255"]
    page = render_report(
        title="toy",
        data="readings",
        current=Record("now", {}, scores, None),
        previous="nothing",
        chosen="",
        sections=[],
        environment={},
    )
    assert "<td>loudness" in page
    assert "noise: a sample is as loud as 255" in page
    assert "<th>real readings" in page


def test_a_line_in_the_registry_makes_a_score_one_to_choose_and_to_refuse_by(loudness):
    from ganforge.sweeps.plan import Sweep

    soft, loud = record("soft", loudness=3.0), record("loud", loudness=7.0)
    assert [run.name for run in ranked([loud, soft], "audio.loudness")] == ["soft", "loud"]
    assert [(change.label, change.verdict) for change in changed_scores(soft, soft)] == [("loudness", "the same")]
    gate = GateSettings(most={"audio.loudness": 5.0}, least={}, worse_by={}, alarms="refuse")
    check_gate(gate)
    assert rules(loud, None, gate) == [("loudness", "at most 5", "7")]
    assert [finding.refused for finding in judge_by(loud, None, gate)] == [True]
    assert judge_by(soft, None, gate) == []
    assert Sweep(rank="audio.loudness", grid={"train.seed": [0, 1]}).lower_is_better


def test_a_score_that_is_not_registered_is_nothing_to_refuse_by():
    gate = GateSettings(most={"audio.loudness": 5.0}, least={}, worse_by={}, alarms="refuse")
    with pytest.raises(UserError, match=r"gate\.most names 'audio\.loudness', no score; allowed are quality\.fd, "):
        check_gate(gate)


def test_reading_scores_imports_nothing_heavy():
    code = "import ganforge.evaluation.reading, ganforge.runs.gate, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "pandas", "mlflow"} & set(done.stdout.split())
