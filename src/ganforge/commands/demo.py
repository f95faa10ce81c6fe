"""``ganforge demo``."""

from __future__ import annotations

import argparse

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError

NAME, HELP = "demo", "open a page to draw, mix and edit samples, and to find your own pictures among them"


def add(parser: argparse.ArgumentParser) -> None:
    """Which generator, and where the page answers."""
    add_generator(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=7860, help="(default: 7860)")


def run(options: argparse.Namespace) -> None:
    """Shows the page until Ctrl-C."""
    if not 1 <= options.port <= 65535:
        raise UserError(f"--port is {options.port}; allowed is 1 to 65535.")

    from ganforge.commands.generators import pool_for
    from ganforge.commands.pictures import open_space
    from ganforge.demo.page import open_page
    from ganforge.demo.studio import Studio
    from ganforge.features.extractor import Extractor
    from ganforge.latents.directions import Directions
    from ganforge.layout import DIRECTIONS, EXTRACTOR
    from ganforge.params import load_params

    space = open_space(options.generator)
    extractor = Extractor.load(EXTRACTOR, space.generator.device)
    directions, pool = Directions.load(DIRECTIONS, space.generator), pool_for(space.generator.condition)
    studio = Studio(space, directions, extractor, load_params().dataset, pool)
    print(f"The demo will answer at http://{options.host}:{options.port} in some seconds; Ctrl-C ends it.", flush=True)
    open_page(studio, f"ganforge: {space.generator.config.dataset}", options.host, options.port)
