"""A generator on disk: weights as safetensors, everything else as JSON; nothing that could run code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from ganforge.errors import UserError, first_line
from ganforge.files import write_durably, write_json
from ganforge.networks import LatentGenerator, NetworkSpec, build_generator
from ganforge.networks.weights import build_with

FORMAT = 3
STILL_READ = {2: ("mlp", "dcgan")}  # earlier formats, and the families that draw as they did then
WEIGHTS = "generator.safetensors"
CONFIG = "config.json"


@dataclass(frozen=True)
class GeneratorConfig:
    """What has to be known beside the weights.

    Attributes:
        network: the layers.
        signal: a key of `ganforge.signals.SIGNALS`.
        dataset: name of the data it was trained on.
        classes: names of the labels it can be asked for, empty if unconditional.
        class_counts: training items of each label.
        images: real images shown in training.
    """

    network: NetworkSpec
    signal: str
    dataset: str
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    images: int


def save_generator(folder: Path, module: nn.Module, config: GeneratorConfig) -> None:
    """Writes the weights and the configuration into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = save({name: tensor.cpu().contiguous() for name, tensor in module.state_dict().items()})
    write_durably(folder / WEIGHTS, weights)
    write_json(folder / CONFIG, {"format": FORMAT, **asdict(config)})


def load_generator(folder: Path) -> tuple[LatentGenerator, GeneratorConfig]:
    """The network, in evaluation mode on the CPU, and its configuration.

    Raises:
        UserError: a file is missing, damaged or of another format.
    """
    try:
        values = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        version, network = values.pop("format"), values.pop("network")
        if version != FORMAT and network["name"] not in STILL_READ.get(version, ()):
            raise UserError(f"{folder / CONFIG} is of another version of ganforge; train again, or use that version.")
        config = GeneratorConfig(
            network=NetworkSpec(**network | {"shape": tuple(network["shape"])}),
            **values | {key: tuple(values[key]) for key in ("classes", "class_counts")},
        )
        module = build_with(lambda: build_generator(config.network), load_file(folder / WEIGHTS))
    except FileNotFoundError as error:
        raise UserError(f"{error.filename or folder} does not exist: `make repro` makes it anew.") from None
    except (SafetensorError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        raise UserError(
            f"{folder} does not hold a generator ({first_line(error)}): `make repro` makes it anew."
        ) from error
    return module.eval(), config
