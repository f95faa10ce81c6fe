"""Exports the generator to files for other programs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.storage import CONFIG, WEIGHTS
from ganforge.networks.translation import Translator
from ganforge.prepared.columns import LATENTS, SOURCE, Arrays

ONNX, TORCH = "generator.onnx", "generator.pt2"
SAMPLES = "samples"
EXAMPLE = 5, 6  # rows and columns at the coarsest level of a translator during export


class Exported(nn.Module):
    """A generator that takes the stored columns of its condition as separate arguments.

    Args:
        generator: see `Generator`.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator, self.condition = generator.module, generator.condition

    def forward(self, latents: Tensor, *columns: Tensor) -> Tensor:
        """(batch, latent_dim) float32 and columns (batch, *shape) to signals as networks see them."""
        asked = dict(zip(self.condition.columns, columns, strict=True))
        samples: Tensor = self.generator(latents, self.condition.present(asked))
        return samples


def export_onnx(folder: Path, out: Path) -> Path:
    """Writes the network of the generator in ``folder`` as ``out/generator.onnx``, with its config.json.

    Inputs: ``latents`` (batch, latent_dim) float32, standard normal; and the stored columns of the condition, if there
    is one: ``labels`` (batch,) int64, ``tokens`` (batch, length) int32, ``source`` (batch, *shape).
    Output: ``samples`` (batch, *shape) float32 as networks see them; for images -1 to 1, and (x + 1) * 127.5, rounded,
    gives pixels. The network of a translator takes sources of any height and width that are multiples of
    `Translator.multiple`, and returns pictures of the same size.

    Raises:
        UserError: there is no generator, or the extra ``onnx`` is not installed.
    """
    if any(find_spec(needed) is None for needed in ("onnx", "onnxscript")):
        raise UserError("export to ONNX needs the extra onnx: run `.venv/bin/pip install 'ganforge[onnx]'`.")
    generator = Generator.load(folder)
    inputs = example_inputs(generator)
    program = torch.onnx.export(
        Exported(generator),
        tuple(inputs.values()),
        input_names=list(inputs),
        output_names=[SAMPLES],
        dynamic_shapes=_dynamic(generator, inputs),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    _beside(folder, out)
    program.save(out / ONNX)
    return out / ONNX


def export_torch(folder: Path, out: Path) -> Path:
    """Writes the network as ``out/generator.pt2``, a program of `torch.export`; inputs and output as in ONNX.

    Raises:
        UserError: there is no generator.
    """
    generator = Generator.load(folder)
    inputs = example_inputs(generator)
    program = torch.export.export(
        Exported(generator), tuple(inputs.values()), dynamic_shapes=_dynamic(generator, inputs)
    )
    _beside(folder, out)
    torch.export.save(program, out / TORCH)
    return out / TORCH


def export_huggingface(folder: Path, out: Path, card: str) -> Path:
    """Writes weights, configuration and ``card`` as a folder that the Hugging Face hub accepts."""
    generator = Generator.load(folder)
    _beside(folder, out)
    shutil.copyfile(folder / WEIGHTS, out / WEIGHTS)
    head = f"---\nlibrary_name: ganforge\ntags:\n- gan\n- {generator.signal.kind}-generation\n---\n\n"
    (out / "README.md").write_text(head + card, encoding="utf-8")
    return out


def example_inputs(generator: Generator) -> Mapping[str, Tensor]:
    """Inputs of `Exported` by name, for two samples."""
    condition = generator.condition
    blank = _resized(generator, condition.blank(2))
    columns = {name: torch.from_numpy(blank[name]) for name in condition.columns}
    return {LATENTS: torch.zeros(2, generator.spec.latent_dim), **columns}


def _resized(generator: Generator, blank: Arrays) -> Arrays:
    """Sources of a translator whose axes all differ in length, and which need no padding."""
    if not isinstance(generator.module, Translator):
        return blank
    height, width = EXAMPLE[0] * generator.module.multiple, EXAMPLE[1] * generator.module.multiple
    batch, channels = blank[SOURCE].shape[:2]
    return {**blank, SOURCE: np.zeros((batch, channels, height, width), blank[SOURCE].dtype)}


def _dynamic(generator: Generator, inputs: Mapping[str, Tensor]) -> tuple[Any, ...]:
    """The axes of ``latents, *columns`` that may have any length, in the format of the exporters."""
    batch, columns = {0: torch.export.Dim("batch", min=1)}, len(inputs) - 1
    if isinstance(generator.module, Translator):
        height, width = (generator.module.multiple * torch.export.Dim(name, min=1) for name in ("rows", "columns"))
        return (batch, ({**batch, 2: height, 3: width}, *[batch] * (columns - 1)))
    return (batch, (batch,) * columns) if columns else (batch,)


def _beside(folder: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / CONFIG, out / CONFIG)
