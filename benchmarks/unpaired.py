"""Compares pictures per second of our trainer without pairs and of CycleGAN's loop: same networks, losses and batch.

    python -m benchmarks.unpaired            # translator and patches, 32x32, batch 16, on the CPU or on CUDA

The textbook is the loop of Zhu et al. 2017, https://arxiv.org/abs/1703.10593, in the order of its published code: both
ways, both cycles, both identities; a step of the generators with the discriminators frozen; then of each discriminator
on a pool of 50 that returns one picture after the other. It has least squares, PyTorch's default Adam(2e-4, 0.5), and
a DataLoader with two workers that enlarges, crops and mirrors pictures one by one. It takes turns with our `cycle` and
our `contrastive` in a separate process; see `benchmarks.training`.
"""

from __future__ import annotations

import argparse
import random
import statistics
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from benchmarks.training import loop_parser, machine_name, print_rows, textbook_training
from benchmarks.translation import JitteredPairs, random_pairs
from benchmarks.turns import UNSET, TimedLoop, alternate, answer, own_process, timed
from ganforge.compute import ComputeSettings
from ganforge.compute.device import configure
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.settings import TranslatorSettings
from ganforge.objectives.settings import ContrastiveSettings, CycleSettings, ObjectiveSettings
from ganforge.prepared.columns import SOURCE
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.settings import NoAugmentation
from ganforge.training.setup import Plan, build_trainer, generator_spec

CYCLE, IDENTITY, POOL = 10.0, 5.0, 50
GAME = {
    "loss": "least_squares", "label_smoothing": 0.0, "r1": 0.0, "r1_interval": 1, "r2": 0.0, "r2_interval": 1,
    "wgan_gp": 0.0, "wgan_gp_interval": 1,
}  # fmt: skip
OBJECTIVES: dict[str, ObjectiveSettings] = {
    "cycle": CycleSettings(name="cycle", cycle=CYCLE, identity=IDENTITY, pool=POOL, **GAME),  # type: ignore[arg-type]
    "contrastive": ContrastiveSettings(
        name="contrastive", contrast=10.0, identity=0.0, flips=True, patches=64, temperature=0.07, vectors=64,
        **GAME,  # type: ignore[arg-type]
    ),
}  # fmt: skip


def main() -> None:
    """Measures and prints."""
    options = parse_options()
    compute = ComputeSettings(
        device=options.device, threads=options.threads, processes=1, cuda_graphs=True, checkpoint_seconds=10
    )
    device = configure(compute)
    network = TranslatorSettings(
        name="translator", conditional="auto", latent_dim=0, width=options.width, discriminator_width="same",
        blocks=options.blocks,
    )  # fmt: skip
    plans = {
        name: Plan(network, objective, textbook_training(options), NoAugmentation(mode="none"), compute)
        for name, objective in OBJECTIVES.items()
    }
    with TemporaryDirectory() as folder:
        data = random_pairs(Path(folder) / "prepared", options.resolution, unpaired=True)
        loops: dict[str, TimedLoop] = {}
        for name, plan in plans.items():
            trainer = build_trainer(plan, data, Checkpoints(Path(folder) / name), device)
            loops[name] = partial(timed, trainer.game.advance, device)
        with own_process(serve_textbook, options, plans["cycle"], str(device), environment=UNSET) as textbook:
            rates = alternate({**loops, "textbook": textbook}, options.rounds, options.steps)
    speeds = {name: options.batch / statistics.median(seconds) for name, seconds in rates.items()}
    rows = {
        "machine": f"{machine_name(device)}, {torch.get_num_threads()} threads, torch {torch.__version__}",
        "setting": f"translator {options.resolution}x{options.resolution}x3, width {options.width}, {options.blocks} "
        f"blocks, batch {options.batch}, {options.precision}",
        "`cycle`": f"{speeds['cycle']:.0f} pictures/s",
        "CycleGAN's loop": f"{speeds['textbook']:.0f} pictures/s",
        "ratio": f"{speeds['cycle'] / speeds['textbook']:.2f} (of medians)",
        "`contrastive`": f"{speeds['contrastive']:.0f} pictures/s",
        "its time per picture as a share of that of `cycle`": f"{speeds['cycle'] / speeds['contrastive']:.2f}",
    }
    print_rows(rows)


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = loop_parser(__doc__, width=32, resolution=32, batch=16)
    parser.add_argument("--blocks", type=int, default=4)
    return parser.parse_args()


class ImagePool:
    """A pool of fifty earlier pictures, which replace half of the new ones."""

    def __init__(self, size: int) -> None:
        self.size, self.pictures = size, list[Tensor]()

    def __call__(self, fresh: Tensor) -> Tensor:
        """New pictures, (batch, *shape), some of them replaced by earlier ones."""
        given = []
        for picture in fresh.detach():
            if len(self.pictures) < self.size:
                self.pictures.append(picture)
                given.append(picture)
            elif random.random() > 0.5:
                place = random.randrange(self.size)
                given.append(self.pictures[place])
                self.pictures[place] = picture
            else:
                given.append(picture)
        return torch.stack(given)


class CycleGAN:
    """Both ways in the order of the published code."""

    def __init__(self, there: nn.Module, back: nn.Module, judges: list[nn.Module], loader: DataLoader[Tensor]) -> None:
        self.ways, self.judges, self.loader = (there, back), judges, loader
        self.pools = [ImagePool(POOL), ImagePool(POOL)]
        self.device = next(there.parameters()).device
        weights = [*there.parameters(), *back.parameters()]
        self.optimiser = torch.optim.Adam(weights, lr=2e-4, betas=(0.5, 0.999))
        of_judges = [weight for judge in judges for weight in judge.parameters()]
        self.judges_optimiser = torch.optim.Adam(of_judges, lr=2e-4, betas=(0.5, 0.999))
        self.criterion, self.distance = nn.MSELoss(), nn.L1Loss()
        self._batches = iter(loader)

    def step(self) -> None:
        """One step of the generators, and one of the discriminators."""
        both = self._next().to(self.device)
        real = both[:, :3], both[:, 3:]  # targets and sources
        fake = self._made(0, real[1]), self._made(1, real[0])
        again = self._made(0, fake[1]), self._made(1, fake[0])

        for judge in self.judges:
            judge.requires_grad_(False)
        self.optimiser.zero_grad()
        loss = torch.zeros((), device=self.device)
        for way in (0, 1):
            loss = loss + IDENTITY * self.distance(self._made(way, real[way]), real[way])
            loss = loss + self._judged(way, fake[way], 1.0) + CYCLE * self.distance(again[way], real[way])
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()

        for judge in self.judges:
            judge.requires_grad_(True)
        self.judges_optimiser.zero_grad()
        for way in (0, 1):
            of_fake = self._judged(way, self.pools[way](fake[way]), 0.0)
            ((self._judged(way, real[way], 1.0) + of_fake) / 2).backward()  # type: ignore[no-untyped-call]
        self.judges_optimiser.step()

    def _made(self, way: int, source: Tensor) -> Tensor:
        made: Tensor = self.ways[way](torch.zeros(len(source), 0, device=self.device), {SOURCE: source})
        return made

    def _judged(self, way: int, pictures: Tensor, target: float) -> Tensor:
        scores = self.judges[way](pictures, {})
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
        data = random_pairs(Path(folder), options.resolution, unpaired=True)
        spec = generator_spec(plan.network, data.meta)
        specs = (spec, spec.reversed())
        there, back = (build_generator(each).to(device) for each in specs)
        judges = [build_discriminator(each).to(device) for each in specs]
        loader = DataLoader(
            JitteredPairs(data.splits["train"]),
            options.batch,
            shuffle=True,
            drop_last=True,
            num_workers=2,
            persistent_workers=True,
        )
        answer(connection, CycleGAN(there, back, judges, loader).step, device)


if __name__ == "__main__":
    main()
