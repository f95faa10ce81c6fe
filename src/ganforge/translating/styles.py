"""The style for a translator of many styles: by name, or from an example picture."""

from __future__ import annotations

import numpy as np
import torch

from ganforge.conditions.styled import StyledSource
from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.styled import StyledTranslator
from ganforge.prepared.columns import LABELS


def style_names(generator: Generator) -> tuple[str, ...]:
    """The names of its styles; empty if it has only one."""
    condition = generator.condition
    return condition.styles.names if isinstance(condition, StyledSource) else ()


@torch.inference_mode()
def named_style(generator: Generator, name: str, latents: np.ndarray) -> np.ndarray:
    """Draws styles of a name, one for each latent vector (N, latent_dim); float32 of the same shape.

    Raises:
        UserError: there is no style of that name.
    """
    names = style_names(generator)
    if name not in names:
        allowed = f"one of {', '.join(names)}" if names else "none, as it has a single style"
        raise UserError(f"the style is {name!r:.60}; allowed for this generator is {allowed}.")
    labels = torch.full((len(latents),), names.index(name), device=generator.device)
    given = torch.from_numpy(np.ascontiguousarray(latents, np.float32)).to(generator.device)
    style: np.ndarray = _network(generator).mapping(given, {LABELS: labels}).float().cpu().numpy()
    return style


@torch.inference_mode()
def style_of(generator: Generator, example: np.ndarray) -> np.ndarray:
    """The style of a picture, uint8 (C, height, width) of any size; float32 (latent_dim,).

    Raises:
        UserError: the generator has a single style.
    """
    shown = generator.signal.presented(np.array(example[None], order="C"), generator.device)
    style: np.ndarray = _network(generator).encoder(shown)[0].cpu().numpy()
    return style


def _network(generator: Generator) -> StyledTranslator:
    if not isinstance(generator.module, StyledTranslator):
        raise UserError(
            f"this generator of {generator.config.dataset} has a single style; allowed are generators that were "
            "trained with network.name styled."
        )
    return generator.module
