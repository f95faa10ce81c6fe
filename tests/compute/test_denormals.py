"""Denormal numbers, which are slow, count as zero."""

import subprocess
import sys

import pytest
import torch

from tests.project import ROOT, our_environment

ASK = """
import torch
from ganforge.compute import ComputeSettings
from ganforge.compute.device import configure
configure(ComputeSettings(threads=2, device="cpu", processes=1, cuda_graphs=True, checkpoint_seconds=10))
tiny = torch.full((2**22,), 1e-30)
print(int((tiny * 1e-10).count_nonzero()), int((tiny * 1e-7).count_nonzero()))
"""


def supported() -> bool:
    """Whether this processor can do so; leaves it as it was."""
    answer = torch.set_flush_denormal(True)
    torch.set_flush_denormal(False)
    return answer


@pytest.mark.skipif(not supported(), reason="this processor cannot count denormal numbers as zero")
def test_denormal_numbers_are_zero_in_every_thread():
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=our_environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", str(2**22)]
