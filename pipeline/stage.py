"""What the stage scripts share: where things lie, and how a run begins and ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from ganforge.errors import UserError
from ganforge.params import Params, load_params

RAW = Path("data/raw")
PREPARED = Path("data/prepared")
EXTRACTOR = Path("models/extractor")
GENERATOR = Path("models/generator")
RUN = Path("models/run.json")
TRAINING = Path("reports/training.csv")
PROGRESS = Path("reports/progress")
SAMPLES = Path("samples")
METRICS = Path("reports/metrics.json")
CLASSES = Path("reports/classes.csv")
FIGURES = Path("reports/figures")
REPORT = Path("reports/report.html")


def private_folder() -> Path:
    """Where work in progress survives: beside the main checkout, ignored by git, an output of no stage."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()) / ".ganforge"


def run_stage(main: Callable[[Params], None]) -> None:
    """Validates params.yaml, then runs ``main``; what the user can put right ends in one sentence."""
    name = os.environ.get("DVC_STAGE", Path(sys.argv[0]).stem)
    try:
        main(load_params())
    except UserError as error:
        sys.exit(f"{name}: {error}")
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES}:
            raise
        sys.exit(
            f"{name}: {error.filename or 'a file'} cannot be written ({error.strerror}); make room or give access, "
            f"then run `dvc repro` again: it goes on where it stopped."
        )
    except KeyboardInterrupt:
        sys.exit(130)


def progress_bar(total: int | None, unit: str, description: str):  # type: ignore[no-untyped-def]
    """A bar on a terminal; in a log file a line every ten seconds."""
    from tqdm import tqdm

    return tqdm(
        total=total,
        unit=unit,
        unit_scale=True,
        desc=description,
        dynamic_ncols=True,
        mininterval=0.2 if sys.stderr.isatty() else 10,
    )
