"""The device of tensors, random seeds, memory and precision."""

from __future__ import annotations

import ctypes
import os
import sys

import torch

from ganforge.compute.settings import ComputeSettings
from ganforge.errors import UserError

MOST_OF_MEMORY = 0.5  # share of free memory for the data set

# glibc's names for what `keep_memory` sets, from malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_MMAP_THRESHOLD = 32 * 2**20


def configure(compute: ComputeSettings) -> torch.device:
    """Sets the number of CPU threads and returns the device to compute on.

    On a CPU, denormal numbers count as zero from here on: those of float32 below 1.2e-38. They are slow, and a training
    has many of them where a softmax is sure. Threads that PyTorch or numpy started before keep them.

    Raises:
        UserError: this machine does not have the device.
    """
    torch.set_flush_denormal(True)  # before PyTorch starts its threads, which inherit it
    torch.set_num_threads(compute.threads)
    keep_memory()
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    name = compute.device
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if available[kind])
    if not available[name]:
        here = ", ".join(kind for kind, is_here in available.items() if is_here)
        raise UserError(
            f"params.yaml: compute.device is {compute.device!r}, which PyTorch {torch.__version__} does not find; "
            f"allowed on this machine is auto or {here}."
        )
    if name == "cuda" and torch.cuda.device_count() < compute.processes:
        raise UserError(
            f"params.yaml: compute.processes is {compute.processes}, but this machine has {torch.cuda.device_count()} "
            "CUDA devices; allowed is at most one process for each."
        )
    return torch.device(name, int(os.environ.get("LOCAL_RANK", 0))) if name == "cuda" else torch.device(name)


def keep_memory() -> None:
    """Makes the C library keep memory that a step frees for the next step, instead of returning it to the kernel.

    A step on the CPU allocates and frees some hundred megabytes in pieces of a few. A sixth of its time went into
    zeroed pages from the kernel. This needs Linux with glibc; elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD)
        library.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def seed_draws(seed: int, device: torch.device) -> None:
    """Seeds PyTorch's default generators that a step on ``device`` draws from: that of the CPU and that of the device.

    ``torch.manual_seed`` also seeds kinds of devices that are absent, and records its caller's stack for some of them:
    this takes a thirtieth of a step on `digits`.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)


def fits(size: int, device: torch.device) -> bool:
    """Whether a data set of ``size`` bytes should be held on ``device`` as a whole."""
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0]
    else:
        import psutil

        free = psutil.virtual_memory().available
    return size <= MOST_OF_MEMORY * free


def set_precision(precision: str) -> None:
    """Allows or forbids TF32 in matrix products and convolutions on CUDA: 19 bits, but faster."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
