"""What the commands share that take an image: where it comes from, and where its code does."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError, first_line
from ganforge.layout import EXTRACTOR

if TYPE_CHECKING:
    import numpy as np

    from ganforge.latents import Space

CODE = "code.json"


@dataclass(frozen=True)
class Coded:
    """An image that the generator knows.

    Attributes:
        code: (1, entries) float32.
        labels: (1,) int64, None where the generator is unconditional.
        image: what was given, uint8 (1, *shape).
        reconstruction: what the generator makes of its code, uint8 (1, *shape).
        share_of_mean_error: its error as a share of that of the mean image; None where it was read from a file.
    """

    code: np.ndarray
    labels: np.ndarray | None
    image: np.ndarray | None
    reconstruction: np.ndarray
    share_of_mean_error: float | None


def add_image(parser: argparse.ArgumentParser, described: str) -> None:
    """The image, and the generator that it is looked for in."""
    parser.add_argument("image", type=Path, metavar="IMAGE", help=described)
    add_generator(parser)


def open_space(folder: Path) -> Space:
    """The codes of a generator in a folder, on whatever params.yaml says."""
    from ganforge.generator import Generator
    from ganforge.latents import Space
    from ganforge.params import load_params
    from ganforge.compute.device import configure

    return Space(Generator.load(folder, configure(load_params().compute)))


def read_code(path: Path, space: Space) -> Coded:
    """The code of a picture, looked for; or the one that a file tells."""
    if path.suffix == ".json":
        return _told(path, space)
    from ganforge.datasets.single import read_single
    from ganforge.features.extractor import Extractor
    from ganforge.latents import project
    from ganforge.params import load_params

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): name a picture.") from None
    extractor = Extractor.load(EXTRACTOR, space.generator.device)
    image = read_single(content, str(path), space.generator.shape, load_params())[None]
    found = project(image, space, extractor)
    share = float(found.error[0] / found.mean_error[0])
    return Coded(found.codes, found.labels, image, found.signals, share)


def write_code(path: Path, coded: Coded, space: Space) -> None:
    """Writes a code as text; `read_code` reads it."""
    from ganforge.files import write_json

    label = None if coded.labels is None else space.generator.classes[coded.labels[0]]
    write_json(
        path,
        {
            "generator": space.generator.digest,
            "label": label,
            "share_of_mean_error": coded.share_of_mean_error,
            "code": coded.code[0].tolist(),
        },
    )


def _told(path: Path, space: Space) -> Coded:
    import numpy as np

    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if "generator" not in told:
            raise ValueError("it does not say of which generator it is")
        if told["generator"] != space.generator.digest:
            raise ValueError("it is of another generator")
        with np.errstate(over="ignore"):
            code = np.array([told["code"]], dtype=np.float32)
        if code.shape != (1, space.encode(*_first(space)).shape[1]) or not np.isfinite(code).all():
            raise ValueError("its numbers are damaged")
        labels = None if told["label"] is None else np.array([space.generator.classes.index(told["label"])])
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(
            f"{path} holds no code of this generator ({first_line(error)}): project the picture anew."
        ) from None
    return Coded(code, labels, None, space.signals(code), None)


def _first(space: Space) -> tuple[np.ndarray, np.ndarray | None]:
    """A latent vector and a label, to see how long codes are."""
    import numpy as np

    latents = np.zeros((1, space.generator.config.network.latent_dim), np.float32)
    return latents, np.zeros(1, np.int64) if space.generator.classes else None
