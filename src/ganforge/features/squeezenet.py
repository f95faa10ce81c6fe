"""SqueezeNet v1.0, trained on ImageNet, from 676 kB of published weights.

Iandola et al. 2016, https://arxiv.org/abs/1602.07360, compressed by Han et al. 2016, https://arxiv.org/abs/1510.00149:
weights of a layer are entries of a codebook of 256, most of them zero. The file has the number of nonzero entries of
each layer; then, layer by layer, the codebook, the biases, the entries as one byte each, and the runs of zeros between
them as half a byte each.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.errors import UserError

FIRES = {  # number: channels in, squeezed, and out of each half
    2: (96, 16, 64),
    3: (128, 16, 64),
    4: (128, 32, 128),
    5: (256, 32, 128),
    6: (256, 48, 192),
    7: (384, 48, 192),
    8: (384, 64, 256),
    9: (512, 64, 256),
}
CLASSES = 1000
BOOK = 256  # entries
MEAN = (104.0, 117.0, 123.0)  # blue, green, red, in 0..255
POOLED_BEFORE = (2, 5, 9)  # fires with pooling before them
LOOKED_AT = (2, 4, 8, 9)  # fires whose outputs are the levels


class Fire(nn.Module):
    """A squeezing convolution of kernel 1, then two side by side of kernels 1 and 3; ReLU after each."""

    def __init__(self, channels: int, squeezed: int, half: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1 = nn.Conv2d(squeezed, half, 1)
        self.expand3 = nn.Conv2d(squeezed, half, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to (batch, 2 * half, height, width)."""
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1(x), self.expand3(x)], 1).relu()


class SqueezeNet(nn.Module):
    """The feature levels of SqueezeNet, and the logits of ImageNet's classes.

    Attributes:
        name: name in params.yaml.
        batch: pictures in a batch.
        channels: channels of the last level.
        side: side in pixels to which pictures are resized. Features at 64 are worse on small sets; those at 128 take
            three times as long and are no better (docs/explanation/decisions/features_and_samples.md).
        least: least side in pixels, so that the last level has a position.
    """

    mean: Tensor
    name = "squeezenet"
    batch = 100
    channels = 2 * FIRES[9][2]
    side = 96
    least = 32

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, FIRES[2][0], 7, stride=2)
        self.fires = nn.ModuleDict({f"fire{number}": Fire(*channels) for number, channels in FIRES.items()})
        self.conv10 = nn.Conv2d(self.channels, CLASSES, 1)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)

    def activations(self, x: Tensor) -> list[Tensor]:
        """Outputs of some fires for pictures (batch, 3, height, width) in -1..1, red first; from fine to coarse."""
        x = self.conv1((x.flip(1) + 1) * 127.5 - self.mean).relu()
        levels = []
        for number in FIRES:
            x = self.fires[f"fire{number}"](self.pool(x) if number in POOLED_BEFORE else x)
            if number in LOOKED_AT:
                levels.append(x)
        return levels

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (batch, 3, height, width) in -1..1 to the logits of ImageNet's classes (batch, 1000)."""
        logits: Tensor = self.conv10(self.activations(x)[-1]).relu().mean((2, 3))
        return logits


def read_squeezenet(file: Path) -> SqueezeNet:
    """The network from its published file.

    Raises:
        UserError: the file is a different one.
    """
    network = SqueezeNet()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    try:
        reader = _Reader(file.read_bytes())
        counts = reader.take(np.uint32, len(layers))
        weights = [reader.layer(layer, int(count)) for layer, count in zip(layers, counts, strict=True)]
    except (ValueError, IndexError) as error:
        raise UserError(
            f"{file} does not hold SqueezeNet's weights ({error}): delete it to download it again."
        ) from error
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, weights, strict=True):
            layer.weight.copy_(weight)
            if layer.bias is not None:
                layer.bias.copy_(bias)
    return network


class _Reader:
    """Reads arrays from bytes, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, dtype: type[np.generic], count: int) -> np.ndarray:
        """The next ``count`` numbers."""
        array = np.frombuffer(self.content, dtype, count, self.place)
        self.place += array.nbytes
        return array

    def layer(self, layer: nn.Conv2d, count: int) -> tuple[Tensor, Tensor]:
        """Weight and bias of a layer with ``count`` nonzero weights."""
        book, bias = self.take(np.float32, BOOK), self.take(np.float32, layer.out_channels)
        entries, pairs = self.take(np.uint8, count), self.take(np.uint8, (count + 1) // 2)
        zeros_before = np.stack([pairs & 15, pairs >> 4], 1).reshape(-1)[:count].astype(np.int64)
        weight = np.zeros(layer.weight.numel(), np.float32)
        weight[np.cumsum(zeros_before + 1) - 1] = book[entries]
        return torch.from_numpy(weight).view_as(layer.weight), torch.from_numpy(bias.copy())
