"""The generator as files that other programs read."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.storage import CONFIG, WEIGHTS

ONNX, TORCH = "generator.onnx", "generator.pt2"
LATENTS, LABELS, SAMPLES = "latents", "labels", "samples"


def export_onnx(folder: Path, out: Path) -> Path:
    """Writes the network of the generator in ``folder`` as ``out/generator.onnx``, its config.json beside it.

    Inputs: ``latents`` (batch, latent_dim) float32, standard normal; ``labels`` (batch,) int64, where there are any.
    Output: ``samples`` (batch, *shape) float32 in [-1, 1]; (x + 1) * 127.5, rounded, gives pixels.

    Raises:
        UserError: there is no generator, or the extra ``onnx`` is not installed.
    """
    if any(find_spec(needed) is None for needed in ("onnx", "onnxscript")):
        raise UserError("export to ONNX needs the extra onnx: run `.venv/bin/pip install 'ganforge[onnx]'`.")
    generator = Generator.load(folder)
    inputs, dynamic = _example(generator)
    program = torch.onnx.export(
        generator.module,
        tuple(inputs.values()),
        input_names=list(inputs),
        output_names=[SAMPLES],
        dynamic_shapes=tuple(dynamic.values()),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    _beside(folder, out)
    program.save(out / ONNX)
    return out / ONNX


def export_torch(folder: Path, out: Path) -> Path:
    """Writes the network as ``out/generator.pt2``, a program of `torch.export`; inputs and output as for ONNX.

    Raises:
        UserError: there is no generator.
    """
    generator = Generator.load(folder)
    inputs, dynamic = _example(generator)
    program = torch.export.export(generator.module, tuple(inputs.values()), dynamic_shapes=tuple(dynamic.values()))
    _beside(folder, out)
    torch.export.save(program, out / TORCH)
    return out / TORCH


def export_huggingface(folder: Path, out: Path, card: str) -> Path:
    """Writes weights, configuration and ``card`` as a folder that the Hugging Face hub takes as it is."""
    generator = Generator.load(folder)
    _beside(folder, out)
    shutil.copyfile(folder / WEIGHTS, out / WEIGHTS)
    head = f"---\nlibrary_name: ganforge\ntags:\n- gan\n- {generator.config.signal}-generation\n---\n\n"
    (out / "README.md").write_text(head + card, encoding="utf-8")
    return out


def _example(generator: Generator) -> tuple[dict[str, Tensor], dict[str, dict[int, Any]]]:
    """Inputs of the network by name, and which of their axes may have any length."""
    inputs = {LATENTS: torch.zeros(2, generator.config.network.latent_dim)}
    if generator.classes:
        inputs[LABELS] = torch.zeros(2, dtype=torch.int64)
    batch = torch.export.Dim("batch", min=1)
    return inputs, {name: {0: batch} for name in inputs}


def _beside(folder: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / CONFIG, out / CONFIG)
