"""The command ``ganforge``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ganforge import __version__
from ganforge.commands import (
    assign,
    augment,
    check,
    compare,
    completion,
    demo,
    edit,
    explain,
    export,
    info,
    new,
    project,
    recipe,
    register,
    sample,
    scores,
    serve,
    sweep,
    translate,
    ui,
)
from ganforge.errors import UserError

COMMANDS = (
    new,
    check,
    recipe,
    assign,
    explain,
    sweep,
    compare,
    scores,
    info,
    sample,
    translate,
    project,
    edit,
    ui,
    demo,
    augment,
    export,
    register,
    serve,
    completion,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; an error that the user can fix ends in one sentence and exit status 1."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        sys.exit(f"ganforge: {error}")
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        from ganforge.files import UNWRITABLE, unwritable

        if error.errno not in UNWRITABLE:
            raise
        sys.exit(f"ganforge: {unwritable(error)}, then try again.")


class _Aligned(argparse.HelpFormatter):
    """Help whose second column starts after the longest command: argparse forgets that commands are indented."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = 2 * self._indent_increment + max(len(command.NAME) for command in COMMANDS)


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="ganforge",
        description="GANs you can rebuild. Run it in the root of the project, next to params.yaml.",
        formatter_class=_Aligned,
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.set_defaults(parser=parser)  # for the command completion
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(command.NAME, help=command.HELP, description=f"{command.HELP}.")
        command.add(own)
        own.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    main()
