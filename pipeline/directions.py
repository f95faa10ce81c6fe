"""models/directions: directions to edit samples along; and reports/directions: pictures of them."""

from dataclasses import asdict

import numpy as np

from ganforge.compute.device import configure
from ganforge.features.extractor import Extractor
from ganforge.files import write_json
from ganforge.generator import Generator
from ganforge.latents.directions import TO, Directions, find_directions, labels_of
from ganforge.latents.effects import measure_effects
from ganforge.latents.space import Space, has_codes
from ganforge.layout import DIRECTION_FIGURES, DIRECTIONS, EXTRACTOR, GENERATOR, PREPARED
from ganforge.params import Params
from ganforge.prepared.columns import Arrays
from ganforge.prepared.meta import Prepared
from ganforge.signals import SHEET_SUFFIX
from pipeline.stage import run_stage

ROWS, COLUMNS = 3, 7  # samples in a picture, and steps from one side to the other
MOST_SHOWN = 20  # classes with a picture of the way to them
SEED = 0
EFFECTS = "effects.json"


def main(params: Params) -> None:
    """Finds directions, measures their effects, and draws a picture of each; none if a generator has no codes."""
    device = configure(params.compute)
    generator = Generator.load(GENERATOR, device)
    DIRECTION_FIGURES.mkdir(parents=True, exist_ok=True)
    if not has_codes(generator):
        Directions.none(generator).save(DIRECTIONS)
        write_json(DIRECTION_FIGURES / EFFECTS, [])
        print("this generator draws without codes, so it has no directions to edit along")
        return
    space, data, extractor = Space(generator), Prepared.load(PREPARED), Extractor.load(EXTRACTOR, device)
    pool, labelled = data.splits["test"].columns, extractor if extractor.classes else None
    directions = find_directions(space, labelled, params.directions, data.meta.classes, pool)
    directions.save(DIRECTIONS)
    effects = measure_effects(space, directions, labelled, params.directions.strength, pool)
    write_json(DIRECTION_FIGURES / EFFECTS, [{**asdict(effect), "sentence": effect.sentence()} for effect in effects])
    draw(space, directions, labelled, params.directions.strength, pool)


def draw(space: Space, directions: Directions, extractor: Extractor | None, strength: float, pool: Arrays) -> None:
    """A picture of each direction: a few samples, from one side to the other."""
    codes, asked = space.draw(ROWS, SEED, pool=pool)
    labels = labels_of(space, codes, asked, extractor)
    for name in directions.names:
        if name.startswith(TO) and len(directions.classes) > MOST_SHOWN:
            continue
        steps = np.linspace(0, 1, COLUMNS) if name.startswith(TO) else np.linspace(-strength, strength, COLUMNS)
        edited = np.stack([directions.edit(codes, labels, name, float(step)) for step in steps], axis=1)
        signals = space.signals(edited.reshape(-1, edited.shape[2]))
        path = DIRECTION_FIGURES / f"{directions.names.index(name):03d}{SHEET_SUFFIX}"
        space.generator.signal.sheet(signals, COLUMNS, path)


if __name__ == "__main__":
    run_stage(main)
