"""The published weights of SqueezeNet."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.errors import UserError
from ganforge.features.squeezenet import BOOK, SqueezeNet, read_squeezenet
from tests.conftest import MIRROR

WEIGHTS = MIRROR / "squeezenet" / "compressed_SqueezeNet.net"
needs_weights = pytest.mark.skipif(not WEIGHTS.exists(), reason=f"needs {WEIGHTS}")
SEEN = {  # in scikit-learn's pictures
    "china.jpg": {"bell cote", "monastery", "stupa"},  # a temple with a bell-shaped roof
    "flower.jpg": {"sea urchin", "sea anemone", "daisy", "cardoon"},  # a dahlia, which ImageNet has no name for
}


def convolutions(network: SqueezeNet) -> list[nn.Conv2d]:
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]


def compress(network: SqueezeNet, book: np.ndarray) -> bytes:
    """A file as the authors wrote theirs: a zero has an entry, the first of the book, where 15 others precede it."""
    counts, bodies = [], []
    for layer in convolutions(network):
        weight, entries, gaps, gap = layer.weight.detach().numpy().ravel(), [], [], 0
        for value in weight:
            if value or gap == 15:
                entries.append(int(np.flatnonzero(book == value)[0]))
                gaps.append(gap)
                gap = 0
            else:
                gap += 1
        pairs = np.array([*gaps, 0][: len(gaps) + len(gaps) % 2], np.uint8).reshape(-1, 2)
        counts.append(len(entries))
        bodies += [
            book.tobytes(),
            layer.bias.detach().numpy().tobytes(),
            np.array(entries, np.uint8).tobytes(),
            (pairs[:, 0] | pairs[:, 1] << 4).tobytes(),
        ]
    return np.array(counts, np.uint32).tobytes() + b"".join(bodies)


@pytest.fixture(scope="module")
def sparse() -> tuple[SqueezeNet, np.ndarray]:
    """A network of which a tenth of the weights are entries of a book, and that book."""
    random = np.random.default_rng(0)
    book = np.concatenate([[0], random.normal(size=BOOK - 1)]).astype(np.float32)
    torch.manual_seed(0)
    network = SqueezeNet()
    with torch.no_grad():
        for layer in convolutions(network):
            entries = random.integers(1, BOOK, layer.weight.shape)
            entries[random.random(entries.shape) < 0.9] = 0
            layer.weight.copy_(torch.from_numpy(book[entries]))
    return network, book


def test_what_was_compressed_comes_back(sparse, tmp_path):
    network, book = sparse
    file = tmp_path / "weights"
    file.write_bytes(compress(network, book))
    read = read_squeezenet(file)
    assert all(torch.equal(tensor, read.state_dict()[name]) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("length", [0, 100, 50_000, 100_000])
def test_a_file_that_was_cut_short_is_refused(sparse, tmp_path, length):
    file = tmp_path / "weights"
    file.write_bytes(compress(*sparse)[:length])
    with pytest.raises(UserError, match=r"does not hold SqueezeNet's weights .*: delete it to download it again"):
        read_squeezenet(file)


@needs_weights
def test_it_sees_what_is_in_known_pictures():
    from sklearn.datasets import load_sample_images
    from torchvision.models._meta import _IMAGENET_CATEGORIES as NAMES

    network = read_squeezenet(WEIGHTS)
    pictures = load_sample_images()
    for file, pixels in zip(pictures.filenames, pictures.images, strict=True):
        square = torch.from_numpy(pixels[:, 106:533].copy()).movedim(2, 0)[None].float() / 127.5 - 1
        small = nn.functional.interpolate(square, (227, 227), mode="bilinear", antialias=True)
        with torch.inference_mode():
            first = {NAMES[index] for index in network(small)[0].topk(5).indices}
        assert first & SEEN[Path(file).name]
