"""Inception v3, trained on ImageNet, with the weights of torchvision.

Szegedy et al. 2016, https://arxiv.org/abs/1512.00567. Its distances are not FID, which uses other weights, see
`ganforge.evaluation.inception`.
"""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import URLError

from torch import Tensor, nn

from ganforge.errors import UserError

BEHIND = ("AuxLogits", "avgpool", "dropout", "fc")  # layers after the last level
LOOKED_AT = ("Conv2d_4a_3x3", "Mixed_5d", "Mixed_6e", "Mixed_7c")


class Inception(nn.Module):
    """The feature levels of Inception v3.

    Attributes:
        name: name in params.yaml.
        batch: pictures in a batch.
        channels: channels of the last level.
        side: side in pixels to which pictures are resized.
        least: least side in pixels.
    """

    name = "inception"
    batch = 20
    channels = 2048
    side = 299
    least = 75

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import Inception3  # takes a second, and most extractors do not need it

        network = Inception3(aux_logits=False, init_weights=False)
        self.layers = nn.ModuleDict({name: layer for name, layer in network.named_children() if name not in BEHIND})

    def activations(self, x: Tensor) -> list[Tensor]:
        """Outputs of some layers for pictures (batch, 3, height, width) in -1..1, red first; from fine to coarse."""
        levels = []
        for name, layer in self.layers.items():
            x = layer(x)
            if name in LOOKED_AT:
                levels.append(x)
        return levels


def fetch_inception() -> Inception:
    """The network with its weights, which torch.hub stores.

    Raises:
        UserError: the weights cannot be downloaded.
    """
    from torchvision.models import Inception_V3_Weights

    try:
        weights = Inception_V3_Weights.IMAGENET1K_V1.get_state_dict(check_hash=True, weights_only=True)
    except (URLError, HTTPException, RuntimeError) as error:
        raise UserError(
            f"the weights of Inception cannot be downloaded ({error}); try again with a connection, copy "
            f"{Inception_V3_Weights.IMAGENET1K_V1.url} into torch.hub's folder of checkpoints, or set "
            "extractor.name to squeezenet or classifier."
        ) from error
    network = Inception()
    layers = {f"layers.{name}": tensor for name, tensor in weights.items() if not name.startswith(BEHIND)}
    network.load_state_dict(layers)
    return network
