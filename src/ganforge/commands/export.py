"""``ganforge export``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError

NAME, HELP = "export", "write a trained generator for other programs: ONNX, torch.export, or a Hugging Face folder"
FORMATS = ("onnx", "torch", "huggingface")


def add(parser: argparse.ArgumentParser) -> None:
    """Which format, which generator and where to."""
    parser.add_argument("format", choices=FORMATS, help="what to write")
    add_generator(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="(default: exported/ and the format's name)")


def run(options: argparse.Namespace) -> None:
    """Writes the files and says where they are."""
    from ganforge.layout import GENERATOR
    from ganforge.publishing.export import export_huggingface, export_onnx, export_torch

    out = options.out or Path("exported") / options.format
    if options.format == "huggingface":
        if options.generator != GENERATOR:
            raise UserError(f"the card tells the scores of {GENERATOR}: leave --generator out, or take another format.")
        written = export_huggingface(GENERATOR, out, _card())
    else:
        written = {"onnx": export_onnx, "torch": export_torch}[options.format](options.generator, out)
    print(f"{written} is written.")


def _card() -> str:
    from ganforge.publishing.registry import model_card_of, read_finished

    record, meta, identity = read_finished()
    return model_card_of(meta, record, identity)
