"""Measures how long it takes to reach the score of a textbook DCGAN after ten minutes.

    make repro && .venv/bin/python -m benchmarks.time_to_quality

It trains the settings of params.yaml and two textbook DCGANs (unconditional and conditional) on the prepared data of
the pipeline. All are scored by the Frechet distance of their samples from the training images, in the features of the
pipeline's extractor; the clock stops during scoring. Ours is scored with its averaged weights.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from benchmarks.textbook import TextbookDiscriminator, TextbookGenerator, TextbookLoop
from benchmarks.training import machine_name
from benchmarks.turns import wait_for
from ganforge.compute.device import configure
from ganforge.conditions import Unconditional
from ganforge.features.judge import distance_to_training_data
from ganforge.networks.spec import NetworkSpec
from ganforge.params import Params, load_params
from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import Plan, build_trainer, generator_spec

EXTRACTOR, PREPARED = Path("models/extractor"), Path("data/prepared")
FIRST_LOOK, GROWTH = 1.0, 1.25  # seconds until the first score, and the ratio of the times of two scores

Judge = Callable[[nn.Module], float]


@dataclass
class Clock:
    """Seconds of training, and the distance at some of them.

    Attributes:
        judge: measures a generator's distance.
        device: where it trains.
        seconds: seconds of training so far.
        curve: (seconds, distance).
    """

    judge: Judge
    device: torch.device
    seconds: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)
    _next: float = FIRST_LOOK

    def run(self, step: Callable[[], Any], generator: nn.Module) -> None:
        """Runs a step with the clock on, and scores with the clock off if a score is due."""
        began = time.perf_counter()
        step()
        self.seconds += time.perf_counter() - began
        if self.seconds >= self._next:
            self._next *= GROWTH
            self.look(generator)

    def look(self, generator: nn.Module) -> None:
        """Scores ``generator`` now."""
        began = time.perf_counter()
        wait_for(self.device)
        self.seconds += time.perf_counter() - began
        training = generator.training
        self.curve.append((self.seconds, self.judge(generator.eval())))
        generator.train(training)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600, help="seconds of training for each textbook DCGAN")
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    options = parser.parse_args()
    params, data = load_params(), Prepared.load(PREPARED)
    device = configure(params.compute)
    spec = generator_spec(params.network, data.meta)
    unconditional = replace(spec, condition=Unconditional())
    curves = {"ours": ours(params, data, device, judge_of(params, spec, data, device))}
    for name, each in (("textbook, unconditional", unconditional), ("textbook, conditional", spec)):
        curves[name] = textbook(params, data, device, each, judge_of(params, each, data, device), options.seconds)
    result = summary(params, device, curves)
    report(result)
    if options.out:
        options.out.write_text(json.dumps(result | {"curves": curves}, indent=1) + "\n", encoding="utf-8")


def judge_of(params: Params, spec: NetworkSpec, data: Prepared, device: torch.device) -> Judge:
    """The score that training uses to choose the best generator."""
    pool = data.splits["train"].columns
    return distance_to_training_data(EXTRACTOR, spec, pool, params.train.best_samples, device)


def ours(params: Params, data: Prepared, device: torch.device, judge: Judge) -> list[tuple[float, float]]:
    """The curve of the settings in params.yaml."""
    with TemporaryDirectory() as folder:
        plan = Plan(params.network, params.objective, params.train, params.augment, params.compute)
        trainer = build_trainer(plan, data, Checkpoints(Path(folder)), device)
        clock = Clock(lambda average: judge(trainer.refresh(average)), device)
        while trainer.game.step < trainer.game.steps:
            clock.run(trainer.game.advance, trainer.game.average)
        clock.look(trainer.game.average)
    return clock.curve


def textbook(
    params: Params, data: Prepared, device: torch.device, spec: NetworkSpec, judge: Judge, seconds: float
) -> list[tuple[float, float]]:
    """The curve of a textbook DCGAN, conditional if ``spec`` is."""
    torch.manual_seed(params.train.seed)
    train = data.splits["train"]
    classes = len(data.meta.classes) if spec.condition.columns else 0
    generator = TextbookGenerator(spec.shape, spec.latent_dim, classes).to(device)
    with TextbookLoop(
        generator,
        TextbookDiscriminator(spec.shape, classes).to(device),
        train.signal,
        train.required_labels(),
        conditional=classes > 0,
        batch_size=params.train.batch_size,
        latent_dim=spec.latent_dim,
        device=device,
    ) as loop:
        clock = Clock(judge, device)
        while clock.seconds < seconds:
            clock.run(loop.step, generator)
        clock.look(generator)
    return clock.curve


def summary(params: Params, device: torch.device, curves: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    """For each textbook network its score, and the seconds after which ours stayed better."""
    rows = {}
    for name, curve in curves.items():
        last, best = curve[-1][1], min(distance for _, distance in curve)
        after = [seconds for seconds, distance in curves["ours"] if distance > best]
        first = next((seconds for seconds, _ in curves["ours"] if not after or seconds > after[-1]), None)
        rows[name] = {"seconds": curve[-1][0], "last": last, "best": best, "ours_is_better_after": first}
    return {
        "machine": machine_name(device),
        "threads": torch.get_num_threads(),
        "dataset": params.dataset.name,
        "rows": rows,
    }


def report(result: dict[str, Any]) -> None:
    """The table in Markdown."""
    print(f"{result['dataset']} on {result['machine']}, {result['threads']} thread(s)\n")
    print("| | trained for | distance at the end | best on the way | ours is better than its best after |")
    print("|---|---|---|---|---|")
    for name, row in result["rows"].items():
        reached = row["ours_is_better_after"]
        after = "" if name == "ours" else "never" if reached is None else f"{reached:.0f} s"
        print(f"| {name} | {row['seconds']:.0f} s | {row['last']:.3g} | {row['best']:.3g} | {after} |")


if __name__ == "__main__":
    main()
