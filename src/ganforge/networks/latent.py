"""Generators that draw from a latent vector: latent vector -> code -> signal."""

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
    """bound(unbounded(encode(latents, condition))), the last step being the signal's.

    The code can be edited: in style-based networks it is their style w, in all others the latent vector beside the
    vector of the condition, if there is one.

    Attributes:
        space: what papers call the space of its codes, ``w`` or ``z``.
        one_length: whether all latent vectors are brought to one length before anything else, in training as well.
        input: puts the vector of the condition behind the latent vector. Style-based networks have none, and an
            `encode` of their own.

    Args:
        spec: what it draws.
    """

    space: ClassVar[str] = "z"
    one_length: ClassVar[bool] = False
    input: nn.Module

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.bound = spec.signal.output

    @property
    def can_truncate(self) -> bool:
        """Whether its codes can be pulled to a mean: not where all latent vectors have one length."""
        return not self.one_length

    def encode(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, entries of a code)."""
        code: Tensor = self.input(latents, condition)
        return code

    @abstractmethod
    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape), whose numbers nothing bounds."""

    @abstractmethod
    def first_weight(self) -> Tensor:
        """The matrix that the first layer multiplies a code with, (outputs, entries of a code)."""

    def synthesise(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        return self.bound(self.unbounded(code))

    def forward(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, *shape)."""
        return self.synthesise(self.encode(latents, condition))
