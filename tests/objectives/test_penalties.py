"""The gradient penalty against finite differences, in float64."""

import torch

from ganforge.objectives.penalties import squared_gradient_norm


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1)).double()


def numeric_norms(module, x, step=1e-6):
    """Squared norm of the gradient of every score by central differences."""
    squares = torch.zeros(len(x), dtype=torch.float64)
    for column in range(x.shape[1]):
        shift = torch.zeros_like(x)
        shift[:, column] = step
        with torch.no_grad():
            squares += ((module(x + shift) - module(x - shift))[:, 0] / (2 * step)).square()
    return squares


def test_norms_are_those_of_finite_differences():
    module, x = network(), torch.randn(4, 5, dtype=torch.float64)
    inputs = x.clone().requires_grad_()
    norms = squared_gradient_norm(module(inputs)[:, 0], inputs)
    assert torch.allclose(norms, numeric_norms(module, x), rtol=1e-6)


def test_the_penalty_is_differentiable_in_the_weights():
    module, x = network(), torch.randn(4, 5, dtype=torch.float64)
    inputs = x.clone().requires_grad_()
    squared_gradient_norm(module(inputs)[:, 0], inputs).mean().backward()
    analytic = float(module[0].weight.grad[2, 3])
    with torch.no_grad():
        step = 1e-5
        module[0].weight[2, 3] += step
        above = numeric_norms(module, x).mean()
        module[0].weight[2, 3] -= 2 * step
        below = numeric_norms(module, x).mean()
    assert abs(analytic - float((above - below) / (2 * step))) < 1e-4 * abs(analytic) + 1e-7
