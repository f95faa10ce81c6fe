"""What sets this family apart from the others."""

import pytest
import torch

from ganforge.networks.build import build_discriminator, build_generator
from tests.specs import spec


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 33, 47), (1, 4096), (1, 16, 32, 32)], ids=str)
def test_refinement_adds_a_convolution_that_learns(shape):
    torch.manual_seed(0)
    plain, refined = (spec("dcgan", shape, width=8, refinement=refinement) for refinement in (False, True))
    generator = build_generator(refined)
    added = set(dict(generator.named_parameters())) - set(dict(build_generator(plain).named_parameters()))
    build_discriminator(refined)(generator(torch.randn(4, 4))).sum().backward()
    assert len(added) == 3  # a convolution without bias, and batch norm
    assert all(generator.get_parameter(name).grad.abs().max() > 0 for name in added)
    assert generator(torch.randn(2, 4)).shape == (2, *shape)
