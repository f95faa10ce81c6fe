"""``ganforge completion``."""

from __future__ import annotations

import argparse

NAME, HELP = "completion", "print a script that lets a shell complete commands and options"
SHELLS = ("bash", "zsh", "tcsh")


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the argument: the shell."""
    parser.add_argument("shell", choices=SHELLS, help="the shell; for bash: ganforge completion bash >> ~/.bashrc")


def run(options: argparse.Namespace) -> None:
    """Prints it."""
    import shtab

    print(shtab.complete(options.parser, options.shell))
