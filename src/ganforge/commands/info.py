"""``ganforge info``."""

from __future__ import annotations

import argparse

from ganforge.commands.generators import add_generator

NAME, HELP = "info", "describe a trained generator: its data, its conditions, network and size"
add = add_generator


def run(options: argparse.Namespace) -> None:
    """Prints what the generator's folder says."""
    from ganforge.generator import Generator

    generator = Generator.load(options.generator)
    config, spec, signal = generator.config, generator.spec, generator.signal
    weights = sum(weight.numel() for weight in generator.module.parameters())
    sphere = " on a sphere" if spec.settings.sphere else ""
    lines = {
        "Trained on": f"{config.dataset}, {config.images:,} {signal.plural} shown",
        "Draws": f"{signal.plural} of {' x '.join(map(str, signal.shape))}",
        "Asks for": generator.condition.summary(),
        "Network": f"{spec.settings.name}, {weights:,} weights, latent vectors of {spec.latent_dim}{sphere}",
    }
    for name, text in lines.items():
        print(f"{name:12}{text}")
