"""``ganforge export``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError

NAME, HELP = "export", "write a trained generator for other programs: ONNX, torch.export, or a Hugging Face folder"
FORMATS = ("onnx", "torch", "huggingface")


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the format, the generator and where to write it."""
    parser.add_argument("format", choices=FORMATS, help="what to write")
    add_generator(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="(default: exported/ and the format's name)")


def run(options: argparse.Namespace) -> None:
    """Writes the files and prints where they are."""
    from ganforge.layout import GENERATOR
    from ganforge.publishing.export import export_huggingface, export_onnx, export_torch

    out = options.out or Path("exported") / options.format
    if options.format == "huggingface":
        if options.generator != GENERATOR:
            raise UserError(f"the card lists the scores of {GENERATOR}: omit --generator, or choose another format.")
        written = export_huggingface(GENERATOR, out, _card())
    else:
        written = {"onnx": export_onnx, "torch": export_torch}[options.format](options.generator, out)
    print(f"Written: {written}")


def _card() -> str:
    from ganforge.publishing.registry import model_card_of, read_finished

    record, meta, identity = read_finished()
    return model_card_of(meta, record, identity)
