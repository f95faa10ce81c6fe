"""The end that all generators share."""

import numpy as np
import torch

from ganforge.networks.code import saturate


def test_saturate_is_a_stretched_tanh_that_is_cut_off_and_has_its_gradient():
    x = torch.linspace(-4, 4, 33, dtype=torch.float64, requires_grad=True)
    y = saturate(x)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    stretched = 1.1 * np.tanh(x.detach().numpy())
    np.testing.assert_allclose(y.detach().numpy(), np.clip(stretched, -1, 1), rtol=1e-12)
    inside = np.abs(stretched) < 1
    assert 0 < inside.sum() < len(x)
    expected = np.where(inside, 1.1 * (1 - np.tanh(x.detach().numpy()) ** 2), 0)
    np.testing.assert_allclose(gradient.numpy(), expected, atol=1e-12)
