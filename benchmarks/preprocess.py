"""Measures how long photographs take to become arrays, and compares with torchvision's ImageFolder and DataLoader.

    python -m benchmarks.preprocess
    python -m benchmarks.preprocess --count 200000 --rounds 0

Both read the same JPEGs of 256x256 pixels with the same number of processes, in turns, and return an array of 32x32.
Ours also digests every file, removes copies, splits and writes its tables. The memory is that of all processes of the
stage `preprocess` on the same files. The files are generated, and all differ.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from PIL import Image

from ganforge.compute import processors
from ganforge.datasets.settings import FolderSettings
from ganforge.datasets.source import source_of
from ganforge.layout import IMPORT, PREPARED
from ganforge.params import load_params
from ganforge.params.recipes import apply_recipe, apply_values

ROOT = Path(__file__).parents[1]
SIDE, TARGET, CLASSES, QUALITY = 256, 32, 10, 90
COARSE = 24  # pixels of the random picture to enlarge: soft shapes, as in photographs
BATCH = 64
PROCESSES = processors()
POLL = 0.2  # seconds; asking takes a while


def main() -> None:
    """Generates, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60_000, help="images")
    parser.add_argument("--rounds", type=int, default=5, help="turns of both; 0: measure only the memory")
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(CONTENDERS[options.only]())
        return
    import torch

    from benchmarks.training import machine_name

    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        with ProcessPoolExecutor(PROCESSES) as pool:
            list(pool.map(generate, range(options.count), chunksize=100))
        shutil.copyfile(ROOT / "params.yaml", "params.yaml")
        shutil.copytree(ROOT / "recipes", "recipes")
        apply_recipe("folder")
        apply_values([f"dataset.resolution={TARGET}"])
        seconds, memory = stage_memory()
        print(f"| {machine_name(torch.device('cpu'))}, {PROCESSES} processes, {options.count:,} JPEGs | |")
        print("|---|---|")
        print(f"| the stage `preprocess`: peak memory of all its processes | {memory / 2**20:.0f} MiB |")
        print(f"| ... and its time, from its start to its end | {seconds:.1f} s |")
        if options.rounds:
            compare(options.count, options.rounds)


def compare(count: int, rounds: int) -> None:
    """Both in turns."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds_of("ours"))
        theirs.append(seconds_of("theirs"))
    ratios = [slow / fast for slow, fast in zip(theirs, ours, strict=True)]
    print(f"| ours | {count / median(ours):.0f} images/s |")
    print(f"| ImageFolder, transforms, DataLoader | {count / median(theirs):.0f} images/s |")
    ratio = f"{median(theirs) / median(ours):.2f} (of medians; single rounds {min(ratios):.2f} to {max(ratios):.2f})"
    print(f"| ratio | {ratio} |")


def seconds_of(name: str) -> float:
    """Seconds that one of them takes in a new process, without imports."""
    command = [sys.executable, "-m", "benchmarks.preprocess", "--only", name]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return float(result.stdout.split()[-1])


def generate(number: int) -> None:
    """One JPEG in the folder of its class."""
    random = np.random.default_rng(number)
    coarse = Image.fromarray(random.integers(0, 256, (COARSE, COARSE, 3), dtype=np.uint8))
    path = IMPORT / "photos" / f"class {number % CLASSES}" / f"{number}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, "JPEG", quality=QUALITY)


def environment() -> dict[str, str]:
    """The environment of a process that imports the project from another folder."""
    return os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def stage_memory() -> tuple[float, int]:
    """Seconds of the stage, and the peak bytes of its processes, with shared pages counted once."""
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.preprocess"], env=environment(), stdout=sys.stderr, stderr=subprocess.DEVNULL
    )
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(POLL):
            peak = max(peak, memory_of(psutil.Process(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    done.set()
    watcher.join()
    if status:
        sys.exit(f"the stage ended with status {status}")
    return time.perf_counter() - start, peak


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process and its children, with shared bytes divided among them."""
    total = 0
    try:
        for each in [process, *process.children(recursive=True)]:
            total += each.memory_full_info().pss
    except psutil.Error:  # one of them has just ended
        return 0
    return total


def ours() -> float:
    """The work of the stage; returns seconds."""
    settings = load_params().dataset
    assert isinstance(settings, FolderSettings)
    start = time.perf_counter()
    source_of(settings.name).prepare(IMPORT, PREPARED, settings, say_nothing)
    return time.perf_counter() - start


def say_nothing(done: int, total: int) -> None:
    """Shows no progress."""


def theirs() -> float:
    """The usual code with torchvision; returns seconds."""
    from torch.utils.data import DataLoader
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    transform = v2.Compose([v2.PILToTensor(), v2.Resize(TARGET, antialias=True), v2.CenterCrop(TARGET)])
    start = time.perf_counter()
    data = ImageFolder(str(IMPORT / "photos"), transform)
    array = np.lib.format.open_memmap("theirs.npy", "w+", np.uint8, (len(data), 3, TARGET, TARGET))
    place = 0
    for images, _ in DataLoader(data, BATCH, num_workers=PROCESSES):
        array[place : place + len(images)] = images
        place += len(images)
    array.flush()
    return time.perf_counter() - start


CONTENDERS = {"ours": ours, "theirs": theirs}

if __name__ == "__main__":
    main()
