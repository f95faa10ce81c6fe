"""``ganforge info``."""

from __future__ import annotations

import argparse

from ganforge.commands.generators import add_generator

NAME, HELP = "info", "what a trained generator is: its data, network, labels and size"
add = add_generator


def run(options: argparse.Namespace) -> None:
    """Prints what the generator's folder tells."""
    from ganforge.generator import Generator

    generator = Generator.load(options.generator)
    config = generator.config
    weights = sum(weight.numel() for weight in generator.module.parameters())
    sphere = " on a sphere" if config.network.sphere else ""
    told = {
        "Trained on": f"{config.dataset}, {config.images:,} images shown",
        "Draws": f"{config.signal}s of {' x '.join(map(str, generator.shape))}",
        "Labels": ", ".join(generator.classes) if generator.classes else "none: it was trained without",
        "Network": f"{config.network.name}, {weights:,} weights, latent vectors of {config.network.latent_dim}{sphere}",
    }
    for name, text in told.items():
        print(f"{name:12}{text}")
