"""Gradient penalties against finite differences, in float64."""

import torch

from ganforge.objectives.penalties import between, distance_from_unit_norm, squared_gradient_norms


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


def numeric_derivative(module, value, step=1e-5):
    """Of ``value()`` by one weight of the first layer, by central differences."""
    with torch.no_grad():
        module[0].weight[2, 3] += step
        above = value()
        module[0].weight[2, 3] -= 2 * step
        below = value()
        module[0].weight[2, 3] += step
    return float((above - below) / (2 * step))


def test_norms_are_those_of_finite_differences():
    module, x, y = network(), torch.randn(4, 5, dtype=torch.float64), torch.randn(3, 5, dtype=torch.float64)
    one, two = x.clone().requires_grad_(), y.clone().requires_grad_()
    norms = squared_gradient_norms(module(torch.cat([one, two]))[:, 0], one, two)
    assert torch.allclose(norms[0], numeric_norms(module, x), rtol=1e-6)
    assert torch.allclose(norms[1], numeric_norms(module, y), rtol=1e-6)


def test_the_penalty_is_differentiable_in_the_weights():
    module, x = network(), torch.randn(4, 5, dtype=torch.float64)
    inputs = x.clone().requires_grad_()
    squared_gradient_norms(module(inputs)[:, 0], inputs)[0].mean().backward()
    numeric = numeric_derivative(module, lambda: numeric_norms(module, x).mean())
    assert abs(float(module[0].weight.grad[2, 3]) - numeric) < 1e-4 * abs(numeric) + 1e-7


def test_the_wgan_penalty_is_zero_at_unit_norm_and_grows_as_a_square():
    norms = torch.tensor([0.0, 1.0, 4.0, 9.0], dtype=torch.float64)
    assert torch.allclose(distance_from_unit_norm(norms), torch.tensor([1.0, 0.0, 1.0, 4.0], dtype=torch.float64))


def test_the_wgan_penalty_is_differentiable_in_the_weights():
    module, x = network(), torch.randn(4, 5, dtype=torch.float64)
    inputs = x.clone().requires_grad_()
    distance_from_unit_norm(squared_gradient_norms(module(inputs)[:, 0], inputs)[0]).mean().backward()
    numeric = numeric_derivative(module, lambda: (numeric_norms(module, x).sqrt() - 1).square().mean())
    assert abs(float(module[0].weight.grad[2, 3]) - numeric) < 1e-4 * abs(numeric) + 1e-7


def test_points_between_lie_on_the_line_and_each_sample_has_its_own_share():
    real, fake = torch.zeros(1000, 2, 3), torch.ones(1000, 2, 3)
    torch.manual_seed(0)
    points = between(real, fake)
    shares = points[:, 0, 0]
    assert (points == shares[:, None, None]).all()
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert abs(float(shares.mean()) - 0.5) < 0.05
    assert len(shares.unique()) > 900


def test_of_several_scores_of_a_sample_the_mean_counts():
    x = torch.rand(3, 4, dtype=torch.float64, requires_grad=True)
    scores = (x**2).repeat_interleave(2, dim=1)  # eight patches, two of each square
    (squares,) = squared_gradient_norms(scores, x)
    expected = (2 * x.detach() / 4).square().sum(1)
    assert torch.allclose(squares, expected)
