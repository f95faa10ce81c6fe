"""The ends that generators share."""

import numpy as np
import pytest
import torch

from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.latent import saturate


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


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", ["mlp", "dcgan", "resnet"])
def test_on_the_sphere_samples_have_latents_of_one_length_and_training_has_all_lengths(name, classes):
    torch.manual_seed(0)
    generator = build_generator(NetworkSpec(name, (1, 8, 8), classes, latent_dim=9, width=4, sphere=True))
    latents = torch.randn(5, 9)
    labels = torch.tensor([0, 1, 2, 0, 1]) if classes else None
    assert torch.equal(generator.encode(latents, labels)[:, :9], latents)
    code = generator.eval().encode(latents, labels)
    along = torch.nn.functional.cosine_similarity(code[:, :9], latents)
    assert torch.allclose(code[:, :9].square().sum(1), torch.tensor(9.0))
    assert torch.allclose(along, torch.tensor(1.0))
    samples = generator(latents, labels)
    assert torch.allclose(generator(3 * latents, labels), samples, atol=1e-5)
    assert not torch.allclose(generator(-latents, labels), samples, atol=1e-3)
    if classes:
        assert torch.equal(code[:, 9:], generator.input.embedding(labels))
