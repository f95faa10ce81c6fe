"""What all generators have in common: a code between their latent vector and their layers, which can be edited."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn


class LatentGenerator(nn.Module):
    """saturate(unbounded(encode(latents, labels))).

    The code of style-based networks is their style w; that of all others the latent vector beside the embedding of the
    label, if there is one.

    Attributes:
        input: puts the embedding of the label behind the latent vector. Style-based networks have none, and an `encode`
            of their own.
    """

    input: nn.Module

    def encode(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """(batch, latent_dim) and (batch,) labels to (batch, entries of a code)."""
        code: Tensor = self.input(latents, labels)
        return code

    @abstractmethod
    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape), whose numbers nothing bounds."""

    @abstractmethod
    def first_weight(self) -> Tensor:
        """The matrix that the first layer multiplies a code with, (outputs, entries of a code)."""

    def synthesise(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape) in [-1, 1]."""
        return saturate(self.unbounded(code))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """(batch, latent_dim) and (batch,) labels to (batch, *shape) in [-1, 1]."""
        return self.synthesise(self.encode(latents, labels))


def saturate(x: Tensor) -> Tensor:
    """Tanh that gets to black and white: stretched by a tenth and cut off at -1 and 1; any shape to the same.

    Plain tanh gets there slowly, while half of the pixels of digits are black: its samples have dark greys in their
    place, which features see although eyes do not. Cut off, since the discriminator could tell values beyond from real
    ones; where it is, there is no gradient.
    """
    return nn.functional.hardtanh(1.1 * x.tanh())  # as clamp, whose gradient takes five kernels
