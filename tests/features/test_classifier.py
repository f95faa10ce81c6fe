"""The network that features are taken from."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from ganforge.features.classifier import (
    FEATURES,
    Classifier,
    build_classifier,
    fit,
    train_classifier,
    untrained_classifier,
)
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal, StackedImageSignal
from ganforge.training.batches import Order, ResidentBatches
from tests.handwritten import splits

CPU = torch.device("cpu")
DIGIT = ImageSignal((1, 8, 8))
SHAPES = [
    *((1, length) for length in (8, 30, 256, 257, 1000, 4096, 16384)),
    (27, 16),
    *((channels, length, length) for length in (8, 28, 64, 128) for channels in (1, 3)),
    (1, 33, 47),
    (1, 1, 128),
    (2, 80, 200),
    (1, 8, 8, 8),
    (1, 16, 32, 32),
    (3, 5, 24, 40),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_features_and_logits_of_every_shape_are_of_one_size_and_the_dense_layer_is_small(shape):
    torch.manual_seed(0)
    classifier = Classifier(shape, 7)
    features, logits = classifier(torch.rand(2, *shape))
    assert features.shape == (2, FEATURES)
    assert logits.shape == (2, 7)
    (features.sum() + logits.sum()).backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in classifier.parameters())
    dense = classifier.features[1]
    assert dense.in_features <= 64 * 4 ** (len(shape) - 1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_activations_go_from_fine_to_coarse_at_several_depths(shape):
    classifier = Classifier(shape, 0).eval()
    levels = classifier.activations(torch.rand(2, *shape))
    assert len(levels) >= 3
    sizes = [math.prod(shape[1:]), *(math.prod(level.shape[2:]) for level in levels)]
    assert all(fine > coarse or fine == 1 for fine, coarse in pairwise(sizes))
    assert [level.shape[1] for level in levels[:4]] == [16, 32, 64, 64][: len(levels)]
    assert max(levels[-1].shape[2:]) <= 4


def test_the_features_are_made_of_the_last_activations():
    torch.manual_seed(0)
    classifier = Classifier((3, 16, 24), 5).eval()
    x = torch.rand(4, 3, 16, 24)
    features, logits = classifier(x)
    assert torch.equal(classifier.features(classifier.activations(x)[-1]), features)
    assert torch.equal(classifier.classify(features), logits)


@pytest.mark.parametrize(
    ("signal", "classes", "of_view"),
    [(DIGIT, 10, 10), (DIGIT, 0, 0), (StackedImageSignal((3, 8, 8)), 1000, 10), (StackedImageSignal((3, 8, 8)), 0, 0)],
)
def test_the_classes_of_a_view_are_the_root_of_those_of_a_signal(signal, classes, of_view):
    classifier = build_classifier(signal, classes)
    assert classifier.classes == of_view
    assert classifier(torch.rand(2, *signal.view_shape))[1].shape == (2, max(1, of_view))


def test_it_learns_to_tell_digits_and_reports_its_progress():
    digits, shown = splits(), []
    classifier = train_classifier(digits["train"], DIGIT, 10, 15_000, 0, CPU, shown.append).eval()
    assert shown == [128 * step for step in range(1, 15_000 // 128 + 1)]
    with torch.inference_mode():
        _, logits = classifier(DIGIT.presented(digits["test"].signal, CPU))
    assert np.mean(logits.argmax(1).numpy() == digits["test"].labels) > 0.95


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    train = splits()["train"].rows(np.arange(400))
    one, two, three = (
        train_classifier(train, DIGIT, 10, 1000, seed, CPU, lambda _: None).state_dict() for seed in (0, 0, 1)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], three[name]) for name in one)


def test_progress_counts_views(stacks):
    shown = []
    train_classifier(stacks["train"], StackedImageSignal((3, 8, 8)), 1000, 1000, 0, CPU, shown.append)
    assert shown == [126 * step for step in range(1, 8)]  # 42 signals of three views


@pytest.mark.parametrize("count", [2, 5, 127])
def test_fewer_signals_than_a_batch_holds_suffice(count):
    train = splits()["train"].rows(np.arange(count))
    classifier = train_classifier(train, DIGIT, 10, 300, 0, CPU, lambda _: None)
    assert all(torch.isfinite(tensor).all() for tensor in classifier.state_dict().values())


def test_it_can_be_fitted_to_batches_of_ones_own():
    """As those of a mixture of real and generated signals are."""
    signals = np.zeros((64, 1, 8, 8), np.uint8)
    signals[32:, :, :4] = 255
    train = Split.of(signals, np.repeat([0, 1], 32))
    columns = {name: torch.from_numpy(column) for name, column in train.columns.items()}
    classifier = fit(ResidentBatches(columns, Order(64, 16, 0)), 16, DIGIT, 2, 1600, 0, CPU, lambda _: None).eval()
    with torch.inference_mode():
        _, logits = classifier(DIGIT.presented(signals, CPU))
    assert logits.argmax(1).tolist() == train.labels.tolist()


def test_an_untrained_one_has_the_statistics_of_the_data_and_follows_from_the_seed():
    signals = splits()["train"].signal
    one, two, three = (untrained_classifier(signals, DIGIT, seed, CPU) for seed in (0, 0, 1))
    with torch.inference_mode():
        inputs = one.levels[0].convolution(DIGIT.presented(np.array(signals), CPU))
    assert torch.allclose(one.levels[0].normalise.running_mean, inputs.mean((0, 2, 3)), atol=0.01)
    assert all(torch.equal(tensor, two.state_dict()[name]) for name, tensor in one.state_dict().items())
    assert not torch.equal(one.levels[0].convolution.weight, three.levels[0].convolution.weight)
