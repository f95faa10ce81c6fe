"""Two translators, there and back, that are trained together."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors

THERE, BACK = "there", "back"


class TwoWay(nn.Module):
    """G(latents, source) -> signal, together with the translator back.

    Args:
        there: translates sources into signals.
        back: translates signals into sources.
    """

    def __init__(self, there: nn.Module, back: nn.Module) -> None:
        super().__init__()
        self.there, self.back = there, back

    def forward(self, latents: Tensor, condition: Tensors) -> Tensor:
        """Translates sources into signals."""
        signal: Tensor = self.there(latents, condition)
        return signal


def one_way(weights: Mapping[str, Tensor], way: str) -> dict[str, Tensor]:
    """The weights of one of the two; empty if they are not those of a `TwoWay`."""
    if not all(name.startswith((f"{THERE}.", f"{BACK}.")) for name in weights):
        return {}
    return {name.removeprefix(f"{way}."): weight for name, weight in weights.items() if name.startswith(f"{way}.")}
