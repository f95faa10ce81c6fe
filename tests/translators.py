"""Small random translators, and pictures for them."""

import io

import numpy as np
import torch
from PIL import Image
from pydantic import TypeAdapter

from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.conditions.styled import StyledSource
from ganforge.generator import Generator
from ganforge.networks.build import build_generator
from ganforge.networks.settings import NetworkSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.storage import GeneratorConfig, save_generator
from ganforge.signals.image import ImageSignal

OPTIONS = {"translator": {"blocks": 2}, "styled": {"blocks": 2}, "unet": {}}
STYLES = Labels(("ink", "oil"), (1, 1))
ABOUT = {
    "edges": {"derived": "edges", "strength": 0.2},
    "grey": {"derived": "grey"},
    "small": {"derived": "small", "strength": 2.0},
    "masked": {"derived": "masked", "strength": 0.5},
    None: {},
}


def translator_spec(name="translator", derived=None, source=(3, 32, 32), target=(3, 32, 32), **settings) -> NetworkSpec:
    """A network that makes pictures of pictures."""
    common = {"conditional": "auto", "latent_dim": 2, "width": 8, "discriminator_width": "same"}
    parsed = TypeAdapter(NetworkSettings).validate_python({"name": name, **common, **OPTIONS[name], **settings})
    sources = ImageSignal(source, ABOUT[derived])
    condition = StyledSource(sources, STYLES) if name == "styled" else Source(sources)
    return NetworkSpec(parsed, ImageSignal(target), condition)


def translator(name="translator", derived=None, **settings) -> Generator:
    """An untrained one whose weights are not those of a start, where much is zero."""
    spec = translator_spec(name, derived, **settings)
    torch.manual_seed(0)
    return Generator(varied(build_generator(spec)), GeneratorConfig(spec, "pairs", 640), torch.device("cpu"))


def varied(module):
    """The module in evaluation mode, with weights of which none is zero; those of equalised layers are as they were."""
    torch.manual_seed(0)
    for parameter in (parameter for name, parameter in module.named_parameters() if not name.startswith("mapping.")):
        torch.nn.init.normal_(parameter, std=0.3 if parameter.dim() < 2 else 1 / parameter[0].numel() ** 0.5)
    return module.eval()


def write_translator(folder, name="translator", derived=None, **settings):
    """Writes one into ``folder/models/generator``; returns ``folder``."""
    generator = translator(name, derived, **settings)
    save_generator(folder / "models" / "generator", generator.module, generator.config)
    return folder


def random_picture(channels, height, width):
    """uint8 (channels, height, width) with large and small shapes."""
    random = np.random.default_rng(0)
    coarse = random.integers(256, size=(channels, -(-height // 8), -(-width // 8)))
    fine = random.integers(-30, 30, size=(channels, height, width))
    return np.clip(coarse.repeat(8, 1).repeat(8, 2)[:, :height, :width] + fine, 0, 255).astype(np.uint8)


def file_of(picture, form="PNG"):
    """The content of a file with a picture (channels, height, width)."""
    content = io.BytesIO()
    array = picture[0] if len(picture) == 1 else np.moveaxis(picture, 0, -1)
    Image.fromarray(np.ascontiguousarray(array)).save(content, form)
    return content.getvalue()


def pixels_of(path):
    """The pixels of a file, (channels, height, width)."""
    with Image.open(path) as image:
        array = np.asarray(image)
    return array[None] if array.ndim == 2 else np.moveaxis(array, -1, 0)
