"""A generator where commands look for it."""

from pathlib import Path

from ganforge.networks.build import build_generator
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.storage import GeneratorConfig, save_generator


def write_generator(folder: Path, network: NetworkSpec) -> Path:
    """Writes an untrained one into ``folder/models/generator``; returns ``folder``."""
    save_generator(folder / "models" / "generator", build_generator(network), GeneratorConfig(network, "digits", 640))
    return folder
