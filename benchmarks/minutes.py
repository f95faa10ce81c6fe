"""Measures how many minutes the recipes for sounds and music train on this machine.

    python -m benchmarks.minutes

Each recipe trains on noise of the shape of its data, with all of its settings, for some seconds. Checks, pictures and
the other stages of the pipeline are not counted.
"""

from __future__ import annotations

import torch

from benchmarks.training import machine_name
from ganforge.commands.recipe import signals_per_second
from ganforge.params.recipes import with_recipe
from ganforge.prepared.columns import Kind
from ganforge.signals.music import MusicSignal
from ganforge.signals.sound import SpectrogramSignal, about_sounds

CLASSES = {"spoken_digits": 10, "instruments": 15, "chorales": 0}
PITCHES = {"lowest": 36, "pitches": 46}  # of the chorales


def of_recipe(name: str) -> tuple[tuple[int, ...], Kind]:
    """The shape and the kind of the signals of a recipe."""
    dataset = with_recipe(name).dataset.model_dump()
    if name == "chorales":
        kind = Kind(MusicSignal.kind, PITCHES | {"step_difference": dataset["step_difference"]})
        return (4, dataset["steps"]), kind
    bins, samples = dataset["fft"] // 2, dataset["samples"]
    about = about_sounds(8000, samples, dataset["fft"], loudest=[0.0] * bins, rounds=1)
    return (1, bins, samples // bins), Kind(SpectrogramSignal.kind, about)


def main() -> None:
    """Prints the speed of each recipe, and the minutes that follow."""
    print(machine_name(torch.device("cpu")))
    for name, classes in CLASSES.items():
        shape, kind = of_recipe(name)
        speed = signals_per_second(name, (), shape, classes, kind)
        params = with_recipe(name)
        minutes = params.train.images / speed / 60
        print(f"{name}: {params.compute.threads} threads, {speed:.0f} signals a second, {minutes:.1f} minutes")


if __name__ == "__main__":
    main()
