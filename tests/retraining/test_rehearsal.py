"""What the workflow does, rehearsed: a bare origin, a remote of DVC, and a fresh clone for every run of it."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from ruamel.yaml import YAML

from tests.project import ALL, ROOT, Project, our_environment

pytestmark = pytest.mark.long

WORKFLOW = ROOT / ".github" / "workflows" / "retrain.yaml"
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")
OURS = (
    "(github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository) "
    "&& '--push' || ''"
)
AFTER_TRAINING = ALL[ALL.index("train") :]


@dataclass
class Outcome:
    """What a run of the workflow left."""

    status: int
    said: str
    root: Path

    @property
    def report(self) -> str:
        return (self.root / "retrain" / "report.md").read_text()

    @property
    def ran(self) -> list[str]:
        return json.loads((self.root / "retrain" / "outcome.json").read_text())["ran"]

    def table(self, heading: str) -> dict[str, list[str]]:
        """Rows of a table of the report, by their first cell."""
        part = self.report.split(f"### {heading}\n")[1].split("\n### ")[0]
        rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
        return {row[0].strip("`"): row[1:] for row in rows[1:]}


class Team:
    """A repository that people push to, and the machine that runs its workflow."""

    def __init__(self, folder: Path, finished: Project) -> None:
        self.folder, self.origin = folder, folder / "origin.git"
        first = Project(Path(shutil.copytree(finished.root, folder / "first")))
        (first.root / ".dvc" / "config.local").unlink()
        first.set(gate__most={}, gate__least={}, gate__worse_by={"quality.fd_ratio": 60.0}, gate__alarms="warn")
        for command in (
            ("git", "init", "--quiet", "--initial-branch=main"),
            ("dvc", "remote", "add", "--quiet", "--default", "team", str(folder / "remote")),
            ("dvc", "push", "--quiet", "--run-cache"),
            ("git", "add", "--all"),
            (*GIT, "commit", "--quiet", "--message", "The base"),
            ("git", "clone", "--quiet", "--bare", ".", str(self.origin)),
        ):
            check(first.run(*command))
        self.clones = 0

    def clone(self, branch: str) -> Project:
        """A fresh clone of a branch, as `actions/checkout` makes one."""
        self.clones += 1
        project = Project(self.folder / f"clone-{self.clones}")
        subprocess.run(["git", "clone", "--quiet", str(self.origin), str(project.root)], check=True)
        check(project.run("git", "checkout", "--quiet", "--detach", f"origin/{branch}"))
        return project

    def push_branch(self, name: str, base: str = "main", readme: str = "", **values: object) -> None:
        """A branch that changes parameters, or README."""
        project = self.clone(base)
        if values:
            project.set(**values)
        if readme:
            (project.root / "README.md").write_text(readme)
        for command in (
            (*GIT, "commit", "--quiet", "--all", "--message", name),
            ("git", "push", "--quiet", "origin", f"HEAD:refs/heads/{name}"),
        ):
            check(project.run(*command))

    def run_workflow(self, branch: str, base: str = "main", **expressions: str) -> Outcome:
        """The step of the workflow that retrains, in a fresh clone."""
        project = self.clone(branch)
        given = {"github.event.pull_request.base.sha || github.event.before": f"origin/{base}", OURS: "--push"}
        given |= expressions
        done = run_step(project, "retrain", given)
        return Outcome(done.returncode, done.stdout + done.stderr, project.root)

    def tip(self, branch: str) -> str:
        return subprocess.check_output(["git", "rev-parse", branch], cwd=self.origin, text=True).strip()


def run_step(project: Project, job: str, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the step of a job that calls ci/retrain, with values for the expressions that it is given."""
    steps = YAML(typ="safe").load(WORKFLOW.read_text())["jobs"][job]["steps"]
    (step,) = [step for step in steps if step.get("name") == job]
    expression = r"\$\{\{ (.+?) \}\}"
    variables = {"RUNNER_TEMP": str(project.root.parent / f"{project.root.name}-temp")}
    assert set(given) <= set(re.findall(expression, " ".join(step["env"].values()))), "no such expression"
    for name, text in step["env"].items():
        variables[name] = re.sub(expression, lambda found: given.get(found[1], ""), text)
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=project.root,
        env=our_environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def check(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def team(finished, tmp_path_factory) -> Team:
    return Team(tmp_path_factory.mktemp("team"), finished)


@pytest.fixture(scope="module")
def changed(team) -> Outcome:
    """A branch that trains longer, retrained for the first time."""
    team.push_branch("longer", train__images=6400)
    return team.run_workflow("longer")


def test_what_depends_on_the_parameter_is_retrained_and_the_rest_is_pulled(changed):
    assert changed.status == 0, changed.said
    assert changed.ran == AFTER_TRAINING
    stages = changed.table("Stages")
    assert {name for name, row in stages.items() if row[0] == "unchanged"} == {*ALL} - {*AFTER_TRAINING}
    assert stages["train"][2] == "`train.images`"
    assert changed.table("Parameters") == {"train.images": ["3200", "6400"]}


def test_the_report_lets_a_reviewer_decide(changed):
    assert changed.report.startswith("## Passed the gate\n")
    metrics = Project(changed.root).metrics()
    base = json.loads(subprocess.check_output(["git", "show", "origin/main:reports/metrics.json"], cwd=changed.root))
    row = changed.table("Scores")["Fréchet distance"]
    shown = [float(row[place]) for place in range(3)]
    expected = [base["quality"]["fd"], metrics["quality"]["fd"], metrics["quality"]["fd_floor"]]
    assert shown == pytest.approx(expected, rel=0.01, abs=5e-4)
    assert row[3] in {"**better**", "**worse**", "much the same"}
    pictures = changed.root / "retrain" / "pictures"
    for name in ("samples_base.png", "samples_change.png", "training.png"):
        assert f"(pictures/{name})" in changed.report
        with Image.open(pictures / name) as picture:
            assert min(picture.size) > 50
    assert (pictures / "samples_change.png").read_bytes() == (changed.root / "samples" / "grid.png").read_bytes()
    assert (pictures / "samples_base.png").read_bytes() != (pictures / "samples_change.png").read_bytes()


def test_a_second_run_is_served_by_the_cache(team, changed):
    again = team.run_workflow("longer")
    assert again.status == 0, again.said
    assert set(again.ran) <= {"record"}  # which has nothing that a cache could hold
    assert again.table("Stages")["train"][0] == "taken from the cache"
    assert (again.root / "models" / "generator" / "generator.safetensors").read_bytes() == (
        changed.root / "models" / "generator" / "generator.safetensors"
    ).read_bytes()


def test_a_branch_that_touches_readme_alone_trains_nothing(team):
    team.push_branch("words", readme="# Other words\n")
    outcome = team.run_workflow("words")
    assert outcome.status == 0, outcome.said
    assert outcome.ran == []
    assert outcome.report.startswith("## Nothing to retrain\n")
    assert not (outcome.root / "models").exists()


def test_another_base_is_compared_with(team, changed):
    team.push_branch("fewer-columns", base="longer", sample__show_per_class=3)
    outcome = team.run_workflow("fewer-columns", base="longer")
    assert outcome.status == 0, outcome.said
    # the base says 6400 images, and was not retrained: its scores are of 3200, and that is what they are compared as
    parameters = {"train.images": ["3200", "6400"], "sample.show_per_class": ["10", "3"]}
    assert outcome.table("Parameters") == parameters
    assert "computed with parameters that differ from the committed ones" in outcome.report
    assert outcome.table("Stages")["train"][0] == "taken from the cache"


def test_scores_that_fall_behind_are_refused_with_the_reason(team):
    team.push_branch("too-short", train__images=128, train__best_every=0)
    outcome = team.run_workflow("too-short")
    assert outcome.status == 3, outcome.said
    assert outcome.report.startswith("## Refused by the gate\n")
    assert re.search(
        r"\*\*refused\*\*: ratio to its floor \(quality\.fd_ratio\) went from [\d.]+ to [\d.]+, [\d.]+ worse than the "
        r"base; at most 60 is allowed",
        outcome.report,
    )


def test_a_gate_that_gets_stricter_is_asked_without_training(team):
    team.push_branch("stricter", gate__most={"quality.fd_ratio": 0.5})
    outcome = team.run_workflow("stricter")
    assert (outcome.status, outcome.ran) == (3, [])
    assert "at most 0.5 is allowed" in outcome.report


def test_a_pipeline_that_fails_is_told_with_its_own_words(team):
    team.push_branch("too-many", sample__count=9000)
    outcome = team.run_workflow("too-many")
    assert outcome.status == 1
    assert outcome.report.startswith("## The pipeline failed in the stage `sample`\n")
    assert "sample.count is 9000" in outcome.report


def test_settings_by_hand_are_tried(team):
    outcome = team.run_workflow("main", **{"inputs.set": "sample.show_per_class=2 evaluation.cas_images=0"})
    assert outcome.status == 0, outcome.said
    changes = {"sample.show_per_class": ["10", "2"], "evaluation.cas_images": ["1000", "0"]}
    assert outcome.table("Parameters") == changes
    assert "train" not in outcome.ran


def test_results_go_to_the_branch_and_pictures_to_their_own(team, changed):
    before = team.tip("longer")
    deliverer = team.clone("main")  # runs what the base holds
    left = deliverer.root.parent / f"{deliverer.root.name}-temp" / "left" / "retrain"
    shutil.copytree(changed.root / "retrain", left)
    expressions = {
        "github.server_url": "https://example.org",
        "github.repository": "ada/faces",
        "vars.RETRAIN_COMMIT == 'true' && github.event_name != 'workflow_dispatch' "
        "&& (github.head_ref || github.ref_name) || ''": "longer",
    }
    check(run_step(deliverer, "deliver", expressions))
    made = team.tip("longer")
    assert subprocess.check_output(["git", "rev-parse", f"{made}^"], cwd=team.origin, text=True).strip() == before
    shown = subprocess.check_output(["git", "show", f"{made}:dvc.lock"], cwd=team.origin)
    assert shown == (changed.root / "dvc.lock").read_bytes()
    report = (left / "comment.md").read_text()
    assert f"committed as {made[:7]}" in report
    pictures = team.tip("retrain-pictures")
    address = f"https://example.org/ada/faces/blob/{pictures}/{before}/samples_base.png?raw=true"
    assert f"({address})" in report
    content = subprocess.check_output(["git", "show", f"{pictures}:{before}/samples_base.png"], cwd=team.origin)
    assert content == (changed.root / "retrain" / "pictures" / "samples_base.png").read_bytes()
    delivered = team.run_workflow("longer")  # what was committed needs no run at all
    assert delivered.report.startswith("## Nothing to retrain\n")
    team.push_branch("longer-and-other", base="longer", readme="# Other words\n")
    subprocess.run(["git", "branch", "--quiet", "--force", "longer", "longer-and-other"], cwd=team.origin, check=True)
    run_step(deliverer, "deliver", expressions)
    assert "has new commits" in (left / "comment.md").read_text()
    assert team.tip("longer") == team.tip("longer-and-other")
