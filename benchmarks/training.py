"""Compares images per second of our trainer and of a textbook loop: same networks, same loss, same batch.

The textbook loop has the layers of textbooks: a strided convolution where ours rearranges positions, and a convolution
where ours has a dense layer. A test shows that these are the same maps with the same weights.

    python -m benchmarks.training            # DCGAN 32x32, width 64, batch 64, on the CPU or on CUDA

Both train in turns of some steps, so that other load of the machine affects both. The textbook loop has its own
process, since ours configures the memory allocator and the waiting of threads for a whole process. PyTorch's counter
counts the FLOPs of our step; the peak is that of a large convolution. The table is printed and written to --out.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.textbook import TextbookLoop, plain_discriminator, plain_generator
from benchmarks.turns import UNSET, TimedLoop, alternate, answer, own_process, timed, wait_for
from ganforge.compute import ComputeSettings
from ganforge.compute.device import configure
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import arrange
from ganforge.networks.settings import DCGANSettings
from ganforge.objectives.settings import AdversarialSettings
from ganforge.params import load_params
from ganforge.prepared.columns import LABELS, SIGNAL, Kind, Split
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.signals.image import ImageSignal
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.settings import NoAugmentation, TrainSettings
from ganforge.training.setup import Plan, build_trainer, generator_spec

IMAGES = 8192  # random ones in the data set: only their number of pixels matters
PEAK_CHANNELS = 128
PEAK_SECONDS = 1.0


def main() -> None:
    """Measures and prints."""
    options = parse_options()
    compute = ComputeSettings(
        device=options.device, threads=options.threads, processes=1, cuda_graphs=True, checkpoint_seconds=10
    )
    device = configure(compute)
    plan = benchmark_plan(options, compute)
    with TemporaryDirectory() as folder:
        data = random_images(Path(folder) / "prepared", options.channels, options.resolution)
        trainer = build_trainer(plan, data, Checkpoints(Path(folder) / "checkpoints"), device)
        flops = count_flops(trainer)
        with own_process(serve_textbook, options, plan, str(device), environment=UNSET) as textbook:
            loops: dict[str, TimedLoop] = {"ours": partial(timed, trainer.game.advance, device), "textbook": textbook}
            rates = alternate(loops, options.rounds, options.steps)
    memory = peak_memory(device)  # before measuring the peak allocates more
    rate, plain = (options.batch / statistics.median(rates[name]) for name in ("ours", "textbook"))
    peak = measured_peak(device, bfloat16=options.precision == "bfloat16")
    result = {
        "machine": machine_name(device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "setting": f"DCGAN {options.resolution}x{options.resolution}x{options.channels}, width {options.width}, "
        f"batch {options.batch}, binary cross-entropy, {options.precision}",
        "ours_images_per_second": rate,
        "textbook_images_per_second": plain,
        "ratio": rate / plain,
        "ratio_range": [t / o for o, t in extremes(rates)],
        "gflop_per_image": flops / options.batch / 1e9,
        "gflops": flops / options.batch * rate / 1e9,
        "peak_gflops": peak / 1e9,
        "share_of_peak": flops / options.batch * rate / peak,
        "peak_memory_mib": memory / 2**20,
    }
    report(result)
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def serve_textbook(connection: Connection, options: argparse.Namespace, plan: Plan, device_name: str) -> None:
    """Trains in the other process, on request."""
    torch.set_num_threads(options.threads)
    device = torch.device(device_name)
    with TemporaryDirectory() as folder:
        data = random_images(Path(folder), options.channels, options.resolution)
        spec, train = generator_spec(plan.network, data.meta), data.splits["train"]
        with TextbookLoop(
            plain_generator(build_generator(spec)).to(device),
            plain_discriminator(build_discriminator(spec)).to(device),
            train.signal,
            train.required_labels(),
            conditional=False,
            batch_size=options.batch,
            latent_dim=spec.latent_dim,
            device=device,
        ) as loop:
            answer(connection, loop.step, device)


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = loop_parser(__doc__, width=64, resolution=32, batch=64, rounds=9, steps=10)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    return parser.parse_args()


def loop_parser(
    doc: str | None, *, width: int, resolution: int, batch: int, rounds: int = 7, steps: int = 5
) -> argparse.ArgumentParser:
    """Options of benchmarks that compare a training loop with a textbook's; ``doc`` begins with what it measures."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--width", type=int, default=width)
    parser.add_argument("--resolution", type=int, default=resolution)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--precision", default="float32", choices=["float32", "tf32", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=rounds, help="number of turns of each")
    parser.add_argument("--steps", type=int, default=steps, help="steps in a turn")
    return parser


def benchmark_plan(options: argparse.Namespace, compute: ComputeSettings) -> Plan:
    """params.yaml, with the textbook's game: no penalties, Adam(2e-4, 0.5), unconditional."""
    network = DCGANSettings(
        name="dcgan",
        conditional="never",
        latent_dim=100,
        width=options.width,
        discriminator_width="same",
        sampling="normal",
        spectral_norm=False,
        attention=False,
        refinement=False,
    )
    objective = AdversarialSettings(
        name="adversarial",
        loss="non_saturating",
        label_smoothing=0.0,
        r1=0.0,
        r1_interval=1,
        r2=0.0,
        r2_interval=1,
        wgan_gp=0.0,
        wgan_gp_interval=1,
    )
    return Plan(network, objective, textbook_training(options), NoAugmentation(mode="none"), compute)


def textbook_training(options: argparse.Namespace) -> TrainSettings:
    """params.yaml, with Adam(2e-4, 0.5), equal turns and no end."""
    return load_params().train.model_copy(
        update={
            "images": 10**9,
            "batch_size": options.batch,
            "discriminator_steps": 1,
            "optimiser": "adam",
            "discriminator_rate": 1.0,
            "weight_decay": 0.0,
            "learning_rate": 2e-4,
            "beta1": 0.5,
            "beta2": 0.999,
            "best_every": 0,
            "precision": options.precision,
        }
    )


def random_images(folder: Path, channels: int, resolution: int) -> Prepared:
    """A data set of noise, in the format of the pipeline."""
    random = np.random.default_rng(0)
    shape = (IMAGES, channels, resolution, resolution)
    split = Split.of(random.integers(0, 256, shape, dtype=np.uint8), random.integers(0, 10, IMAGES))
    kinds = {SIGNAL: Kind(ImageSignal.kind), LABELS: Kind(LABELS, {"names": [str(label) for label in range(10)]})}
    write_prepared(folder, {"train": split, "test": split}, kinds, dataset="digits", origin="")
    return Prepared.load(folder)


def extremes(rates: dict[str, list[float]]) -> list[tuple[float, float]]:
    """Seconds of ours and of the textbook in the rounds with the smallest and the largest ratio."""
    pairs = sorted(zip(rates["ours"], rates["textbook"], strict=True), key=lambda pair: pair[1] / pair[0])
    return [pairs[0], pairs[-1]]


def count_flops(trainer: Any) -> int:
    """Floating-point operations of one of our steps, as PyTorch counts convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        trainer.game.advance()
    return int(counter.get_total_flops())


def measured_peak(device: torch.device, *, bfloat16: bool) -> float:
    """Operations per second of the forward pass of a large convolution: the best of some rounds."""
    layer = arrange(torch.nn.Conv2d(PEAK_CHANNELS, PEAK_CHANNELS, 3, padding=1).to(device), 2)
    x = torch.randn(64, PEAK_CHANNELS, 32, 32, device=device).contiguous(memory_format=torch.channels_last)
    operations = 2 * 64 * 32 * 32 * PEAK_CHANNELS**2 * 9
    best, until = 0.0, time.perf_counter() + PEAK_SECONDS * 5
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        while time.perf_counter() < until:
            wait_for(device)
            began = time.perf_counter()
            for _ in range(5):
                layer(x)
            wait_for(device)
            best = max(best, 5 * operations / (time.perf_counter() - began))
    return best


def peak_memory(device: torch.device) -> int:
    """Peak bytes of the device or, on the CPU, of this process (our loop and the data)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def machine_name(device: torch.device) -> str:
    """The name of the processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def report(result: dict[str, Any]) -> None:
    """The table in Markdown."""
    low, high = result["ratio_range"]
    rows = {
        "machine": f"{result['machine']}, {result['threads']} threads, torch {result['torch']}",
        "setting": result["setting"],
        "ours": f"{result['ours_images_per_second']:.0f} images/s",
        "textbook loop": f"{result['textbook_images_per_second']:.0f} images/s",
        "ratio": f"{result['ratio']:.2f} (of medians; single rounds {low:.2f} to {high:.2f})",
        "work": f"{result['gflop_per_image']:.3f} GFLOP per image",
        "achieved": f"{result['gflops']:.0f} GFLOP/s of {result['peak_gflops']:.0f} ({result['share_of_peak']:.0%})",
        "peak memory": f"{result['peak_memory_mib']:.0f} MiB",
    }
    print_rows(rows)


def print_rows(rows: Mapping[str, str]) -> None:
    """A table of two columns in Markdown."""
    print("| | |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
