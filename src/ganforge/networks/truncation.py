"""Samples that are more typical, at the price of being more alike."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn

from ganforge.errors import UserError
from ganforge.networks import LatentGenerator, NetworkSpec
from ganforge.networks.equalised import NormalisedInput
from ganforge.networks.sampling import STATISTICS_SEED, draw_latents
from ganforge.networks.style import StyleGenerator

MEAN_OF = 1024  # styles that their mean is taken of


class Truncated(nn.Module):
    """A generator whose latents are pulled towards their mean.

    Networks with a style space: w' = mean(w) + truncation (w - mean(w)), the mean being that of the label's own styles
    (Karras et al. 2018, https://arxiv.org/abs/1812.04948, appendix B). All others: z' = truncation z, a normal
    distribution that is narrower (Kingma & Dhariwal 2018, https://arxiv.org/abs/1807.03039, section 6.2, call it
    temperature), or a smaller sphere where the network samples on one.

    Args:
        generator: in evaluation mode.
        spec: how it is built.
        truncation: 1 changes nothing, 0 leaves one sample for each label.

    Raises:
        UserError: the network has neither.
    """

    def __init__(self, generator: LatentGenerator, spec: NetworkSpec, truncation: float) -> None:
        super().__init__()
        if not 0 <= truncation <= 1:
            raise UserError(f"truncation is {truncation}; allowed is 0 to 1.")
        if not isinstance(generator, StyleGenerator) and any(
            isinstance(layer, NormalisedInput) for layer in generator.modules()
        ):
            raise UserError(
                f"truncation is {truncation}, but the network {spec.name} brings all latents to the same length, so "
                "that there is nothing to pull them to; allowed is 1."
            )
        self.generator, self.truncation, self.latent_dim = generator, truncation, spec.latent_dim
        self.means = _mean_styles(generator, spec) if isinstance(generator, StyleGenerator) else None

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """(batch, latent_dim) and (batch,) labels to (batch, *shape)."""
        return self.generator.synthesise(self.pull(self.generator.encode(latents, labels), labels))

    def pull(self, code: Tensor, labels: Tensor | None) -> Tensor:
        """Codes (batch, entries) of (batch,) labels nearer to their mean."""
        if self.means is None:
            latents, embedding = code[:, : self.latent_dim], code[:, self.latent_dim :]
            return torch.cat([self.truncation * latents, embedding], dim=1)
        mean = self.means[torch.zeros(len(code), dtype=torch.int64) if labels is None else labels]
        return mean.lerp(code, self.truncation)


@lru_cache(maxsize=1)  # of a generator that is asked again and again
@torch.inference_mode()
def _mean_styles(generator: StyleGenerator, spec: NetworkSpec) -> Tensor:
    """The mean style of each label, (classes, latent_dim); one row where there are no labels."""
    device = next(generator.parameters()).device
    latents = torch.from_numpy(draw_latents(STATISTICS_SEED, MEAN_OF, spec.latent_dim)).to(device)
    known = range(spec.classes)
    labels: list[Tensor | None] = [torch.full((MEAN_OF,), label, device=device) for label in known]
    return torch.stack([generator.mapping(latents, label).mean(0) for label in labels or [None]])
