"""Stores generators: weights as safetensors, everything else as JSON; neither can run code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from ganforge.conditions import condition_of
from ganforge.errors import UserError, first_line
from ganforge.files import write_durably, write_json
from ganforge.networks.build import build_generator
from ganforge.networks.settings import NetworkSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.weights import build_with
from ganforge.signals import signal_of

FORMAT = 4
STILL_READ = {2: ("mlp", "dcgan"), 3: None}  # earlier formats, and the families whose output is unchanged; None: all
KEYS = {"format", "dataset", "images", "network", "signal", "condition"}
DAMAGED = (
    *(SafetensorError, OSError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError),
    *(RuntimeError, MemoryError),
)
WEIGHTS = "generator.safetensors"
CONFIG = "config.json"


@dataclass(frozen=True)
class GeneratorConfig:
    """The configuration stored with the weights.

    Attributes:
        network: the layers, the signal and the condition.
        dataset: name of its training data.
        images: real signals shown in training.
    """

    network: NetworkSpec
    dataset: str
    images: int


def save_generator(folder: Path, module: nn.Module, config: GeneratorConfig) -> None:
    """Writes the weights and the configuration into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = save({name: tensor.cpu().contiguous() for name, tensor in module.state_dict().items()})
    write_durably(folder / WEIGHTS, weights)
    spec = config.network
    described = {
        "format": FORMAT,
        "dataset": config.dataset,
        "images": config.images,
        "network": spec.settings.model_dump(mode="json"),
        "signal": spec.signal.describe(),
        "condition": spec.condition.describe(),
    }
    write_json(folder / CONFIG, described)


def load_generator(folder: Path) -> tuple[nn.Module, GeneratorConfig]:
    """The network, in evaluation mode on the CPU, and its configuration.

    Raises:
        UserError: a file is missing, damaged or in another format.
    """
    try:
        config = _parse(json.loads((folder / CONFIG).read_text(encoding="utf-8")), folder / CONFIG)
        module = build_with(lambda: build_generator(config.network), load_file(folder / WEIGHTS))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename or folder} does not exist: run `make repro` to create it.") from None
    except DAMAGED as error:
        raise UserError(
            f"{folder} does not contain a generator ({_reason(error)}): run `make repro` to create it again."
        ) from error
    return module.eval(), config


def _parse(values: dict[str, Any], path: Path) -> GeneratorConfig:
    """Parses a configuration from `save_generator` of this or an earlier version.

    Raises:
        UserError: its version is not supported.
    """
    version = values["format"]
    if version in STILL_READ:
        families = STILL_READ[version]
        if families is None or values["network"]["name"] in families:
            values = _of_format_3(values)
            version = values["format"]
    if version != FORMAT:
        raise UserError(f"{path} comes from another version of ganforge; train again, or use that version.")
    unknown = set(values) - KEYS
    if unknown:
        raise ValueError(f"{min(unknown)!r} is not a known key")
    settings = TypeAdapter(NetworkSettings).validate_python(values["network"])
    spec = NetworkSpec(settings, signal_of(values["signal"]), condition_of(values["condition"]))
    return GeneratorConfig(spec, str(values["dataset"]), int(values["images"]))


def _of_format_3(values: dict[str, Any]) -> dict[str, Any]:
    """Converts the configuration of a generator of images, with or without labels, to this version."""
    network = values["network"]
    name = network["name"]
    settings = {"name": name, "conditional": "auto", "discriminator_width": "same"}
    settings |= {key: network[key] for key in ("latent_dim", "width")}
    if name in ("mlp", "dcgan", "resnet"):
        settings |= {
            "sampling": "sphere" if network.get("sphere") else "normal",
            "spectral_norm": network.get("spectral_norm", False),
        }
    if name in ("dcgan", "resnet"):
        settings["attention"] = network.get("attention", False)
    if name == "dcgan":
        settings["refinement"] = network.get("refinement", False)
    labels = {"kind": "labels", "names": values["classes"], "counts": values["class_counts"]}
    return {
        "format": FORMAT,
        "dataset": values["dataset"],
        "images": values["images"],
        "network": settings,
        "signal": {"kind": "image", "shape": network["shape"], "about": {}},
        "condition": labels if network["classes"] else {"kind": "none"},
    }


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
    return first_line(error)
