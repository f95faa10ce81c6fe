"""Shared by the stage scripts: paths, and the beginning and end of a run."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import ganforge
from ganforge.errors import UserError
from ganforge.evaluation.settings import SampleSettings
from ganforge.files import UNWRITABLE, repository_root, unwritable
from ganforge.layout import RAW
from ganforge.params import Params, load_params
from ganforge.prepared.columns import SIGNAL, SOURCE
from ganforge.prepared.meta import Meta
from ganforge.runs.lock import holds
from pipeline.process import free

OURS = (Path(ganforge.__file__).parent, Path(__file__).parent)  # whose warnings are sentences

GONE = ".gone"  # suffix of a folder that is being removed
FINISHED = "finished.json"  # in the folder of a training: a copy of its RUN

MOST_SAMPLES = 10_000  # per seed, if their number is auto


def private_folder() -> Path:
    """The folder of work in progress: in the main checkout, ignored by git, and not an output of any stage."""
    return repository_root() / ".ganforge"


def trainings() -> Path:
    """The folder of checkpoints; each training has its own subfolder."""
    return private_folder() / "training"


def forget_committed() -> None:
    """Removes the checkpoints of trainings whose outputs are in DVC.

    A training keeps its last checkpoint, because DVC saves its outputs after it has ended and may fail to do so. Then
    the stage runs again and has nothing to train.
    """
    for finished in trainings().glob(f"*/{FINISHED}"):
        with free(finished.parent) as ours:
            if ours and holds(finished):
                finished.parent.rename(finished.parent.with_suffix(GONE))  # renaming is instant, removing takes time
    for gone in trainings().glob(f"*{GONE}"):
        shutil.rmtree(gone, ignore_errors=True)


def samples_per_seed(sample: SampleSettings, meta: Meta) -> int:
    """How many samples each seed draws.

    Raises:
        UserError: there are fewer real test items to compare them with.
    """
    held_out = min(column.count["test"] for name, column in meta.columns.items() if name in (SIGNAL, SOURCE))
    if sample.count == "auto":
        return min(held_out, MOST_SAMPLES)
    if sample.count > held_out:
        raise UserError(
            f"params.yaml: sample.count is {sample.count}, but only {held_out} real items are held out, and scores "
            f"compare equal numbers; allowed is auto or at most {held_out}."
        )
    return sample.count


def check_scoring(params: Params, meta: Meta) -> None:
    """Checks that the number of samples suits params.yaml and the scores.

    Raises:
        UserError: too few real items are held out.
    """
    count, neighbours = samples_per_seed(params.sample, meta), params.evaluation.neighbours
    if count <= neighbours:
        raise UserError(
            f"params.yaml: evaluation.neighbours is {neighbours}, but only {count} real items are held out; scores "
            f"need more of them: add items, lower it below {count}, or raise dataset.test_share if no test split is "
            "named."
        )


def run_stage(main: Callable[[Params], None]) -> None:
    """Validates params.yaml, then runs ``main``; an error that the user can fix ends in one sentence."""
    name = os.environ.get("DVC_STAGE", Path(sys.argv[0]).stem)
    warnings.formatwarning = partial(format_warning, name)
    try:
        main(load_params())
    except UserError as error:
        sys.exit(f"{name}: {error}")
    except FileNotFoundError as error:
        fetched = error.filename and Path(error.filename).resolve().is_relative_to(RAW.resolve())
        made = "dvc repro -f fetch" if fetched else "dvc repro"
        sys.exit(f"{name}: {error.filename} does not exist: run `{made}` to make it.")
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        sys.exit(f"{name}: {unwritable(error)}, then run `dvc repro` again: it continues where it stopped.")
    except KeyboardInterrupt:
        sys.exit(130)


def format_warning(
    stage: str, message: Warning | str, category: type[Warning], file: str, line: int, *_: object
) -> str:
    """A warning as text: ours as a sentence, those of libraries with file and line."""
    ours = any(Path(file).is_relative_to(place) for place in OURS)
    return f"{stage}: {message}\n" if ours else f"{file}:{line}: {category.__name__}: {message}\n"


def progress_bar(total: int | None, plural: str, description: str, done: int = 0):  # type: ignore[no-untyped-def]
    """A progress bar on a terminal, or a line every ten seconds in a log file.

    It counts what ``plural`` names, such as ``images``.

    What was ``done`` before, by a run that was interrupted, does not count for the speed and the time that is left.
    """
    from tqdm import tqdm

    return tqdm(
        total=total,
        initial=done,
        unit=f" {plural}",
        unit_scale=True,
        desc=description,
        dynamic_ncols=True,
        mininterval=0.2 if sys.stderr.isatty() else 10,
    )
