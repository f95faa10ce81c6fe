"""What generators share that draw from latent vectors."""

import pytest
import torch

from ganforge.networks.build import build_generator
from tests.specs import FAMILIES, labels, spec


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", ["mlp", "dcgan", "resnet"])
def test_on_the_sphere_samples_have_latents_of_one_length_and_training_has_all_lengths(name, classes):
    torch.manual_seed(0)
    generator = build_generator(spec(name, classes=classes, latent_dim=9, sampling="sphere"))
    latents = torch.randn(5, 9)
    condition = {"labels": torch.tensor([0, 1, 2, 0, 1])} if classes else {}
    assert torch.equal(generator.encode(latents, condition)[:, :9], latents)
    code = generator.eval().encode(latents, condition)
    along = torch.nn.functional.cosine_similarity(code[:, :9], latents)
    assert torch.allclose(code[:, :9].square().sum(1), torch.tensor(9.0))
    assert torch.allclose(along, torch.tensor(1.0))
    samples = generator(latents, condition)
    assert torch.allclose(generator(3 * latents, condition), samples, atol=1e-5)
    assert not torch.allclose(generator(-latents, condition), samples, atol=1e-3)
    if classes:
        assert torch.equal(code[:, 9:], generator.input.embedding(condition))


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_signal_is_made_of_a_code_that_the_first_layer_multiplies(name, classes):
    torch.manual_seed(0)
    generator = build_generator(spec(name, (1, 9, 12), classes)).eval()
    condition = labels(classes).draw(0, 5)
    condition = {column: torch.from_numpy(rows) for column, rows in condition.items()}
    latents = torch.randn(5, 4)
    code = generator.encode(latents, condition)
    assert torch.equal(generator.synthesise(code), generator(latents, condition))
    assert generator.first_weight().shape[1] == code.shape[1]
