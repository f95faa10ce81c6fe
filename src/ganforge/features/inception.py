"""Inception v3, trained on ImageNet, with the weights of torchvision.

Szegedy et al. 2016, https://arxiv.org/abs/1512.00567. Its distances are no FID: that is computed with weights of its
own, see `ganforge.evaluation.inception`.
"""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import URLError

from torch import Tensor, nn

from ganforge.errors import UserError

BEHIND = ("AuxLogits", "avgpool", "dropout", "fc")  # what comes after the last level
LOOKED_AT = ("Conv2d_4a_3x3", "Mixed_5d", "Mixed_6e", "Mixed_7c")


class Inception(nn.Module):
    """What it sees in pictures.

    Attributes:
        name: as in params.yaml.
        batch: pictures that it looks at together.
        channels: of the last level.
        side: in pixels, that pictures are brought to.
        least: that a side has.
    """

    name = "inception"
    batch = 20
    channels = 2048
    side = 299
    least = 75

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import Inception3  # takes a second, and most extractors do without

        network = Inception3(aux_logits=False, init_weights=False)
        self.layers = nn.ModuleDict({name: layer for name, layer in network.named_children() if name not in BEHIND})

    def activations(self, x: Tensor) -> list[Tensor]:
        """What some layers make of pictures (batch, 3, height, width) in -1..1, red first; from fine to coarse."""
        levels = []
        for name, layer in self.layers.items():
            x = layer(x)
            if name in LOOKED_AT:
                levels.append(x)
        return levels


def fetch_inception() -> Inception:
    """The network with its weights, which torch.hub keeps.

    Raises:
        UserError: they cannot be had.
    """
    from torchvision.models import Inception_V3_Weights

    try:
        weights = Inception_V3_Weights.IMAGENET1K_V1.get_state_dict(check_hash=True, weights_only=True)
    except (URLError, HTTPException, RuntimeError) as error:
        raise UserError(
            f"the weights of Inception cannot be downloaded ({error}); try again where there is a network, put what "
            f"{Inception_V3_Weights.IMAGENET1K_V1.url} holds into torch.hub's folder of checkpoints, or set "
            "extractor.name to squeezenet or classifier."
        ) from error
    network = Inception()
    layers = {f"layers.{name}": tensor for name, tensor in weights.items() if not name.startswith(BEHIND)}
    network.load_state_dict(layers)
    return network
