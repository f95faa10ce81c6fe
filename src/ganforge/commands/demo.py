"""``ganforge demo``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ganforge.commands.generators import add_generator

if TYPE_CHECKING:
    from ganforge.datasets.common_settings import DataSettings
    from ganforge.generator import Generator

NAME, HELP = "demo", "open a page to draw, mix and edit samples, or to edit or translate your own pictures"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the generator, and the address of the page."""
    add_generator(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=7860, help="(default: 7860)")


def run(options: argparse.Namespace) -> None:
    """Serves the page until Ctrl-C."""
    from ganforge.addresses import refuse_taken

    refuse_taken(options.host, options.port)  # before anything heavy is imported

    from ganforge.compute.device import configure
    from ganforge.demo.page import open_page
    from ganforge.generator import Generator
    from ganforge.params import load_params
    from ganforge.translating.translation import translates

    params = load_params()
    generator = Generator.load(options.generator, configure(params.compute))
    build = page_to_translate if translates(generator) else page_to_edit
    print(f"The demo starts at http://{options.host}:{options.port} in a few seconds; Ctrl-C ends it.", flush=True)
    page = build(generator, params.dataset, f"ganforge: {generator.config.dataset}")
    open_page(page, options.host, options.port)


def page_to_edit(generator: Generator, settings: DataSettings, title: str) -> Any:
    """The page of a generator that draws from latent vectors."""
    from ganforge.commands.generators import pool_for
    from ganforge.demo.page import build_page
    from ganforge.demo.studio import Studio
    from ganforge.features.extractor import Extractor
    from ganforge.latents.directions import Directions
    from ganforge.latents.space import Space
    from ganforge.layout import DIRECTIONS, EXTRACTOR

    space = Space(generator)
    extractor, directions = Extractor.load(EXTRACTOR, generator.device), Directions.load(DIRECTIONS, generator)
    return build_page(Studio(space, directions, extractor, settings, pool_for(generator.condition)), title)


def page_to_translate(generator: Generator, settings: DataSettings, title: str) -> Any:
    """The page of a generator that translates pictures."""
    from ganforge.commands.generators import pool_for
    from ganforge.demo.easel import Easel
    from ganforge.demo.translation_page import build_translation_page

    return build_translation_page(Easel(generator, settings, pool_for(generator.condition)), title)
