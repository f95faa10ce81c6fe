"""``ganforge new``."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME, HELP = "new", "create a new project in a folder, with the pipeline, its settings and the recipes"


def add(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a folder that does not exist, or is empty")


def run(options: argparse.Namespace) -> None:
    """Writes the project and prints the next steps."""
    from ganforge.starting import start_project

    start_project(options.folder)
    print(f"{options.folder} is ready. Continue with\n\n    cd {options.folder}\n    make repro")
