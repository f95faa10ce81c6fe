"""Where tensors live."""

from __future__ import annotations

import torch

from ganforge.errors import UserError
from ganforge.params import ComputeParams


def configure(compute: ComputeParams) -> torch.device:
    """Sets the number of CPU threads and returns the device to compute on.

    Raises:
        UserError: the device that was asked for is not in this machine.
    """
    torch.set_num_threads(compute.threads)
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if compute.device == "auto":
        return torch.device(next(name for name, here in available.items() if here))
    if not available[compute.device]:
        here = ", ".join(name for name, is_here in available.items() if is_here)
        raise UserError(
            f"params.yaml: compute.device is {compute.device!r}, which PyTorch {torch.__version__} does not find here; "
            f"allowed on this machine is auto or {here}."
        )
    return torch.device(compute.device)
