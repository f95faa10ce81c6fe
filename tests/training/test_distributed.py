"""Two processes that share a batch do what one does with the whole batch."""

import copy
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import ROOT

SCRIPT = Path(__file__).with_name("shared_batch.py")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def jobs(defaults) -> dict:
    """Trainings by name: one without batch norm and random layers, whose losses can be compared, and two with them."""
    defaults["network"] |= {"latent_dim": 4, "width": 4, "discriminator_width": "same"}
    defaults["train"] |= {"images": 640, "batch_size": 32, "optimiser": "sgd", "learning_rate": 0.01}
    settings = {}
    for name, mode in (("resnet", "none"), ("dcgan", "adaptive"), ("progressive", "adaptive")):
        settings[name] = copy.deepcopy(defaults)
        settings[name]["network"]["name"] = name
        settings[name]["augment"] |= {"mode": mode, "speed": 1000, "target": -0.9}
    return settings


@pytest.fixture
def run(digits, defaults, tmp_path_factory):
    """What one process and what two tell of the same trainings."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "jobs.json").write_text(json.dumps(jobs(defaults)))
    prepared = Path(digits.splits["train"].images.filename).parent
    for name, command in (("one", [sys.executable]), ("two", TORCHRUN)):
        (folder / name).mkdir()
        done = subprocess.run(
            [*command, str(SCRIPT), str(prepared), str(folder / "jobs.json"), str(folder / name)],
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
