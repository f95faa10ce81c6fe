"""Trains on CIFAR-10 and on 64-pixel sprites on a GPU for some minutes: pictures, scores, throughput.

    python -m benchmarks.gpu --minutes 9                     # continues where the last call stopped
    python -m benchmarks.gpu --minutes 9 --sets cifar10 --seeds 0
    python -m benchmarks.gpu --minutes 3 --device cpu        # the same on the CPU, to check that it runs

The settings are those of `ganforge recipe folder`, in bfloat16, with a larger batch and the CUDA graph of a step. All
seeds of a set train at once, so each takes longer than alone. A training that runs out of time leaves its checkpoint in
--work and continues in the next call. --out gets a grid for each training, and gpu.json. Pictures come from a mirror,
see `benchmarks.panel_sets`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import torch

from benchmarks.panel import images_in
from benchmarks.panel_sets import SETS, write_set
from benchmarks.results import ROOT, check_out, collected, machine, run, save_grid
from benchmarks.training import count_flops, measured_peak
from ganforge.compute.device import configure
from ganforge.layout import PREPARED
from ganforge.params import load_params
from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import Plan, build_trainer

RESERVE = 60.0  # seconds at the end of a call, for sampling and scoring
CHANGES: dict[str, Any] = {"network.width": 64, "train.batch_size": 256, "train.precision": "bfloat16"}


def main() -> None:
    """Trains until the time is up, scores finished trainings, and writes grids and figures."""
    options = parse_options()
    until = time.monotonic() + 60 * options.minutes - RESERVE
    os.environ["GANFORGE_MIRROR"] = str(Path(options.mirror).resolve())
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in options.sets:
        if time.monotonic() < until:
            workspaces = prepare(name, options)
            failed = train([workspace for workspace in workspaces if not finished(workspace)], until)
            rows += look(workspaces, failed, options.out)
    figures = {"machine": machine(gpu=options.device == "cuda"), "rows": rows}
    (options.out / "gpu.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=9, help="minutes of this call (default: 9)")
    parser.add_argument("--training", type=int, default=10, help="minutes of a training that has the device to itself")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["cifar10", "sprites"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--work", type=Path, default=ROOT / ".ganforge" / "gpu")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("OUT", ROOT / ".ganforge" / "gpu" / "out")))
    parser.add_argument("--mirror", type=Path, default=os.environ.get("GANFORGE_MIRROR", ROOT.parent / "shared/data"))
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("this machine has no CUDA device; use --device cpu to run on the CPU")
    return options


def prepare(name: str, options: argparse.Namespace) -> list[Path]:
    """A workspace for each seed of a set, with its data and its extractor."""
    first = options.work / f"{name}-{options.seeds[0]}"
    if not first.exists():
        part = first.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        check_out(part)
        write_set(name, options.mirror, part / "data" / "import" / name)
        change(part, {"compute.device": options.device})
        run(part, "ganforge", "recipe", "folder", "--minutes", str(options.training))
        if options.device == "cuda":
            change(part, CHANGES)
        change(part, {"train.seed": options.seeds[0]})
        images = images_in(part, options.training)
        change(part, {"train.images": images, "train.best_every": images // 10})
        run(part, "dvc", "repro", "extractor")
        part.rename(first)
    workspaces = [first]
    for seed in options.seeds[1:]:
        workspace = options.work / f"{name}-{seed}"
        if not workspace.exists():
            copy = workspace.with_suffix(".part")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(first, copy, symlinks=True, ignore=shutil.ignore_patterns(".ganforge", "generator"))
            change(copy, {"train.seed": seed})
            copy.rename(workspace)
        workspaces.append(workspace)
    return workspaces


def change(workspace: Path, values: dict[str, Any]) -> None:
    """Sets values in the params.yaml of a workspace."""
    run(workspace, "ganforge", "set", *(f"{key}={json.dumps(value)}" for key, value in values.items()))


def finished(workspace: Path) -> bool:
    """Whether the training is finished."""
    return (workspace / "models" / "generator" / "config.json").exists()


def train(workspaces: list[Path], until: float) -> dict[Path, int]:
    """Trains in all workspaces at once, until they finish or the time is up; the next call continues the others.

    Returns the exit status of the trainings that failed.
    """
    stage = [sys.executable, "-m", "pipeline.train"]
    running = [subprocess.Popen(stage, cwd=workspace, start_new_session=True) for workspace in workspaces]
    for training in running:
        try:
            training.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            training.send_signal(signal.SIGTERM)  # it leaves a checkpoint
    statuses = {workspace: training.wait() for workspace, training in zip(workspaces, running, strict=True)}
    stopped = (0, 128 + signal.SIGTERM, -signal.SIGTERM)  # the last one: it had not begun
    return {workspace: status for workspace, status in statuses.items() if status not in stopped}


def look(workspaces: list[Path], failed: dict[Path, int], out: Path) -> list[dict[str, Any]]:
    """A row and a picture for each training; throughput and share of peak of all together in the first row."""
    rows = []
    for workspace in workspaces:
        row: dict[str, Any] = {"training": workspace.name, "finished": finished(workspace)}
        if workspace in failed:
            row["failed with status"] = failed[workspace]
        sheets = sorted(workspace.glob(".ganforge/training/*/progress/*.png"))
        if row["finished"]:
            for stage in ("sample", "evaluate"):
                run(workspace, "python", "-m", f"pipeline.{stage}")
            row |= collected(workspace)
            history = pd.read_csv(workspace / "reports" / "training.csv")
            row["images_per_second"] = round(float(history["images_per_second"].median()), 1)
            sheets = [workspace / "samples" / "grid.png"]
        elif sheets:
            row["images"] = int(sheets[-1].stem)
        if sheets:
            save_grid(sheets[-1], out / f"{workspace.name}.png")
        rows.append(row)
    if not all(row["finished"] for row in rows):
        return rows
    together = sum(row["images_per_second"] for row in rows)
    script = f"from benchmarks.gpu import print_share; print_share({together})"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=workspaces[0], check=True, capture_output=True, text=True
    ).stdout
    rows[0]["of all together"] = told.splitlines()[-1]
    return rows


def print_share(rate: float) -> None:
    """Prints the share of the device's peak for a rate of the training in this folder, without penalties."""
    params, data = load_params(), Prepared.load(PREPARED)
    device = configure(params.compute)
    plan = Plan(params.network, params.objective, params.train, params.augment, params.compute)
    with TemporaryDirectory() as folder:
        trainer = build_trainer(plan, data, Checkpoints(Path(folder)), device)
        trainer.game.advance()  # the first step has penalties, whose operations PyTorch's counter cannot count
        flops = count_flops(trainer) / plan.train.batch_size
    peak = measured_peak(device, bfloat16=params.train.precision == "bfloat16")
    print(f"{flops / 1e9:.3f} GFLOP an image, {rate:,.0f} images a second: {flops * rate / peak:.1%} of the peak")


if __name__ == "__main__":
    main()
