"""The kernel distance against the sum over all pairs, and against torchmetrics."""

import numpy as np
import pytest
import torch
from torch import nn
from torchmetrics.image.kid import KernelInceptionDistance

from ganforge.evaluation import kernel
from ganforge.evaluation.kernel import KernelReference


class Given(nn.Module):
    """Features that are handed in as images."""

    num_features = 6

    def forward(self, x):
        return x.flatten(1)


def clouds():
    random = np.random.default_rng(0)
    return (
        random.normal(size=(40, 6)).astype(np.float32),
        random.normal(0.3, 1.2, size=(40, 6)).astype(np.float32),
    )


@pytest.mark.parametrize("block", [100, 20_000_000])
def test_it_is_the_mean_over_all_pairs(monkeypatch, block):
    monkeypatch.setattr(kernel, "BLOCK_ENTRIES", block)
    real, fake = (cloud.astype(np.float64) for cloud in clouds())

    def mean(one, other, same):
        values = [(x @ y / 6 + 1) ** 3 for i, x in enumerate(one) for j, y in enumerate(other) if not (same and i == j)]
        return np.mean(values)

    expected = mean(real, real, True) + mean(fake, fake, True) - 2 * mean(real, fake, False)
    assert KernelReference(clouds()[0]).distance(clouds()[1]) == pytest.approx(expected, rel=1e-4)


def test_it_is_that_of_torchmetrics_where_a_subset_is_everything():
    real, fake = clouds()
    metric = KernelInceptionDistance(Given(), subsets=1, subset_size=40, normalize=True)
    metric.real_features, metric.fake_features = [torch.from_numpy(real)], [torch.from_numpy(fake)]
    expected, _ = metric.compute()
    assert KernelReference(real).distance(fake) == pytest.approx(float(expected), rel=1e-4)


def test_it_is_nought_on_average_for_equal_distributions():
    random = np.random.default_rng(1)

    def draw(count):
        return random.normal(size=(count, 6)).astype(np.float32)

    distances = [KernelReference(draw(200)).distance(draw(50)) for _ in range(40)]
    assert abs(np.mean(distances)) < 2 * np.std(distances) / 40**0.5
