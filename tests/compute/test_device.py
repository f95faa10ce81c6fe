"""A device that is not there is refused, never replaced in silence; what is drawn on one follows from the seed."""

import pytest
import torch

from ganforge.compute.device import configure, seed_draws
from ganforge.errors import UserError
from tests.specs import plan


@pytest.fixture(autouse=True)
def threads():
    """Leaves the number of threads as it was."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def compute(**changes):
    return plan(compute=changes).compute


def test_auto_always_finds_one_and_threads_are_set():
    device = configure(compute(device="auto", threads=2))
    assert torch.get_num_threads() == 2
    assert torch.zeros(1, device=device).sum() == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_an_absent_device_is_refused():
    with pytest.raises(UserError, match=r"compute\.device is 'cuda', which PyTorch .* does not find; allowed"):
        configure(compute(device="cuda"))


def test_draws_follow_from_the_seed_as_with_pytorchs_own():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    draws = []
    for seed in (seed_draws, lambda seed, _: torch.manual_seed(seed)):
        seed(7, device)
        draws.append((torch.randn(5), torch.randn(5, device=device)))
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*draws, strict=True))
