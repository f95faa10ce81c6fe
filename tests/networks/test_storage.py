"""A generator on disk comes back as it was, and nothing else is taken for one."""

import pytest
import torch

from ganforge.errors import UserError
from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.storage import GeneratorConfig, load_generator, save_generator


@pytest.fixture
def config() -> GeneratorConfig:
    return GeneratorConfig(NetworkSpec("dcgan", (1, 8, 8), 2, 4, 8), "image", "digits", ("a", "b"), (3, 4), 640)


def test_weights_and_configuration_come_back(tmp_path, config):
    module = build_generator(config.network)
    save_generator(tmp_path, module, config)
    loaded, loaded_config = load_generator(tmp_path)
    assert loaded_config == config
    for name, tensor in module.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config.json", "generator.safetensors"]


def test_what_is_not_a_generator_is_refused_in_a_sentence(tmp_path, config):
    with pytest.raises(UserError, match="does not exist"):
        load_generator(tmp_path / "nowhere")
    save_generator(tmp_path, build_generator(config.network), config)
    (tmp_path / "generator.safetensors").write_bytes(b"\x80\x04not weights")
    with pytest.raises(UserError, match="does not hold a generator"):
        load_generator(tmp_path)
