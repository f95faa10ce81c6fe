"""Runs to compare, from files and from git."""

import json
import subprocess
from dataclasses import replace

import pytest

from ganforge.errors import UserError
from ganforge.runs.records import (
    WORKSPACE,
    changed_params,
    changed_scores,
    comparable,
    differing_params,
    parse_record,
    ranked,
    read_revision,
    read_workspace,
)
from tests.pages.test_report import SCORES, png, record

PARAMS = "dataset:\n  name: digits\nobjective:\n  loss: {loss}\ntrain:\n  learning_rate: {{start: 1, end: 0}}\n"


def write_run(own_folder, loss, fd):
    """The files of a run that have to do with comparing."""
    for name in ("reports", "samples"):
        (own_folder / name).mkdir(exist_ok=True)
    (own_folder / "params.yaml").write_text(PARAMS.format(loss=loss))
    scores = SCORES | {"quality": SCORES["quality"] | {"fd": fd}}
    (own_folder / "reports" / "metrics.json").write_text(json.dumps(scores))
    (own_folder / "samples" / "grid.png").write_bytes(png())


def verdicts(before, after) -> dict[str, str]:
    return {change.label: change.verdict for change in changed_scores(before, after)}


def test_what_lies_on_disk_is_a_run(own_folder):
    write_run(own_folder, "hinge", 0.5)
    run = read_workspace()
    assert run.name == WORKSPACE
    assert run.params == {
        "dataset.name": "digits",
        "objective.loss": "hinge",
        "train.learning_rate.start": 1,
        "train.learning_rate.end": 0,
    }
    assert run.scores["quality"]["fd"] == 0.5
    assert run.grid == png()


def git(*arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def write_lock(own_folder, loss, *, samples="s"):
    """What DVC tells of a run, as far as it is read."""
    outputs = {"train": ("models/generator", "g"), "sample": ("samples", "s")}
    stages = {
        name: {"outs": [{"path": path, "md5": md5}], "deps": [], "params": {}} for name, (path, md5) in outputs.items()
    }
    for name, path in (("preprocess", "data/prepared"), ("extractor", "models/extractor")):
        stages[name] = {"outs": [{"path": path, "md5": name}], "deps": [], "params": {}}
    prepared = {"path": "data/prepared", "md5": "preprocess"}
    for name in ("extractor", "train"):
        stages[name]["deps"] = [prepared]
    stages["train"]["params"] = {
        "params.yaml": {"objective": {"loss": loss}, "train": {"learning_rate": {"start": 1, "end": 0}}}
    }
    stages["sample"]["deps"] = [{"path": "models/generator", "md5": "g"}]
    features = {"path": "models/extractor", "md5": "extractor"}
    stages["evaluate"] = {"deps": [{"path": "samples", "md5": samples}, prepared, features], "outs": []}
    (own_folder / "dvc.lock").write_text(json.dumps({"stages": stages}))


def test_scores_stand_beside_the_parameters_that_they_were_made_with(own_folder):
    write_run(own_folder, "hinge", 0.5)
    write_lock(own_folder, "hinge")
    assert not read_workspace().stale
    write_run(own_folder, "wasserstein", 0.5)
    run = read_workspace()
    assert (run.params["objective.loss"], run.params["dataset.name"], run.stale) == ("hinge", "digits", True)


def test_scores_of_other_samples_than_those_that_lie_there_are_stale(own_folder):
    write_run(own_folder, "wasserstein", 0.5)
    write_lock(own_folder, "wasserstein", samples="older")
    assert read_workspace().stale


def test_where_nothing_was_run_it_says_so(own_folder):
    with pytest.raises(UserError, match=r"params\.yaml does not exist: run `make repro`"):
        read_workspace()


def test_a_commit_is_a_run_and_an_unknown_one_is_refused(own_folder):
    git("init", "-q")
    write_run(own_folder, "hinge", 0.5)
    git("add", "params.yaml", "reports")
    git("commit", "-qm", "one")
    write_run(own_folder, "relativistic", 0.2)
    run = read_revision("HEAD")
    assert (run.params["objective.loss"], run.scores["quality"]["fd"], run.grid) == ("hinge", 0.5, None)
    with pytest.raises(UserError, match="no-such-thing is neither a recorded run nor a revision"):
        read_revision("no-such-thing")


def test_a_commit_that_was_not_run_again_is_read_as_what_it_was_made_with(own_folder):
    git("init", "-q")
    write_run(own_folder, "wasserstein", 0.5)
    write_lock(own_folder, "hinge")
    git("add", "params.yaml", "reports", "dvc.lock")
    git("commit", "-qm", "another loss, and the scores of the one before")
    run = read_revision("HEAD")
    assert (run.params["objective.loss"], run.stale, run.data) == ("hinge", True, "preprocess")


def test_runs_are_ranked_whichever_way_is_better_and_those_without_the_score_come_last():
    def run(name, loss, **scores):
        return parse_record(name, PARAMS.format(loss=loss), json.dumps({"quality": scores}), None)

    far, near, none = (
        run("far", "hinge", fd=3.0, coverage=0.9),
        run("near", "hinge", fd=1.0, coverage=0.2),
        run("-", "x"),
    )
    assert [record.name for record in ranked([none, far, near], "quality.fd")] == ["near", "far", "-"]
    assert [record.name for record in ranked([none, near, far], "quality.coverage")] == ["far", "near", "-"]
    assert differing_params([far, near]) == []
    assert differing_params([far, none]) == ["objective.loss"]


def test_what_changed_says_which_way_is_better():
    before = record("old", {"objective.loss": "hinge", "train.seed": 0}, {"fd": 0.5, "recall": 0.98}, auth_pct=70.0)
    after = record("new", {"objective.loss": "relativistic", "train.seed": 0, "objective.r1": 0.1})
    assert changed_params(before, after) == [("objective.loss", "hinge", "relativistic"), ("objective.r1", "-", "0.1")]
    verdict = verdicts(before, after)
    assert verdict["Fréchet distance"] == "better"
    assert verdict["recall"] == "worse"
    assert verdict["precision"] == "the same"
    assert verdict["not copied, in %"] == "better"  # nearer to the 50 % of real images
    assert verdict["class divergence"] == "the same"
    assert verdict["ratio to its floor"] == "the same"


def test_what_other_samples_would_change_as_much_is_much_the_same():
    verdict = verdicts(record(quality={"fd": 0.27, "recall": 0.92}), record())
    assert verdict["Fréchet distance"] == verdict["recall"] == "much the same"


@pytest.mark.parametrize("key", ["dataset.resolution", "extractor.images", "sample.count"])
def test_scores_that_were_measured_differently_get_no_verdict(key):
    verdict = verdicts(record(params={key: 1}, quality={"fd": 0.5}), record(params={key: 2}))
    assert set(verdict.values()) == {"measured differently"}


def test_scores_through_another_network_get_no_verdict_and_a_nameless_one_is_a_classifier():
    own = record(params={"extractor.images": 60000, "extractor.name": "classifier"})
    other = record(params={"extractor.name": "squeezenet"})
    assert set(verdicts(own, other).values()) == {"measured differently"}
    texts = [f"extractor: {{{name}images: 60000, seed: 0}}" for name in ("", "name: classifier, ")]
    older, newer = (parse_record("one", text, json.dumps(own.scores), None) for text in texts)
    assert comparable(older, newer)


def test_another_length_of_one_classifiers_training_leaves_the_other_scores_comparable():
    before, after = (record(params={"evaluation.cas_images": images}) for images in (0, 60000))
    scores = [one.scores["classifier"] | {"cas": 0.9} for one in (before, after)]
    before, after = (replace(one, scores=one.scores | {"classifier": of}) for one, of in zip((before, after), scores))
    verdict = verdicts(before, after)
    assert verdict["learnt from samples"] == "measured differently"
    assert verdict["Fréchet distance"] == "the same"


def test_scores_that_are_no_json_are_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"metrics\.json of old cannot be read"):
        parse_record("old", "train: {}", "{", None)


def test_runs_that_were_measured_in_another_way_come_after_the_others():
    def run(name, extractor, fd):
        return replace(record(name), params={"extractor.name": extractor}, scores={"quality": {"fd": fd}})

    runs = [run("other", "squeezenet", 0.1), run("far", "classifier", 3.0), run("near", "classifier", 1.0)]
    assert [each.name for each in ranked(runs, "quality.fd")] == ["near", "far", "other"]
    without = [replace(run(name, "classifier", 1.0), scores={}) for name in ("a", "b", "c")]
    assert [each.name for each in ranked([*without, runs[0]], "quality.fd")] == ["other", "a", "b", "c"]
