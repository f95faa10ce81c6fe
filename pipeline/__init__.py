"""One thin script per DVC stage: read the parameters, call ganforge, write the outputs."""

import os
import sys
from pathlib import Path
from types import TracebackType

# The package next to this folder, whatever is installed: in DVC's temporary copies of queued experiments, an editable
# install would import the main checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

# How threads wait for each other. Long spinning is slow if other programs need the cores; early sleeping is slow if
# none does. So threads spin for a third of a millisecond (`benchmarks/waiting.py`). GNU's OpenMP knows both variables,
# LLVM's (macOS) only the first. They are read when torch is imported.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "30000"}
if not WAITING.keys() & os.environ.keys():
    os.environ.update(WAITING)


def _say_nothing_of_control_c(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if kind is not KeyboardInterrupt:
        sys.__excepthook__(kind, error, trace)


if sys.argv[0] == "-m":  # importing a stage takes seconds, in which it may be interrupted
    sys.excepthook = _say_nothing_of_control_c
