"""Lets every process write down what it has imported, of the project and of what is slow to import; see test_rooms.

IMPORTS names the folder in which to.
"""

import atexit
import os
import sys
from pathlib import Path

SLOW = ("matplotlib", "mlflow", "sklearn", "torch", "torch._dynamo", "torchvision")


def write() -> None:
    root, stage = Path.cwd(), os.environ.get("DVC_STAGE")
    modules = [module for module in [*sys.modules.values()] if getattr(module, "__spec__", None)]
    origins = [module.__spec__.origin for module in modules] + [getattr(sys.modules["__main__"], "__file__", None)]
    files = {Path(origin) for origin in origins if origin}
    ours = sorted(str(file.relative_to(root)) for file in files if file.is_relative_to(root))
    if stage and ours:
        slow = [name for name in SLOW if name in sys.modules]
        (Path(os.environ["IMPORTS"]) / f"{stage}-{os.getpid()}").write_text("\n".join([*slow, *ours]))


if "IMPORTS" in os.environ:
    atexit.register(write)
