"""Rebuilds docs/explanation/results*.md: recipes and families of networks, run by the pipeline as a user runs it.

    make results                               # everything: hours on two cores
    make results PARTS="families digits"       # some parts; the others keep their figures
    make results PARTS="mnist_gpu"             # needs a CUDA device; without one, "everything" skips such parts

Each part runs `dvc repro` in a copy of the last commit, once for each of its settings, and saves the scores, the
seconds of training and the sample grid. MNIST's files are downloaded, or copied from GANFORGE_MIRROR.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import soundfile
import torch
from PIL import Image

from benchmarks.page import write_pages
from benchmarks.sound_page import PICTURES
from benchmarks.training import machine_name
from ganforge.layout import LISTEN
from ganforge.signals.players import read_players
from ganforge.signals.recording import mp3
from pipeline.players import REBUILT

ROOT = Path(__file__).parents[1]
FIGURES, IMAGES, SOUNDS = (ROOT / "docs" / name for name in ("results", "images", "sounds"))
LONGEST_SIDE = 420  # pixels of a grid on the page
ROWS = 10  # of a grid that are shown
SHEET_GAP, MARGIN = 1, 8  # pixels between rows of a sheet, and between its parts
MOST_PLAYED, MOST_SECONDS = 10, 35  # rows of players that are heard, and how long they are together


@dataclass(frozen=True)
class Part:
    """Some runs of one recipe.

    Attributes:
        recipe: a file of recipes/.
        runs: name of each run to the keys of params.yaml that it changes.
        gpu: whether it runs on a CUDA device; otherwise it runs on the CPU.
        box: left, top, right and bottom of what is shown of a sheet of sounds or music; None: all.
    """

    recipe: str
    runs: Mapping[str, Mapping[str, Any]]
    gpu: bool = False
    box: tuple[int, int, int, int] | None = None


UNTUNED: dict[str, Any] = {
    "network.width": 16,
    "network.discriminator_width": "same",
    "train.learning_rate": {"start": 0.006, "end": 0.0001, "shape": "linear", "begin": 0.5},
}
# The recipe `mnist` at the time of the measurement on a GPU.
BEFORE: dict[str, Any] = {
    "network.width": 32,
    "network.latent_dim": 64,
    "network.sampling": "normal",
    "objective.r1": 0.1,
    "objective.r2": 0.1,
    "train.learning_rate": {"start": 0.0015, "end": 0.00006, "shape": "linear", "begin": 0.25},
}
SEEDS: dict[str, dict[str, Any]] = {f"seed {seed}": {"train.seed": seed} for seed in (0, 1, 2)}
ONE_SEED = {"seed 0": SEEDS["seed 0"]}
PARTS = {
    "families": Part(
        "digits",
        {
            "mlp": {"network.name": "mlp", "train.images": 220000},
            "dcgan": {"network.name": "dcgan", "train.images": 200000},
            "modulated": {
                "network.name": "modulated",
                "train.images": 110000,
                "network.width": 32,
                "network.discriminator_width": "same",
                "train.learning_rate": {"start": 0.006, "end": 0.0001, "shape": "linear", "begin": 0.5},
            },
            "progressive": {"network.name": "progressive", "train.images": 110000, **UNTUNED},
            "style": {"network.name": "style", "train.images": 75000, **UNTUNED},
            "resnet": {"network.name": "resnet", "train.images": 100000, **UNTUNED},
        },
    ),
    "digits": Part("digits", SEEDS),
    "mnist": Part("mnist", SEEDS),
    "mnist_longer": Part("mnist", {name: seed | {"train.images": 530000} for name, seed in SEEDS.items()}),
    "mnist_gpu": Part(
        "mnist",
        {
            "width 32": {
                **BEFORE,
                "train.images": 1500000,
                "train.best_every": 36000,
                "train.precision": "tf32",
            },
            "width 64": {
                **BEFORE,
                "train.images": 1200000,
                "train.best_every": 36000,
                "train.precision": "tf32",
                "network.width": 64,
                "train.learning_rate": {"start": 0.001, "end": 0.00006, "shape": "linear", "begin": 0.25},
            },
        },
        gpu=True,
    ),
    "stacked_mnist": Part("stacked_mnist", ONE_SEED),
    "stacked_mnist_gpu": Part("stacked_mnist", ONE_SEED, gpu=True),
    "spoken_digits": Part("spoken_digits", SEEDS),
    "instruments": Part("instruments", SEEDS),
    "chorales": Part("chorales", SEEDS, box=(0, 0, 579, 556)),
}


def main() -> None:
    """Runs the given parts, then writes the page from all figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--page-only", action="store_true", help="write the page from the saved figures")
    parser.add_argument("--threads", type=int, help="threads of each training (default: those of its recipe)")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))} is not a part; allowed are {', '.join(PARTS)}")
    possible = [name for name, part in PARTS.items() if torch.cuda.is_available() or not part.gpu]
    if impossible := set(options.parts) - set(possible):
        parser.error(f"{', '.join(sorted(impossible))} needs a CUDA device, which this machine lacks; name other parts")
    for name in [] if options.page_only else options.parts or possible:
        run_part(name, PARTS[name], options.threads)
    write_pages(
        ROOT / "docs" / "explanation",
        {path.stem: json.loads(path.read_text()) for path in FIGURES.glob("*.json")},
    )


def run_part(name: str, part: Part, threads: int | None = None) -> None:
    """Runs the pipeline for each setting in one workspace, so that it makes data and extractor once.

    Args:
        name: name of the part.
        part: its runs.
        threads: threads of each training; None: those of the recipe.
    """
    further: dict[str, Any] = {"compute.device": "cuda" if part.gpu else "cpu"}
    if threads is not None:
        further["compute.threads"] = threads
    figures: list[dict[str, Any]] = []
    sounds: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        workspace = check_out(Path(folder))
        run(workspace, "ganforge", "recipe", part.recipe)
        settings = (workspace / "params.yaml").read_text(encoding="utf-8")
        for run_name, changes in part.runs.items():
            print(f"== {name}: {run_name}", flush=True)
            before = stolen_and_all()
            everything = {**changes, **further}
            (workspace / "params.yaml").write_text(settings, encoding="utf-8")
            run(workspace, "ganforge", "set", *(f"{key}={json.dumps(value)}" for key, value in everything.items()))
            run(workspace, "dvc", "repro", "evaluate")
            figures.append(
                {"name": run_name, "changes": dict(changes), **collected(workspace), "stolen": stolen_since(before)}
            )
            grid = workspace / "samples" / "grid.png"
            if (players := read_players(workspace / LISTEN)) is None:
                save_grid(grid, IMAGES / f"{name}_{run_name.replace(' ', '_')}.png")
                continue
            if not sounds and name in PICTURES:
                save_sheet(grid, len(players[1]), part.box, IMAGES / f"{name}.png")
            sounds |= save_sounds(*players, name, run_name)
    FIGURES.mkdir(parents=True, exist_ok=True)
    facts = {"recipe": part.recipe, "machine": machine(gpu=part.gpu, threads=threads), "runs": figures}
    text = json.dumps(facts | ({"sounds": sounds} if sounds else {}), indent=1)
    (FIGURES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def check_out(folder: Path) -> Path:
    """The files of the last commit, as from an unpacked archive."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x"], cwd=folder, check=True, input=archive)
    (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    return folder


def run(workspace: Path, *command: str) -> None:
    """A command of this environment in ``workspace``."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=workspace, check=True, env=os.environ | {"PATH": path})


def collected(workspace: Path) -> dict[str, Any]:
    """The figures that the pipeline measured."""
    history = pd.read_csv(workspace / "reports" / "training.csv")
    config = json.loads((workspace / "models" / "generator" / "config.json").read_text(encoding="utf-8"))
    return {
        "seconds": round(float(history["seconds"].iloc[-1]), 1),
        "images": int(history["images"].iloc[-1]),
        "chosen_at": config["images"],
        "scores": json.loads((workspace / "reports" / "metrics.json").read_text(encoding="utf-8")),
    }


def save_grid(source: Path, target: Path) -> None:
    """The first rows of a sample grid, small."""
    with Image.open(source) as opened:
        grid = opened.convert("RGB")
    height = min(grid.height, round(grid.width * ROWS / 10))
    grid = grid.crop((0, 0, grid.width, height))
    scale = min(1.0, LONGEST_SIDE / max(grid.size))
    grid = grid.resize((round(grid.width * scale), round(grid.height * scale)), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    grid.quantize(64).save(target, optimize=True)


def save_sheet(source: Path, rows: int, box: tuple[int, int, int, int] | None, target: Path) -> None:
    """A sheet of sounds or music in its own size, or a part of it; rows of a tall sheet stand side by side.

    Args:
        source: the sheet.
        rows: its number of rows.
        box: the part that is shown; None: all.
        target: the picture.
    """
    with Image.open(source) as opened:
        sheet = opened.convert("RGB")
    if box is not None:
        sheet.crop(box).quantize(64).save(target, optimize=True)
        return
    height = (sheet.height + SHEET_GAP) // rows
    beside = max(1, round(math.sqrt(sheet.height / sheet.width)))
    shown = -(-rows // beside)
    canvas = Image.new("RGB", (beside * (sheet.width + MARGIN) - MARGIN, shown * height - SHEET_GAP), "white")
    for place in range(beside):
        first, last = place * shown, min(rows, (place + 1) * shown)
        block = sheet.crop((0, first * height, sheet.width, last * height - SHEET_GAP))
        canvas.paste(block, (place * (sheet.width + MARGIN), 0))
    canvas.quantize(64).save(target, optimize=True)


def save_sounds(
    heads: Sequence[str], rows: Sequence[tuple[str, Sequence[bytes | None]]], name: str, run_name: str
) -> dict[str, str]:
    """Writes the real sounds of the page of a run one after the other as one file, and the samples as another.

    Args:
        heads, rows: what `ganforge.signals.players.read_players` returns.
        name: name of the part.
        run_name: name of the run.

    Returns:
        Names of the files without the name of the part, by what they hold.
    """
    real = REBUILT if REBUILT in heads else "real"
    files = {}
    for title, head in ((real, real), (run_name, "generated")):
        column = heads.index(head)
        pieces: list[np.ndarray] = []
        rate = 0
        for _, cells in rows[:MOST_PLAYED]:
            if (content := cells[column]) is not None:
                sound, rate = soundfile.read(io.BytesIO(content), dtype="float32")
                if sum(map(len, pieces)) + len(sound) > MOST_SECONDS * rate:
                    break
                pieces.append(sound)
        file = f"{title.replace(',', '').replace(' ', '_')}.mp3"
        SOUNDS.mkdir(parents=True, exist_ok=True)
        (SOUNDS / f"{name}_{file}").write_bytes(mp3(np.concatenate(pieces), rate))
        files[title] = file
    return files


def stolen_and_all() -> tuple[int, int]:
    """Stolen ticks of this virtual machine, and all ticks of its cores; zeros if unknown.

    Stolen ticks are the eighth figure of Linux's /proc/stat: time that the host gave to others.
    """
    try:
        ticks = [int(figure) for figure in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except (OSError, ValueError):
        return 0, 0
    return ticks[7], sum(ticks)


def stolen_since(before: tuple[int, int]) -> float:
    """Share of the cores' time that was stolen since ``before``."""
    stolen, everything = (now - then for now, then in zip(stolen_and_all(), before, strict=True))
    return round(stolen / everything, 3) if everything else 0.0


def machine(*, gpu: bool, threads: int | None = None) -> str:
    """The machine of the figures."""
    used = "" if threads is None else f"{threads} of "
    cores = "" if gpu else f", {used}{os.cpu_count()} cores"
    return f"{machine_name(torch.device('cuda' if gpu else 'cpu'))}{cores}"


if __name__ == "__main__":
    main()
