"""Measures how many images a training shows in a second on this machine, before it starts."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ganforge.prepared.columns import LABELS, SIGNAL, Column, Kind, Split
from ganforge.prepared.meta import Meta, Prepared
from ganforge.signals import SIGNALS, signal_of
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import Plan, build_trainer

ENDLESS = 10**12  # images
WARM_UP = 32  # steps that are not counted: the first ones allocate memory, choose kernels and are recorded
ENOUGH = 4  # of them, if they take longer than the measurement
TURN = 16  # steps between readings of the clock, since penalties are due every few steps


IMAGE = Kind("image")


def images_per_second(
    plan: Plan,
    shape: tuple[int, ...],
    classes: int,
    device: torch.device,
    seconds: float = 3.0,
    kind: Kind = IMAGE,
) -> float:
    """Trains on noise for some seconds in this process; checks and pictures of a training take additional time.

    Args:
        plan: the training.
        shape: (channels, height, width) of its images, or the shape of its stored signals.
        classes: number of labels; 0 without labels.
        device: where it would run.
        seconds: how long to measure, after a few steps to warm up.
        kind: the kind of its signals.

    Returns:
        Real images, or other signals, shown in a second.
    """
    endless = replace(plan, train=plan.train.model_copy(update={"images": ENDLESS}))
    with tempfile.TemporaryDirectory() as folder:
        trainer = build_trainer(
            endless, noise(shape, classes, plan.train.batch_size, kind), Checkpoints(Path(folder)), device
        )
        game = trainer.game
        start = time.perf_counter()
        for step in range(WARM_UP):
            if step >= ENOUGH and time.perf_counter() - start > seconds:
                break
            game.advance()
        _wait(device)
        start, steps = time.perf_counter(), 0
        while (elapsed := time.perf_counter() - start) < seconds:
            for _ in range(TURN):
                game.advance()
            steps += TURN
            _wait(device)
    return steps * game.images_per_step / elapsed


def noise(shape: tuple[int, ...], classes: int, count: int, kind: Kind = IMAGE) -> Prepared:
    """Noise as data: signals of a kind and shape, as many in each split, with labels if there are classes."""
    random, counts = torch.Generator().manual_seed(0), {"train": count, "test": count}
    columns = {SIGNAL: Column(kind.name, SIGNALS[kind.name].dtype, shape, counts, dict(kind.about))}
    signal = signal_of(columns[SIGNAL])
    arrays = {SIGNAL: signal.stored(signal.output(torch.randn(count, *signal.network_shape, generator=random)))}
    if classes:
        names = [str(number) for number in range(classes)]
        labels = np.arange(count) % classes
        about = {"names": names, "counts": np.bincount(labels, minlength=classes).tolist()}
        columns[LABELS], arrays[LABELS] = Column("labels", "int64", (), counts, about), labels
    meta = Meta(dataset="noise", origin="made here", columns=columns, digest="")
    return Prepared(meta, dict.fromkeys(counts, Split(arrays)))


def _wait(device: torch.device) -> None:
    """Waits for the device to finish its work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
