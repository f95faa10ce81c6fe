"""models/directions: along which samples can be edited; and reports/directions, where that can be seen."""

from dataclasses import asdict

import numpy as np

from ganforge.features.extractor import Extractor
from ganforge.files import write_json
from ganforge.generator import Generator
from ganforge.latents import Directions, Space, find_directions
from ganforge.latents.directions import TO
from ganforge.latents.effects import measure_effects
from ganforge.layout import DIRECTION_FIGURES, DIRECTIONS, EXTRACTOR, GENERATOR, PREPARED
from ganforge.params import Params
from ganforge.prepared.storage import read_meta
from ganforge.signals import SHEET_SUFFIX, SIGNALS
from ganforge.compute.device import configure
from pipeline.stage import run_stage

ROWS, COLUMNS = 3, 7  # samples in a picture, and steps from one side to the other
MOST_SHOWN = 20  # classes that pictures show the way to
SEED = 0


def main(params: Params) -> None:
    """Finds directions, measures what they do, and draws a picture of each."""
    device = configure(params.compute)
    extractor = Extractor.load(EXTRACTOR, device)
    space = Space(Generator.load(GENERATOR, device))
    labelled = extractor if extractor.clusters is None else None
    directions = find_directions(space, labelled, params.directions, read_meta(PREPARED).classes)
    directions.save(DIRECTIONS)
    effects = measure_effects(space, directions, labelled, params.directions.strength)
    DIRECTION_FIGURES.mkdir(parents=True, exist_ok=True)
    write_json(
        DIRECTION_FIGURES / "effects.json", [{**asdict(effect), "sentence": effect.sentence()} for effect in effects]
    )
    draw(space, directions, labelled, params.directions.strength)


def draw(space: Space, directions: Directions, extractor: Extractor | None, strength: float) -> None:
    """A picture of each direction: a few samples, from one side to the other."""
    signal = SIGNALS[space.generator.config.signal]()
    codes, labels = space.draw(ROWS, SEED)
    if labels is None and extractor is not None:
        labels = extractor(space.signals(codes)).labels
    for name in directions.names:
        if name.startswith(TO) and len(directions.classes) > MOST_SHOWN:
            continue
        steps = np.linspace(0, 1, COLUMNS) if name.startswith(TO) else np.linspace(-strength, strength, COLUMNS)
        edited = np.stack([directions.edit(codes, labels, name, float(step)) for step in steps], axis=1)
        signals = space.signals(edited.reshape(-1, edited.shape[2]))
        signal.sheet(signals, COLUMNS, DIRECTION_FIGURES / f"{directions.names.index(name):03d}{SHEET_SUFFIX}")


if __name__ == "__main__":
    run_stage(main)
