"""One thin script per DVC stage: read the parameters, call ganforge, write the outputs."""

import os
import sys
from pathlib import Path
from types import TracebackType

# The package beside this folder, whatever is installed: in DVC's temporary copies of queued experiments an editable
# install would still be that of the main checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

# Before torch is imported. Threads that wait for each other by spinning make two threads on a busy machine twenty times
# slower than one (measured); sleeping costs next to nothing on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _say_nothing_of_control_c(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if kind is not KeyboardInterrupt:
        sys.__excepthook__(kind, error, trace)


if sys.argv[0] == "-m":  # a stage is about to be imported, which takes seconds in which it may be interrupted
    sys.excepthook = _say_nothing_of_control_c
