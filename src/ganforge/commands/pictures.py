"""Shared by the commands that take a picture or another signal: how to read it and its code."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.generators import add_generator, pool_for
from ganforge.errors import UserError, first_line
from ganforge.layout import EXTRACTOR

if TYPE_CHECKING:
    import numpy as np

    from ganforge.latents.space import Space
    from ganforge.prepared.columns import Arrays

CODE = "code.json"


@dataclass(frozen=True)
class EncodedSignal:
    """A signal that the generator draws, exactly or approximately.

    Attributes:
        code: (1, entries) float32.
        asked: columns of its condition, one row; empty if the generator has none.
        given: the given signal, (1, *shape) as stored; None if the code was read from a file.
        reconstruction: the sample of its code, (1, *shape) as stored.
        share_of_mean_error: its error as a share of that of the mean sample; None if the code was read from a file.
    """

    code: np.ndarray
    asked: Arrays
    given: np.ndarray | None
    reconstruction: np.ndarray
    share_of_mean_error: float | None


def add_file(parser: argparse.ArgumentParser, described: str) -> None:
    """Defines the arguments: the picture, and the generator to project it with."""
    parser.add_argument("file", type=Path, metavar="FILE", help=described)
    add_generator(parser)


def open_space(folder: Path) -> Space:
    """The codes of a generator in a folder, on the device of params.yaml.

    Raises:
        UserError: there is no generator, or it has no codes.
    """
    from ganforge.compute.device import configure
    from ganforge.generator import Generator
    from ganforge.latents.space import Space
    from ganforge.params import load_params

    return Space(Generator.load(folder, configure(load_params().compute)))


def read_code(path: Path, space: Space) -> EncodedSignal:
    """Projects a picture to its code, or reads a code from a file."""
    if path.suffix == ".json":
        return _load_code(path, space)
    from ganforge.features.extractor import Extractor
    from ganforge.latents.projection import project
    from ganforge.latents.reading import read_signal
    from ganforge.params import load_params

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): name a picture.") from None
    generator = space.generator
    extractor = Extractor.load(EXTRACTOR, generator.device)
    given = read_signal(content, str(path), generator.signal, load_params().dataset)[None]
    projection = project(given, space, extractor, pool=pool_for(generator.condition))
    share = float(projection.error[0] / projection.mean_error[0])
    return EncodedSignal(projection.codes, projection.asked, given, projection.signals, share)


def write_code(path: Path, encoded: EncodedSignal, space: Space) -> None:
    """Writes a code as text, which `read_code` reads."""
    from ganforge.files import write_json

    write_json(
        path,
        {
            "generator": space.generator.digest,
            "condition": title_of(encoded.asked, space),
            "share_of_mean_error": encoded.share_of_mean_error,
            "code": encoded.code[0].tolist(),
        },
    )


def title_of(asked: Arrays, space: Space) -> str | None:
    """A condition of one row in words; None if there is none, or if it has no words."""
    titles = space.generator.condition.titles(asked) if asked else None
    return titles[0] if titles else None


def _load_code(path: Path, space: Space) -> EncodedSignal:
    import numpy as np

    condition = space.generator.condition
    try:
        contents = json.loads(path.read_text(encoding="utf-8"))
        if "generator" not in contents:
            raise ValueError("it does not name its generator")
        if contents["generator"] != space.generator.digest:
            raise ValueError("it belongs to another generator")
        with np.errstate(over="ignore"):
            code = np.array([contents["code"]], dtype=np.float32)
        if code.shape != (1, _entries(space)) or not np.isfinite(code).all():
            raise ValueError("its numbers are damaged")
        title = contents["condition"] if "condition" in contents else contents["label"]  # its name in older files
        asked = {} if title is None else condition.parse(title, 1)
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError, UserError) as error:
        raise UserError(
            f"{path} holds no code of this generator ({first_line(error).rstrip('.')}): project the picture again."
        ) from None
    return EncodedSignal(code, asked, None, space.signals(code), None)


def _entries(space: Space) -> int:
    """The length of codes."""
    import numpy as np

    latents = np.zeros((1, space.generator.spec.latent_dim), np.float32)
    return int(space.encode(latents, space.generator.condition.blank(1)).shape[1])
