"""Two processes that share a batch do what one does with the whole batch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("shared_batch.py")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


@pytest.mark.parametrize("network", ["resnet"])
def test_two_processes_have_the_losses_of_one(defaults, digits, tmp_path, network):
    defaults["network"] |= {"name": network, "latent_dim": 4, "width": 4}
    defaults["train"] |= {"images": 960, "batch_size": 32, "optimiser": "sgd", "learning_rate": 0.01}
    (tmp_path / "params.json").write_text(json.dumps(defaults))
    prepared = Path(digits.splits["train"].images.filename).parent
    histories, totals = [], []
    for name, command in (("one", [sys.executable]), ("two", TORCHRUN)):
        out = tmp_path / name
        out.mkdir()
        done = subprocess.run(
            [*command, str(SCRIPT), str(prepared), str(tmp_path / "params.json"), str(out)],
            cwd=SCRIPT.parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        histories.append(json.loads((out / "history.json").read_text()))
        totals.append(json.loads((out / "total.json").read_text()))
    assert len(histories[0]) == len(histories[1]) == 30
    for column in ("loss_discriminator", "loss_generator", "score_real", "gradient_r1"):
        one, two = ([row[column] for row in history if column in row] for history in histories)
        assert two == pytest.approx(one, rel=1e-3, abs=1e-5), column
    assert totals[1] == pytest.approx(totals[0], rel=1e-5)
