"""Lets every process write down what it has imported from the project, where IMPORTS names a folder; see test_rooms."""

import atexit
import os
import sys


def write() -> None:
    folder, root = os.environ["IMPORTS"], os.getcwd()
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    files |= {getattr(getattr(module, "__spec__", None), "origin", None) or "" for module in list(sys.modules.values())}
    ours = sorted(
        os.path.relpath(file, root) for file in files if file.startswith((f"{root}/src/", f"{root}/pipeline/"))
    )
    stage = os.environ.get("DVC_STAGE")
    if stage and ours:
        with open(os.path.join(folder, f"{stage}-{os.getpid()}"), "w") as file:
            file.write("\n".join(ours))


if "IMPORTS" in os.environ:
    atexit.register(write)
