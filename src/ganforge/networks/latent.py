"""Generators from a latent vector: latent vector -> code -> signal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.spec import NetworkSpec

NOTHING: Mapping[str, Tensor] = {}
"""The condition of an unconditional network."""


class LatentGenerator(nn.Module):
    """bound(unbounded(encode(latents, condition))), where the signal defines ``bound``.

    The code can be edited: in style-based networks it is the style w, in all others the latent vector, followed by the
    vector of the condition if there is one.

    Attributes:
        space: name of the space of its codes in papers, ``w`` or ``z``.
        one_length: whether all latent vectors are first normalised to one length, also in training.
        input: appends the vector of the condition to the latent vector. Style-based networks override `encode`
            instead.

    Args:
        spec: description of the network.
    """

    space: ClassVar[str] = "z"
    one_length: ClassVar[bool] = False
    input: nn.Module

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.bound = spec.signal.output

    @property
    def can_truncate(self) -> bool:
        """Whether its codes can be moved towards a mean; they cannot if all latent vectors have one length."""
        return not self.one_length

    def encode(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, entries of a code)."""
        code: Tensor = self.input(latents, condition)
        return code

    @abstractmethod
    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape), unbounded."""

    @abstractmethod
    def first_weight(self) -> Tensor:
        """The weight of the first layer, (outputs, entries of a code)."""

    def synthesise(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        return self.bound(self.unbounded(code))

    def forward(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, *shape)."""
        return self.synthesise(self.encode(latents, condition))
