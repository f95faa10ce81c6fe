"""Proposed settings on different sets of pictures: docs/results/panel.json, and docs/explanation/results_panel.md.

    python -m benchmarks.panel                                  # every set, every arm, three seeds: a day on two cores
    python -m benchmarks.panel shapes emoji --seeds 0           # some
    python -m benchmarks.panel --minutes 5 --arms proposed      # a shorter training, without the other arms
    python -m benchmarks.panel cifar10 --minutes 20 --arms proposed "plain DCGAN" SNGAN
    python -m benchmarks.panel materials --minutes 60 --resolution 128 --arms proposed      # needs ufoai-textures
    python -m benchmarks.panel --validation                     # scored on held-out training pictures

Every set is written as a folder of pictures into a copy of the last commit; `ganforge recipe folder` proposes settings
for it, and `dvc repro evaluate` trains and scores. Other arms change some of the settings and train as long. Figures in
`panel.json` are not measured again. Pictures come from a mirror of the public sources, see `benchmarks.panel_sets`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.page import SMALL, write_pages
from benchmarks.panel_sets import ON_REQUEST, SETS, write_set
from benchmarks.results import FIGURES, IMAGES, ROOT, check_out, collected, machine, run, save_grid
from ganforge.compute.device import configure
from ganforge.features.extractor import read_config
from ganforge.files import read_array
from ganforge.layout import EXTRACTOR, PREPARED, SAMPLES
from ganforge.params import load_params
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import read_meta
from ganforge.training.setup import Plan
from ganforge.training.speed import images_per_second

PANEL = FIGURES / "panel.json"
MINUTES = 10
ROWS, COLUMNS = 3, 8  # of real images, and as many of samples
PLAIN = {  # a DCGAN as in guides: no labels, no penalties, nothing against few pictures
    "network.name": "dcgan",
    "network.conditional": "never",
    "objective.loss": "non_saturating",
    "objective.r1": 0.0,
    "objective.r2": 0.0,
    "train.learning_rate": 0.0002,
    "train.beta1": 0.5,
    "train.beta2": 0.999,
    "augment.mode": "none",
    "train.on_failure": "warn",
}
PEER = {  # the loss of StyleGAN2-ADA (Karras 2020) on our networks
    "objective.loss": "non_saturating",
    "objective.r2": 0.0,
    "train.on_failure": "warn",
}
SNGAN = {  # spectral norm, hinge loss and five steps of the discriminator (Miyato 2018), with labels by projection
    **PLAIN,
    "network.conditional": "auto",
    "network.spectral_norm": True,
    "objective.loss": "hinge",
    "train.discriminator_steps": 5,
    "train.beta1": 0.0,
    "train.beta2": 0.9,
}
ARMS: dict[str, Mapping[str, Any]] = {
    "proposed": {},
    "plain DCGAN": PLAIN,
    "StyleGAN2-ADA's loss": PEER,
    "SNGAN": SNGAN,
}
OTHER = {
    "squeezenet": ["extractor.name=squeezenet"],
    "classifier": ["extractor.name=classifier", "extractor.images=60000"],
}
SCORES = {
    "fd_ratio": "quality.fd_ratio",
    "precision": "quality.precision",
    "recall": "quality.recall",
    "recall_real": "quality.recall_real",
    "coverage": "quality.coverage",
    "worst_class": "quality.fd_worst_class",
    "worst_class_real": "quality.fd_worst_class_floor",
    "label_obeyed": "classifier.conditional_accuracy",
    "cas": "classifier.cas",
    "cas_real": "classifier.cas_real",
}


def main() -> None:
    """Measures missing figures, and writes the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"some of {', '.join(SETS)} (default: all but {', '.join(ON_REQUEST)})"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--minutes", type=int, default=MINUTES, help="of each training")
    parser.add_argument("--resolution", type=int, help="pixels of each side (default: as proposed)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=["proposed", "plain DCGAN", "StyleGAN2-ADA's loss"])
    parser.add_argument("--validation", action="store_true", help="score against held-out training pictures")
    parser.add_argument("--mirror", type=Path, default=os.environ.get("GANFORGE_MIRROR", ROOT.parent / "shared/data"))
    options = parser.parse_args()
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"{', '.join(sorted(unknown))} is not a set; allowed are {', '.join(SETS)}")
    os.environ["GANFORGE_MIRROR"] = str(Path(options.mirror).resolve())
    rows = json.loads(PANEL.read_text(encoding="utf-8"))["rows"] if PANEL.exists() else []
    for name in options.sets or [name for name in SETS if name not in ON_REQUEST]:
        wanted = [(arm, seed) for seed in options.seeds for arm in options.arms]
        known = {
            (row["arm"], row["seed"])
            for row in rows
            if (row["set"], row["minutes"]) == (name, options.minutes)
            and options.resolution in (None, row["side"])
            and not options.validation
        }
        missing = [each for each in wanted if each not in known]
        if missing:
            measure(name, missing, rows, options)
    if not options.validation:
        figures = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FIGURES.glob("*.json")}
        write_pages(ROOT / "docs" / "explanation", figures)


def measure(
    name: str, missing: Sequence[tuple[str, int]], rows: list[dict[str, Any]], options: argparse.Namespace
) -> None:
    """Trains on one set with each arm and seed, and saves every row at once."""
    with TemporaryDirectory() as folder:
        workspace = check_out(Path(folder))
        write_set(name, options.mirror, workspace / "data" / "import" / name)
        run(workspace, "ganforge", "set", "compute.device=cpu")
        side = ["--resolution", str(options.resolution)] if options.resolution else []
        run(workspace, "ganforge", "recipe", "folder", "--minutes", str(options.minutes), *side)
        if options.validation:
            run(workspace, "ganforge", "set", "dataset.held_out=validation")
        proposed = (workspace / "params.yaml").read_text(encoding="utf-8")
        lengths: dict[str, int] = {}
        for arm, seed in missing:
            print(f"== {name}: {arm}, seed {seed}", flush=True)
            (workspace / "params.yaml").write_text(proposed, encoding="utf-8")
            changes = {**ARMS[arm], "train.seed": seed}
            run(workspace, "ganforge", "set", *(f"{key}={json.dumps(value)}" for key, value in changes.items()))
            if ARMS[arm]:
                if arm not in lengths:
                    lengths[arm] = images_in(workspace, options.minutes)
                images = lengths[arm]
                run(workspace, "ganforge", "set", f"train.images={images}", f"train.best_every={images // 10}")
            run(workspace, "dvc", "repro", "evaluate")
            row = {"set": name, "arm": arm, "seed": seed, "minutes": options.minutes, **summary(workspace)}
            if not options.validation:
                rows.append(row)
                keep(rows)
            row |= by_the_other(workspace)
            print(json.dumps(row), flush=True)
            if not options.validation:
                keep(rows)
                if arm == "proposed" and seed == 0 and options.minutes >= MINUTES:
                    if row["side"] > SMALL:
                        save_beside_real(workspace, IMAGES / f"panel_{name}.webp")
                    else:
                        save_grid(workspace / "samples" / "grid.png", IMAGES / f"panel_{name}.png")


def images_in(workspace: Path, minutes: int) -> int:
    """Number of images that a training with the settings of a workspace shows in some minutes on this machine."""
    run(workspace, "dvc", "repro", "preprocess")
    speed = subprocess.run(
        [sys.executable, "-c", "from benchmarks.panel import print_speed; print_speed()"],
        cwd=workspace,
        check=True,
        capture_output=True,
        text=True,
    )
    return max(1000, int(round(float(speed.stdout.splitlines()[-1]) * 60 * minutes, -3)))


def print_speed() -> None:
    """Prints how many images a training with the settings and the data of this folder shows in a second."""
    params, meta = load_params(), read_meta(PREPARED)
    plan = Plan(params.network, params.objective, params.train, params.augment, params.compute)
    print(images_per_second(plan, meta.shape, len(meta.classes), configure(params.compute)))


def summary(workspace: Path) -> dict[str, Any]:
    """The figures of a row."""
    everything = collected(workspace)
    shape = read_meta(workspace / PREPARED).shape
    features = read_config(workspace / EXTRACTOR)["name"]
    row: dict[str, Any] = {
        "side": max(shape),
        "features": features,
        "seconds": everything["seconds"],
        "images": everything["images"],
    }
    for name, place in SCORES.items():
        group, key = place.split(".")
        value = everything["scores"].get(group, {}).get(key)
        if value is not None:
            row[name] = round(value, 4)
    return row


def by_the_other(workspace: Path) -> dict[str, float]:
    """Scores of the same samples by the feature network that did not score them: SqueezeNet, or a classifier.

    Empty if there are fewer than two classes for a classifier.
    """
    other = "squeezenet" if read_config(workspace / EXTRACTOR)["name"] == "classifier" else "classifier"
    if other == "classifier" and len(read_meta(workspace / PREPARED).classes) < 2:
        return {}
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(workspace, copy, symlinks=True, ignore=shutil.ignore_patterns(".dvc", "mlartifacts"))
        run(copy, "ganforge", "set", *OTHER[other], "evaluation.cas_images=0")
        for stage in ("extractor", "evaluate"):
            run(copy, "python", "-m", f"pipeline.{stage}")
        scores = collected(copy)["scores"]["quality"]
    return {f"{other}_{name}": round(scores[name], 4) for name in ("fd_ratio", "recall", "recall_real", "coverage")}


def save_beside_real(workspace: Path, target: Path) -> None:
    """Rows of random held-out images, then as many of random samples, in full size."""
    real = read_array(workspace / PREPARED / "test" / f"{SIGNAL}.npy")
    samples = read_array(workspace / SAMPLES / f"{SIGNAL}.npy", mapped=True)
    count = ROWS * COLUMNS
    chosen = np.random.default_rng(0).permutation(len(real))[:count]
    shown = np.concatenate([real[chosen], samples[np.random.default_rng(0).permutation(len(samples))[:count]]])
    _, channels, height, width = shown.shape
    sheet = shown.reshape(2 * ROWS, COLUMNS, channels, height, width).transpose(0, 3, 1, 4, 2)
    sheet = sheet.reshape(2 * ROWS * height, COLUMNS * width, channels)
    Image.fromarray(sheet if channels == 3 else sheet[..., 0]).save(target, quality=80, method=6)


def keep(rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes panel.json; a note in it stays."""
    known = json.loads(PANEL.read_text(encoding="utf-8")) if PANEL.exists() else {}
    FIGURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**known, "machine": machine(gpu=False), "rows": rows}, indent=1)
    PANEL.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
