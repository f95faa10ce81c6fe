"""``ganforge translate``."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.commands.generators import add_generator
from ganforge.errors import UserError
from ganforge.layout import PARAMS, WAY_BACK

if TYPE_CHECKING:
    import numpy as np
    import torch
    from PIL import Image

    from ganforge.generator import Generator
    from ganforge.translating.sources import Reading

NAME, HELP = "translate", "translate pictures of any size with a generator that was trained to translate"
SHEET = "sheet"
MOST_ROWS, MOST_COLUMNS = 20, 8  # on the sheet: pictures, and draws of each
MOST_DRAWS = 1000
NATIVE = "native"
LARGEST = 8192  # pixels of a side


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the pictures, how to translate them and where to write."""
    parser.add_argument("pictures", type=Path, metavar="FILE_OR_FOLDER", help="a picture, or a folder of them")
    add_generator(parser)
    parser.add_argument("--back", action="store_true", help="translate back, if the training made a generator for that")
    parser.add_argument(
        "--style",
        metavar="NAME_OR_FILE",
        help="for a generator of several styles: the name of one, or an example picture (default: all styles)",
    )
    parser.add_argument("--count", type=int, default=1, metavar="N", help="results of each picture (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same results (default: 0)")
    parser.add_argument(
        "--resize",
        default=NATIVE,
        metavar=f"SIDE|{NATIVE}",
        help=f"resize the shorter side to so many pixels first (default: {NATIVE}, no resizing)",
    )
    parser.add_argument(
        "--derive",
        action="store_true",
        help="derive sources from the pictures as for the training data: grey, edges, small, masked",
    )
    parser.add_argument(
        "--tile",
        type=int,
        metavar="PIXELS",
        help="side of the tiles of large pictures, in pixels (default: some hundreds, chosen by the network)",
    )
    parser.add_argument("--out", type=Path, default=Path("translated"), metavar="FOLDER", help="(default: translated)")


def run(options: argparse.Namespace) -> None:
    """Writes the results and a sheet, and prints which files cannot be read."""
    check(options)
    files = files_in(options.pictures, options.out)

    from ganforge.generator import Generator
    from ganforge.translating.sheet import write_sheet

    device, reading = prepared(options)
    generator = Generator.load(folder_of(options), device)
    check_generator(generator, options)
    wanted = latents_of(generator, reading, options)
    rows: list[list[Image.Image]] = []
    done = 0
    for file, name in zip(files, names_of(files), strict=True):
        try:
            row = translate_file(file, name, generator, reading, wanted, options)
        except UserError as error:
            if len(files) == 1:
                raise
            print(f"Skipped: {error}")
            continue
        done += 1
        if len(rows) < MOST_ROWS:
            rows.append(row)
    passed_over = len(files) - done
    if not done:
        raise UserError(f"none of the {passed_over} files in {options.pictures} could be translated; see above.")
    write_sheet(rows, options.out / f"{SHEET}.png")
    draws = f", {len(wanted)} results of each" if len(wanted) > 1 else ""
    print(f"Pictures translated into {options.out}: {done}{draws}; {options.out / SHEET}.png shows {len(rows)}.")
    if passed_over:
        print(f"Skipped: {passed_over} of {len(files)} files in {options.pictures}; see above.")


def check(options: argparse.Namespace) -> None:
    """Checks that numbers are in their ranges.

    Raises:
        UserError: one is not.
    """
    from ganforge.settings import LAST_SEED

    numbers = [("count", options.count, 1, MOST_DRAWS), ("seed", options.seed, 0, LAST_SEED)]
    if options.tile is not None:
        numbers.append(("tile", options.tile, 16, LARGEST))
    for name, value, least, most in numbers:
        if not least <= value <= most:
            raise UserError(f"--{name} is {value}; allowed is {least} to {most}.")
    side = options.resize
    if side != NATIVE and not (side.isascii() and side.isdigit() and len(side) < 6 and 8 <= int(side) <= LARGEST):
        raise UserError(f"--resize is {side:.20}; allowed is {NATIVE}, or 8 to {LARGEST} pixels.")


def folder_of(options: argparse.Namespace) -> Path:
    """The folder of the generator to use.

    Raises:
        UserError: there is no generator that translates back.
    """
    folder: Path = options.generator
    if not options.back:
        return folder
    if folder.exists() and not (folder / WAY_BACK).exists():
        raise UserError(
            f"--back is given, but {folder} holds no generator that translates back. Only objective.name cycle trains "
            "one; exports and the registry omit it. Name the folder of such a training, or omit --back."
        )
    return folder / WAY_BACK


def files_in(path: Path, out: Path) -> list[Path]:
    """The file, or the files of the folder that are not hidden, by name.

    Raises:
        UserError: there is none, or results would be written into the same folder.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    else:
        files = [path] if path.is_file() else []
    if not files:
        found = "holds no files" if path.is_dir() else "does not exist"
        raise UserError(f"{path} {found}: name a picture, or a folder of pictures.")
    if out.resolve() == files[0].parent.resolve():
        raise UserError(f"--out is {out}, the folder of the pictures, which would be overwritten: name another folder.")
    return files


def names_of(files: Sequence[Path]) -> list[str]:
    """The name of the result of each file: that of the file, with its suffix only if two names would be equal."""
    stems = Counter(file.stem.lower() for file in files)
    names: list[str] = []
    taken = {SHEET}
    for file in files:
        name = file.stem if stems[file.stem.lower()] == 1 else file.name
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        names.append(name)
    return names


def prepared(options: argparse.Namespace) -> tuple[torch.device, Reading]:
    """The device and how to read pictures, from params.yaml if it exists."""
    import torch

    from ganforge.compute.device import configure
    from ganforge.params import load_params
    from ganforge.translating.sources import Reading, background_of

    side = None if options.resize == NATIVE else int(options.resize)
    if not PARAMS.exists():
        return torch.device("cpu"), Reading(side, derived=options.derive)
    params = load_params()
    reading = Reading(side, derived=options.derive, background=background_of(params.dataset))
    return configure(params.compute), reading


def check_generator(generator: Generator, options: argparse.Namespace) -> None:
    """Checks that the generator supports the options.

    Raises:
        UserError: it does not.
    """
    from ganforge.networks.translation import Translator
    from ganforge.translating.sources import derivation_in
    from ganforge.translating.translation import source_signal, tiling_of

    shape = source_signal(generator).shape
    if options.count > 1 and not generator.spec.latent_dim:
        raise UserError(
            f"--count is {options.count}, but the network {generator.spec.settings.name} makes one picture from each "
            "source, as its latent_dim is 0; allowed is 1."
        )
    if options.derive and derivation_in(generator) is None:
        raise UserError(
            f"--derive is given, but the sources of {generator.config.dataset} are files, not derived: omit --derive, "
            "and give sources."
        )
    if isinstance(generator.module, Translator):
        tiling_of(generator.module, shape[1:], options.tile)


def latents_of(generator: Generator, reading: Reading, options: argparse.Namespace) -> dict[str, np.ndarray]:
    """The latent vector of each result of a source, (latent_dim,), by the suffix of its file's name.

    Raises:
        UserError: the generator has no such style, or the example cannot be read.
    """
    from ganforge.networks.sampling import draw_latents
    from ganforge.translating.styles import named_style, style_names

    latents = draw_latents(options.seed, options.count, generator.spec.latent_dim)
    numbers = [""] if options.count == 1 else [f"-{index}" for index in range(options.count)]
    names = style_names(generator)
    if options.style is None and not names:
        return dict(zip(numbers, latents, strict=True))
    if options.style is not None and names and options.style not in names:
        return {"": example_style(generator, reading, options)}
    styles = names if options.style is None else [options.style]
    return {
        f"{f'-{style}' if options.style is None else ''}{number}": each
        for style in styles
        for number, each in zip(numbers, named_style(generator, style, latents), strict=True)
    }


def example_style(generator: Generator, reading: Reading, options: argparse.Namespace) -> np.ndarray:
    """The style of the example picture that ``--style`` names, (latent_dim,).

    Raises:
        UserError: it cannot be read, or several results are asked for.
    """
    from ganforge.translating.sources import read_example
    from ganforge.translating.styles import style_names, style_of

    if not Path(options.style).is_file():
        raise UserError(
            f"--style is {options.style}, which is neither a file nor a style; allowed is one of "
            f"{', '.join(style_names(generator))}, or the file of an example picture."
        )
    if options.count > 1:
        raise UserError(f"--count is {options.count}, but an example picture is one style; allowed is 1.")
    try:
        content = Path(options.style).read_bytes()
    except OSError as error:
        raise UserError(f"{options.style} cannot be read ({error.strerror}).") from None
    return style_of(generator, read_example(content, options.style, generator, reading.background))


def translate_file(
    file: Path,
    name: str,
    generator: Generator,
    reading: Reading,
    wanted: Mapping[str, np.ndarray],
    options: argparse.Namespace,
) -> list[Image.Image]:
    """Writes the results of one file; returns the row of the sheet.

    Args:
        file: the file of the source.
        name: the name of the results.
        generator: a translator.
        reading: how the file becomes a source.
        wanted: latent vectors, see `latents_of`.
        options: options of the command.

    Raises:
        UserError: it cannot be read, or the generator does not accept its size.
    """
    from ganforge.translating.sheet import thumbnail
    from ganforge.translating.sources import read_source
    from ganforge.translating.translation import translate_by

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}).") from None
    source = read_source(content, str(file), generator, reading)
    row = [thumbnail(source)]
    for index, (suffix, latent) in enumerate(wanted.items()):
        try:
            result = translate_by(generator, source, latent, options.tile)
        except UserError as error:
            raise UserError(f"{file} cannot be translated: {error}") from None
        generator.signal.each(result[None], [f"{name}{suffix}"], options.out)
        if index < MOST_COLUMNS:
            row.append(thumbnail(result))
    return row
