"""samples/: what the scores are computed on, and pictures for people."""

import numpy as np

from ganforge.files import write_array, write_blocks, write_json
from ganforge.generator import Generator, spherical_interpolation
from ganforge.layout import GENERATOR, PREPARED, SAMPLES
from ganforge.networks.sampling import draw_latents
from ganforge.params import Params
from ganforge.prepared.storage import read_meta
from ganforge.signals import SHEET_SUFFIX, SIGNALS
from ganforge.training.device import configure
from pipeline.stage import forget_committed, run_stage, samples_per_seed

SINGLES = 2  # pictures of each class to open one by one
INTERPOLATION_STEPS = 10


def main(params: Params) -> None:
    """Draws with the averaged generator that the stage train wrote."""
    forget_committed()
    generator = Generator.load(GENERATOR, configure(params.compute))
    count = samples_per_seed(params.sample, read_meta(PREPARED))
    SAMPLES.mkdir(parents=True, exist_ok=True)
    write_samples(generator, params.sample.seeds, count)
    write_pictures(generator, params.sample.seeds[0], params.sample.show_per_class)


def write_samples(generator: Generator, seeds: list[int], count: int) -> None:
    """samples.npy, labels.npy if there are labels, and samples.json that says which rows are whose."""
    shape = (len(seeds) * count, *generator.shape)
    blocks = (block for seed in seeds for block in generator.sample_blocks(count, seed))
    write_blocks(SAMPLES / "samples.npy", shape, blocks)
    if generator.classes:
        write_array(SAMPLES / "labels.npy", np.concatenate([generator.labels(count, seed) for seed in seeds]))
    write_json(SAMPLES / "samples.json", {"seeds": seeds, "count": count})


def write_pictures(generator: Generator, seed: int, columns: int) -> None:
    """grid.png (a row per class), interpolation.png (from one latent to another), and single samples."""
    signal = SIGNALS[generator.config.signal]()
    rows = len(generator.classes) or columns
    labels = np.repeat(np.arange(rows), columns) if generator.classes else None
    grid = generator.sample(rows * columns, seed=seed, label=labels)
    signal.sheet(grid, columns, SAMPLES / f"grid{SHEET_SUFFIX}")

    ends = draw_latents(seed, 2 * rows, generator.config.network.latent_dim).reshape(rows, 2, -1)
    paths = np.concatenate([spherical_interpolation(start, end, INTERPOLATION_STEPS) for start, end in ends])
    path_labels = np.repeat(np.arange(rows), INTERPOLATION_STEPS) if generator.classes else None
    between = np.concatenate(list(generator.decode(paths, path_labels)))
    signal.sheet(between, INTERPOLATION_STEPS, SAMPLES / f"interpolation{SHEET_SUFFIX}")

    shown = min(SINGLES, columns)
    chosen = [row * columns + column for row in range(rows) for column in range(shown)]
    names = [
        f"{generator.classes[row].replace(' ', '_')}_{column}" if generator.classes else f"{row:02d}_{column}"
        for row in range(rows)
        for column in range(shown)
    ]
    signal.each(grid[chosen], names, SAMPLES / "single")


if __name__ == "__main__":
    run_stage(main)
