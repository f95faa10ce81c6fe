"""Two processes that share a batch do what one does with the whole batch."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT

SCRIPT = ["-m", "tests.training.shared_batch"]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]

COMMON = {"images": 640, "batch_size": 32, "optimiser": "sgd", "learning_rate": 0.01}
JOBS = {
    name: {
        "network": {"name": name, "latent_dim": 4, "width": 4},
        "train": COMMON,
        "augment": {"mode": mode} | ({"speed": 1000, "target": -0.9} if mode == "adaptive" else {}),
    }
    for name, mode in (("resnet", "none"), ("dcgan", "adaptive"), ("progressive", "adaptive"))
}
"""Trainings by name: one without batch norm and random layers, whose losses can be compared, and two with them."""


@pytest.fixture(scope="module")
def run(digits, tmp_path_factory):
    """What one process and what two tell of the same trainings."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "jobs.json").write_text(json.dumps(JOBS))
    prepared = Path(digits.splits["train"].signal.filename).parents[1]
    for name, command in (("one", [sys.executable]), ("two", TORCHRUN)):
        (folder / name).mkdir()
        done = subprocess.run(
            [*command, *SCRIPT, str(prepared), str(folder / "jobs.json"), str(folder / name)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return lambda processes, job, rank=0: json.loads((folder / processes / f"{job}-{rank}.json").read_text())


def test_two_processes_have_the_losses_of_one_and_agree_with_each_other(run):
    one, two = run("one", "resnet"), run("two", "resnet")
    assert len(one["history"]) == len(two["history"]) == 20
    for column in ("loss_discriminator", "loss_generator", "score_real", "gradient_r1"):
        values = [[row[column] for row in told["history"] if column in row] for told in (one, two)]
        assert values[1] == pytest.approx(values[0], rel=1e-3, abs=1e-5), column
    assert two["weights"] == pytest.approx(one["weights"], rel=1e-4, abs=1e-4)
    for job in ("dcgan", "progressive"):
        first, second = run("two", job, 0), run("two", job, 1)
        assert first["weights"] == second["weights"]
        assert first["probability"] == second["probability"] > 0
        assert all(math.isfinite(value) for row in first["history"] for value in row.values())


def test_two_processes_share_a_history_of_samples(run):
    one, *two = (run(processes, "cycle", rank) for processes, rank in (("one", 0), ("two", 0), ("two", 1)))
    for column in ("loss_discriminator", "loss_generator_back", "loss_cycle", "score_fake"):
        values = [[row[column] for row in told["history"]] for told in (one, two[0])]
        assert values[1] == pytest.approx(values[0], rel=1e-3, abs=1e-5), column
    assert two[0]["pool"] == two[1]["pool"] == pytest.approx(one["pool"], rel=1e-3, abs=1e-2)
    assert two[0]["weights"] == two[1]["weights"]
    assert two[0]["weights"] == pytest.approx(one["weights"], rel=1e-4, abs=1e-4)


def test_two_processes_train_every_network_as_one_does_even_one_that_is_first_used_in_the_generators_loss(run):
    one, *two = (
        run(processes, "translation", rank)["weights"] for processes, rank in (("one", 0), ("two", 0), ("two", 1))
    )
    assert two[0] == two[1]
    assert two[0] == pytest.approx(one, rel=1e-4, abs=1e-5)
    assert "generators.projector.weight" in one
