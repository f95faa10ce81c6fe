"""samples/: samples for the scores, and for people to see or hear."""

import numpy as np

from ganforge.compute.device import configure
from ganforge.evaluation.settings import SampleSettings
from ganforge.files import read_array, read_blocks, write_array, write_blocks, write_json
from ganforge.generator import Generator, spherical_interpolation
from ganforge.layout import GENERATOR, LISTEN, PREPARED, SAMPLES, WAY_BACK
from ganforge.networks.sampling import BLOCK, draw_latents
from ganforge.params import Params
from ganforge.prepared.columns import DRAWN, RETURNED, ROWS, SIGNAL, SOURCE, Arrays
from ganforge.prepared.meta import Prepared
from ganforge.signals import SHEET_SUFFIX
from pipeline.players import write_sample_players
from pipeline.stage import forget_committed, run_stage, samples_per_seed

SINGLES = 2  # samples of each row of the sheet, to open one by one
MOST_ROWS = 1000  # of the sheet
INTERPOLATION_STEPS = 10


def main(params: Params) -> None:
    """Draws with the averaged generator that the stage train wrote."""
    forget_committed()
    generator = Generator.load(GENERATOR, configure(params.compute))
    data = Prepared.load(PREPARED)
    pool = data.splits["test"].columns
    SAMPLES.mkdir(parents=True, exist_ok=True)
    write_samples(generator, params.sample, samples_per_seed(params.sample, data.meta), pool)
    write_way_back(params)
    write_sheets(generator, params.sample, data)


def write_samples(generator: Generator, settings: SampleSettings, count: int, pool: Arrays) -> None:
    """Writes signal.npy, an array for each column of the condition, and samples.json with the seeds of the rows.

    If files cannot store a signal completely, drawn.npy has the signals as they were drawn.

    If conditions come from the test split, rows.npy has the row of each sample's condition.
    """
    asked = [generator.ask(count, seed, pool=pool) for seed in settings.seeds]
    signal, shape = generator.signal, (len(settings.seeds) * count, *generator.shape)
    blocks = (block for seed, columns in zip(settings.seeds, asked) for block in generator.draw(count, seed, columns))
    if signal.is_rebuilt:
        write_blocks(SAMPLES / f"{DRAWN}.npy", shape, blocks, signal.dtype)
        blocks = (signal.rebuilt(block) for block in read_blocks(SAMPLES / f"{DRAWN}.npy", BLOCK))
    else:
        (SAMPLES / f"{DRAWN}.npy").unlink(missing_ok=True)
    write_blocks(SAMPLES / f"{SIGNAL}.npy", shape, blocks, signal.dtype)
    for name in generator.condition.columns:
        write_array(SAMPLES / f"{name}.npy", np.concatenate([columns[name] for columns in asked]))
    if generator.condition.needs_data:
        size = len(pool[generator.condition.columns[0]])
        rows = [generator.condition.rows(seed, count, size) for seed in settings.seeds]
        write_array(SAMPLES / f"{ROWS}.npy", np.concatenate(rows))
    write_json(SAMPLES / "samples.json", {"seeds": settings.seeds, "count": count})


def write_way_back(params: Params) -> None:
    """Writes returned.npy: the samples translated back, if the training made a generator for that."""
    returned = SAMPLES / f"{RETURNED}.npy"
    returned.unlink(missing_ok=True)
    if not (GENERATOR / WAY_BACK).exists():
        return
    back = Generator.load(GENERATOR / WAY_BACK, configure(params.compute))
    drawn = read_array(SAMPLES / f"{SIGNAL}.npy", mapped=True)
    blocks = back.draw(len(drawn), params.sample.seeds[0], {SOURCE: drawn})
    write_blocks(returned, (len(drawn), *back.shape), blocks, back.signal.dtype)


def write_sheets(generator: Generator, settings: SampleSettings, data: Prepared) -> None:
    """Writes grid.png (a row for each condition), interpolation.png (between two latents), and single samples.

    It also writes sounds of signals that can be played.

    Without latent vectors, each condition has one sample, so all samples have different conditions.
    """
    signal, condition, pool = generator.signal, generator.condition, data.splits["test"].columns
    seed, columns = settings.seeds[0], settings.show_per_class
    examples = condition.examples(MOST_ROWS)
    rows = len(examples) or columns
    draws = columns if generator.spec.latent_dim else 1
    of_rows = generator.ask(rows * columns // draws, seed, examples or None, pool)
    grid = np.concatenate([*generator.draw(rows * columns, seed, repeated(of_rows, draws))])
    signal.sheet(grid, columns, SAMPLES / f"grid{SHEET_SUFFIX}")
    for name, given in condition.signals.items():
        given.sheet(of_rows[name], columns // draws, SAMPLES / f"{name}{SHEET_SUFFIX}")
    walks = walk(generator, seed, rows, of_rows)
    if len(walks):
        signal.sheet(walks, INTERPOLATION_STEPS, SAMPLES / f"interpolation{SHEET_SUFFIX}")
    titles = condition.titles(of_rows)
    write_json(SAMPLES / "rows.json", titles or [])
    heads = titles if titles and examples else [f"{row + 1}" for row in range(rows)]
    drawn, steps = (array.reshape(rows, -1, *signal.shape) for array in (grid, walks))
    write_sample_players(generator, data, heads, drawn, steps, LISTEN)
    shown = min(SINGLES, columns)
    stems = [file_name(title) for title in titles] if titles and examples else [f"{row:02d}" for row in range(rows)]
    chosen = [row * columns + column for row in range(rows) for column in range(shown)]
    signal.each(grid[chosen], [f"{stem}_{column}" for stem in stems for column in range(shown)], SAMPLES / "single")


def walk(generator: Generator, seed: int, rows: int, of_rows: Arrays) -> np.ndarray:
    """Samples between two latent vectors for each condition, stored (rows * steps, *shape); none without latents."""
    if not generator.spec.latent_dim:
        return np.empty((0, *generator.shape), generator.signal.dtype)
    ends = draw_latents(seed, 2 * rows, generator.spec.latent_dim).reshape(rows, 2, -1)
    paths = np.concatenate([spherical_interpolation(start, end, INTERPOLATION_STEPS) for start, end in ends])
    return np.concatenate([*generator.decode(paths, repeated(of_rows, INTERPOLATION_STEPS))])


def repeated(columns: Arrays, times: int) -> Arrays:
    """Every row of some columns several times, one after the other."""
    return {name: np.repeat(column, times, axis=0) for name, column in columns.items()}


def file_name(title: str) -> str:
    """A title as a part of a file's name."""
    return title.replace(" ", "_").replace("/", "_")


if __name__ == "__main__":
    run_stage(main)
