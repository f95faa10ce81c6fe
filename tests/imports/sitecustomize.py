"""Lets every process write down what it has imported from the project, where IMPORTS names a folder; see test_rooms."""

import atexit
import os
import sys
from pathlib import Path


def write() -> None:
    root, stage = Path.cwd(), os.environ.get("DVC_STAGE")
    modules = [module for module in [*sys.modules.values()] if getattr(module, "__spec__", None)]
    origins = [module.__spec__.origin for module in modules] + [getattr(sys.modules["__main__"], "__file__", None)]
    files = {Path(origin) for origin in origins if origin}
    ours = sorted(str(file.relative_to(root)) for file in files if file.is_relative_to(root))
    if stage and ours:
        (Path(os.environ["IMPORTS"]) / f"{stage}-{os.getpid()}").write_text("\n".join(ours))


if "IMPORTS" in os.environ:
    atexit.register(write)
