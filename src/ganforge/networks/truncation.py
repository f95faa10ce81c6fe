"""Truncation: more typical but less diverse samples."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.errors import UserError
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.sampling import STATISTICS_SEED, draw_latents
from ganforge.networks.spec import NetworkSpec

MEAN_OF = 1024  # styles whose mean is computed


class Truncated(nn.Module):
    """A generator whose latents are moved towards their mean.

    Networks with a style space: w' = mean(w) + truncation (w - mean(w)), where the mean is over styles of the same
    condition (Karras et al. 2018, https://arxiv.org/abs/1812.04948, appendix B). All others: z' = truncation z, a
    narrower normal distribution (Kingma & Dhariwal 2018, https://arxiv.org/abs/1807.03039, section 6.2, call it
    temperature), or a smaller sphere if the network samples on a sphere.

    Args:
        generator: the generator, in evaluation mode.
        spec: its description.
        truncation: 1 changes nothing, 0 leaves one sample for each condition.

    Raises:
        UserError: the network supports neither.
    """

    def __init__(self, generator: nn.Module, spec: NetworkSpec, truncation: float) -> None:
        super().__init__()
        if not 0 <= truncation <= 1:
            raise UserError(f"truncation is {truncation}; allowed is 0 to 1.")
        if not isinstance(generator, LatentGenerator) or not generator.can_truncate:
            raise UserError(
                f"truncation is {truncation}, but the network {spec.settings.name} scales all latents to the same "
                "length and cannot be truncated; allowed is 1."
            )
        self.generator, self.truncation, self.latent_dim = generator, truncation, spec.latent_dim
        self._known: dict[tuple[tuple[str, bytes], ...], Tensor] = {}

    def forward(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, *shape)."""
        return self.generator.synthesise(self.pull(self.generator.encode(latents, condition), condition))

    def pull(self, code: Tensor, condition: Tensors) -> Tensor:
        """Codes (batch, entries) moved towards the mean of their condition."""
        if self.generator.space == "z":
            latents, embedding = code[:, : self.latent_dim], code[:, self.latent_dim :]
            return torch.cat([self.truncation * latents, embedding], dim=1)
        return self._means(condition, len(code)).lerp(code, self.truncation)

    @torch.inference_mode()
    def _means(self, condition: Tensors, count: int) -> Tensor:
        """The mean style of the condition of each row, (count, latent_dim)."""
        if not condition:
            return self._mean(condition).expand(count, -1)
        rows = [{name: column[row] for name, column in condition.items()} for row in range(count)]
        return torch.cat([self._mean(row) for row in rows])

    def _mean(self, row: Tensors) -> Tensor:
        """The mean style of one condition, (1, latent_dim); computed once."""
        key = tuple((name, value.cpu().numpy().tobytes()) for name, value in row.items())
        if key not in self._known:
            asked = {name: value.expand(MEAN_OF, *value.shape) for name, value in row.items()}
            device = next(self.generator.parameters()).device
            latents = torch.from_numpy(draw_latents(STATISTICS_SEED, MEAN_OF, self.latent_dim)).to(device)
            self._known[key] = self.generator.encode(latents, asked).mean(0, keepdim=True)
        return self._known[key]
