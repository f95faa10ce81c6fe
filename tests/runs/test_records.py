"""Runs to compare, from files, from git and from MLflow."""

import json
import subprocess

import pytest

from ganforge.errors import UserError
from ganforge.params import parse_params
from ganforge.prepared.meta import Meta
from ganforge.runs.records import WORKSPACE, differing_params, parse_record, ranked, read_revision, read_workspace
from ganforge.tracking import Identity, previous_run, read_run, recover_run
from tests.pages.test_report import SCORES, png

META = Meta("digits", "somewhere", "image", (1, 8, 8), ("0", "1"), (5, 5), {"train": 10, "test": 2}, "ab" * 32)


PARAMS = "dataset:\n  name: digits\ntrain:\n  loss: {loss}\n  learning_rate: {{start: 1, end: 0}}\n"


def write_run(own_folder, loss, fd):
    """The files of a run that have to do with comparing."""
    for name in ("reports", "samples"):
        (own_folder / name).mkdir(exist_ok=True)
    (own_folder / "params.yaml").write_text(PARAMS.format(loss=loss))
    scores = SCORES | {"quality": SCORES["quality"] | {"fd": fd}}
    (own_folder / "reports" / "metrics.json").write_text(json.dumps(scores))
    (own_folder / "samples" / "grid.png").write_bytes(png())


def test_what_lies_on_disk_is_a_run(own_folder):
    write_run(own_folder, "hinge", 0.5)
    found = read_workspace()
    assert found.name == WORKSPACE
    assert found.params == {
        "dataset.name": "digits",
        "train.loss": "hinge",
        "train.learning_rate.start": 1,
        "train.learning_rate.end": 0,
    }
    assert found.scores["quality"]["fd"] == 0.5
    assert found.grid == png()


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
    stages["train"]["params"] = {"params.yaml": {"train": {"loss": loss, "learning_rate": {"start": 1, "end": 0}}}}
    stages["sample"]["deps"] = [{"path": "models/generator", "md5": "g"}]
    features = {"path": "models/extractor", "md5": "extractor"}
    stages["evaluate"] = {"deps": [{"path": "samples", "md5": samples}, prepared, features], "outs": []}
    (own_folder / "dvc.lock").write_text(json.dumps({"stages": stages}))


def test_scores_stand_beside_the_parameters_that_they_were_made_with(own_folder):
    write_run(own_folder, "hinge", 0.5)
    write_lock(own_folder, "hinge")
    assert not read_workspace().stale
    write_run(own_folder, "wasserstein", 0.5)
    found = read_workspace()
    assert (found.params["train.loss"], found.params["dataset.name"], found.stale) == ("hinge", "digits", True)


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
    found = read_revision("HEAD")
    assert (found.params["train.loss"], found.scores["quality"]["fd"], found.grid) == ("hinge", 0.5, None)
    with pytest.raises(UserError, match="no-such-thing is neither a recorded run nor a revision"):
        read_revision("no-such-thing")


def test_a_commit_that_was_not_run_again_is_read_as_what_it_was_made_with(own_folder):
    git("init", "-q")
    write_run(own_folder, "wasserstein", 0.5)
    write_lock(own_folder, "hinge")
    git("add", "params.yaml", "reports", "dvc.lock")
    git("commit", "-qm", "another loss, and the scores of the one before")
    found = read_revision("HEAD")
    assert (found.params["train.loss"], found.stale, found.data) == ("hinge", True, "preprocess")


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
    assert differing_params([far, none]) == ["train.loss"]


def test_scores_that_are_no_json_are_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"metrics\.json of old cannot be read"):
        parse_record("old", "train: {}", "{", None)


def test_recorded_runs_are_found_again_and_the_one_before_is_the_last_that_was_finished(own_folder, defaults):
    params = parse_params(defaults)
    compared = parse_record("now", PARAMS.format(loss="x"), json.dumps(SCORES), None)

    def recorded(loss, *, end=True):
        run = recover_run(params, META, Identity.new())
        write_run(own_folder, loss, 0.5)
        run.log_files(
            {
                own_folder / "params.yaml": None,
                own_folder / "reports" / "metrics.json": None,
                own_folder / "samples" / "grid.png": "samples",
            }
        )
        if end:
            run.end("FINISHED")
        return run

    first, _ = recorded("hinge"), recorded("wasserstein", end=False)
    assert previous_run(compared, first.identity) is None
    current = recover_run(params, META, Identity.new())
    found = previous_run(compared, current.identity)
    assert found.params["train.loss"] == "hinge"
    assert found.grid == png()
    assert read_run(first.run_id).params["train.loss"] == "hinge"
    assert read_run(first.run_id[:10]).params == read_run(first.run_id).params
    assert read_run(current.run_id) is None
    assert read_run("0" * 32) is None
