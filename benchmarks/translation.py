"""Compares pairs per second of our trainer and of pix2pix's loop: same networks, same losses, same batch.

    python -m benchmarks.translation            # U-Net and patches, 64x64, batch 16, on the CPU or on CUDA

The textbook is the loop of Isola et al. 2017, https://arxiv.org/abs/1611.07004, section 3.3: a DataLoader with two
workers that enlarges, crops and mirrors pairs one by one; the discriminator's turn with two scores and half of their
losses; then the generator's with the discriminator frozen; PyTorch's default Adam(2e-4, 0.5). It takes turns with ours
in a separate process; see `benchmarks.training`.
"""

from __future__ import annotations

import argparse
import statistics
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.training import extremes, loop_parser, machine_name, print_rows, textbook_training
from benchmarks.turns import UNSET, TimedLoop, alternate, answer, own_process, timed
from ganforge.compute import ComputeSettings
from ganforge.compute.device import configure
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.settings import UNetSettings
from ganforge.objectives.settings import PairedSettings
from ganforge.prepared.columns import SIGNAL, SOURCE, Kind, Split
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.signals.image import ImageSignal
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.settings import MovedTogether
from ganforge.training.setup import Plan, build_trainer, generator_spec

PAIRS = 2048  # random ones in the data set: only their number of pixels matters
L1 = 100.0
ENLARGED = 286 / 256  # factor of a side before a crop


def main() -> None:
    """Measures and prints."""
    options = loop_parser(__doc__, width=48, resolution=64, batch=16).parse_args()
    compute = ComputeSettings(
        device=options.device, threads=options.threads, processes=1, cuda_graphs=True, checkpoint_seconds=10
    )
    device = configure(compute)
    plan = benchmark_plan(options, compute)
    with TemporaryDirectory() as folder:
        data = random_pairs(Path(folder) / "prepared", options.resolution)
        trainer = build_trainer(plan, data, Checkpoints(Path(folder) / "checkpoints"), device)
        with own_process(serve_textbook, options, plan, str(device), environment=UNSET) as textbook:
            loops: dict[str, TimedLoop] = {"ours": partial(timed, trainer.game.advance, device), "textbook": textbook}
            rates = alternate(loops, options.rounds, options.steps)
    ours, plain = (options.batch / statistics.median(rates[name]) for name in ("ours", "textbook"))
    low, high = (textbook / ours for ours, textbook in extremes(rates))
    rows = {
        "machine": f"{machine_name(device)}, {torch.get_num_threads()} threads, torch {torch.__version__}",
        "setting": f"U-Net {options.resolution}x{options.resolution}x3, width {options.width}, batch {options.batch}, "
        f"{options.precision}",
        "ours": f"{ours:.0f} pairs/s",
        "pix2pix's loop": f"{plain:.0f} pairs/s",
        "ratio": f"{ours / plain:.2f} (of medians; single rounds {low:.2f} to {high:.2f})",
    }
    print_rows(rows)


def benchmark_plan(options: argparse.Namespace, compute: ComputeSettings) -> Plan:
    """params.yaml, with the game of pix2pix: no penalties, 100 times L1, Adam(2e-4, 0.5), pairs moved together."""
    network = UNetSettings(
        name="unet", conditional="auto", latent_dim=0, width=options.width, discriminator_width="same"
    )
    objective = PairedSettings(
        name="paired",
        loss="non_saturating",
        label_smoothing=0.0,
        r1=0.0,
        r1_interval=1,
        r2=0.0,
        r2_interval=1,
        wgan_gp=0.0,
        wgan_gp_interval=1,
        l1=L1,
        perceptual=0.0,
        diversity=0.0,
        baseline=False,
    )
    return Plan(
        network,
        objective,
        textbook_training(options),
        MovedTogether(mode="together", moves=["shift", "mirror"]),
        compute,
    )


def random_pairs(folder: Path, resolution: int, *, unpaired: bool = False) -> Prepared:
    """A data set of noise, in the format of the pipeline; unpaired: its description says that there are no pairs."""
    random = np.random.default_rng(0)
    signal, source = (random.integers(0, 256, (PAIRS, 3, resolution, resolution), dtype=np.uint8) for _ in range(2))
    split = Split({SIGNAL: signal, SOURCE: source})
    kinds = {SIGNAL: Kind(ImageSignal.kind), SOURCE: Kind(ImageSignal.kind, {"unpaired": True} if unpaired else {})}
    write_prepared(folder, {"train": split, "test": split}, kinds, dataset="pairs", origin="")
    return Prepared.load(folder)


class JitteredPairs(Dataset[Tensor]):
    """Pairs one at a time, stacked in six channels: enlarged, cropped, mirrored every other time, normalised."""

    def __init__(self, split: Split) -> None:
        from torchvision import transforms

        side = split.signal.shape[-1]
        self.pairs = np.concatenate([split.signal, split.columns[SOURCE]], 1)
        self.to_picture = transforms.ToPILImage()
        self.enlarge = transforms.Resize(round(side * ENLARGED), transforms.InterpolationMode.BICUBIC)
        self.to_tensor = transforms.ToTensor()
        self.move = transforms.Compose([transforms.RandomCrop(side), transforms.RandomHorizontalFlip()])

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Tensor:
        halves = np.split(self.pairs[index].transpose(1, 2, 0), 2, axis=2)
        both = torch.cat([self.to_tensor(self.enlarge(self.to_picture(np.ascontiguousarray(half)))) for half in halves])
        moved: Tensor = self.move(both) * 2 - 1
        return moved


class Pix2Pix:
    """Binary cross-entropy with logits for each patch, and a hundred times L1."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module, split: Split, batch: int, device: torch.device):
        self.generator, self.discriminator, self.device = generator, discriminator, device
        self.loader = DataLoader(
            JitteredPairs(split), batch, shuffle=True, drop_last=True, num_workers=2, persistent_workers=True
        )
        self.criterion, self.distance = nn.BCEWithLogitsLoss(), nn.L1Loss()
        self.generator_optimiser = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.discriminator_optimiser = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self._batches = iter(self.loader)

    def step(self) -> None:
        """One step of each network."""
        both = self._next().to(self.device)
        real, condition = both[:, :3], {SOURCE: both[:, 3:]}
        fake = self.generator(torch.zeros(len(real), 0, device=self.device), condition)

        self.discriminator.requires_grad_(True)
        self.discriminator_optimiser.zero_grad()
        loss: Any = (self._loss(fake.detach(), condition, 0.0) + self._loss(real, condition, 1.0)) / 2
        loss.backward()
        self.discriminator_optimiser.step()

        self.discriminator.requires_grad_(False)
        self.generator_optimiser.zero_grad()
        loss = self._loss(fake, condition, 1.0) + L1 * self.distance(fake, real)
        loss.backward()
        self.generator_optimiser.step()

    def _loss(self, pictures: Tensor, condition: dict[str, Tensor], target: float) -> Tensor:
        scores = self.discriminator(pictures, condition)
        loss: Tensor = self.criterion(scores, torch.full_like(scores, target))
        return loss

    def _next(self) -> Tensor:
        try:
            batch: Tensor = next(self._batches)
        except StopIteration:
            self._batches = iter(self.loader)
            batch = next(self._batches)
        return batch


def serve_textbook(connection: Connection, options: argparse.Namespace, plan: Plan, device_name: str) -> None:
    """Trains in the other process, on request."""
    torch.set_num_threads(options.threads)
    device = torch.device(device_name)
    with TemporaryDirectory() as folder:
        data = random_pairs(Path(folder), options.resolution)
        spec = generator_spec(plan.network, data.meta)
        generator, discriminator = (build(spec).to(device) for build in (build_generator, build_discriminator))
        loop = Pix2Pix(generator, discriminator, data.splits["train"], options.batch, device)
        answer(connection, loop.step, device)


if __name__ == "__main__":
    main()
