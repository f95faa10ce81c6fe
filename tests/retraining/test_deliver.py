"""Pushing what a retraining left."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT, our_environment

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A clone with what a retraining of its last commit left."""
    origin, checkout = tmp_path / "origin.git", tmp_path / "checkout"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", origin], check=True)
    subprocess.run(["git", "clone", "--quiet", origin, checkout], check=True, capture_output=True)
    (checkout / "dvc.lock").write_text("old\n")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "one")
    git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    left = checkout / "retrain"
    for folder in ("pictures", "results/reports"):
        (left / folder).mkdir(parents=True)
    (left / "results" / "dvc.lock").write_text("new\n")
    (left / "results" / "reports" / "metrics.json").write_text("{}\n")
    (left / "results" / "README.md").write_text("not of a run\n")
    (left / "pictures" / "training.png").write_bytes(b"a picture")
    (left / "report.md").write_text("## Passed\n\n![losses](pictures/training.png)\n")
    outcome = {"commit": git(checkout, "rev-parse", "HEAD"), "passed": True, "base": "", "ran": []}
    (left / "outcome.json").write_text(json.dumps(outcome))
    return checkout


def deliver(checkout: Path, *arguments: str) -> str:
    """What is written for a comment; runs with a Python that has none of our packages."""
    command = [sys.executable, "-S", "-m", "ganforge.retraining", "--deliver", *arguments]
    path = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command, cwd=checkout, env=our_environment() | path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return (checkout / "retrain" / "comment.md").read_text()


def test_results_are_committed_beside_the_working_tree(checkout):
    report = deliver(checkout, "--results", "main")
    git(checkout, "fetch", "--quiet")
    assert git(checkout, "show", "origin/main:dvc.lock") == "new"
    assert git(checkout, "show", "origin/main:reports/metrics.json") == "{}"
    assert "README.md" not in git(checkout, "ls-tree", "-r", "--name-only", "origin/main")
    assert git(checkout, "rev-parse", "--short=7", "origin/main") in report
    assert (checkout / "dvc.lock").read_text() == "old\n"
    assert git(checkout, "status", "--porcelain", "--untracked-files=no") == ""


def test_what_was_refused_is_not_committed(checkout):
    outcome = checkout / "retrain" / "outcome.json"
    outcome.write_text(json.dumps(json.loads(outcome.read_text()) | {"passed": False}))
    assert "not committed" in deliver(checkout, "--results", "main")
    git(checkout, "fetch", "--quiet")
    assert git(checkout, "show", "origin/main:dvc.lock") == "old"


def test_pictures_gather_on_a_branch_and_the_report_shows_them(checkout):
    address = "https://example.org/{commit}/{path}"
    first = deliver(checkout, "--pictures", "pictures", "--address", address)
    git(checkout, "fetch", "--quiet")
    commit, shown = git(checkout, "rev-parse", "HEAD"), git(checkout, "rev-parse", "origin/pictures")
    assert f"](https://example.org/{shown}/{commit}/training.png)" in first
    assert git(checkout, "show", f"origin/pictures:{commit}/training.png") == "a picture"
    outcome = checkout / "retrain" / "outcome.json"
    outcome.write_text(json.dumps(json.loads(outcome.read_text()) | {"commit": "f" * 40}))
    deliver(checkout, "--pictures", "pictures", "--address", address)
    git(checkout, "fetch", "--quiet")
    assert len(git(checkout, "ls-tree", "-r", "--name-only", "origin/pictures").split()) == 2


def test_a_folder_that_is_none_of_a_retraining_is_refused_in_a_sentence(tmp_path):
    command = [sys.executable, "-m", "ganforge.retraining", "--deliver"]
    done = subprocess.run(command, cwd=tmp_path, env=our_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "outcome.json does not exist: run ci/retrain first" in done.stderr


def test_branches_that_may_not_be_pushed_to_leave_the_report(checkout):
    hook = checkout.parent / "origin.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    report = deliver(
        checkout, "--results", "main", "--pictures", "pictures", "--address", "https://example.org/{commit}/{path}"
    )
    assert "could not be committed to `main`" in report
    assert "could not be pushed to `pictures`" in report
    assert "## Passed" in report


def test_a_second_delivery_says_the_same_and_a_branch_that_is_not_there_is_named(checkout):
    assert deliver(checkout, "--results", "main") == deliver(checkout, "--results", "main")
    assert "`nowhere` is not a branch of origin" in deliver(checkout, "--results", "nowhere")
