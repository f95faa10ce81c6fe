"""A generator on disk comes back as it was, and nothing else is taken for one."""

import subprocess
import sys

import pytest
import torch

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.errors import UserError
from ganforge.networks.build import build_generator
from ganforge.networks.storage import GeneratorConfig, load_generator, save_generator
from ganforge.signals.image import StackedImageSignal
from tests.project import ROOT
from tests.specs import FAMILIES, spec

CONDITIONS = (Unconditional(), Labels(("a", "b"), (3, 4)), Captions(("", "red", "dot"), 3))


@pytest.fixture
def config() -> GeneratorConfig:
    return GeneratorConfig(spec(width=8, condition=Labels(("a", "b"), (3, 4))), "digits", 640)


def test_weights_and_configuration_come_back(tmp_path, config):
    module = build_generator(config.network)
    save_generator(tmp_path, module, config)
    loaded, loaded_config = load_generator(tmp_path)
    assert loaded_config == config
    for name, tensor in module.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config.json", "generator.safetensors"]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.kind)
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_comes_back_with_its_signal_and_its_condition(tmp_path, name, condition):
    network = spec(name, signal=StackedImageSignal((3, 8, 8)), condition=condition)
    save_generator(tmp_path, build_generator(network), GeneratorConfig(network, "digits", 640))
    loaded = load_generator(tmp_path)[1].network
    assert loaded == network
    assert type(loaded.signal) is StackedImageSignal
    assert loaded.condition.describe() == condition.describe()


def test_what_is_not_a_generator_is_refused_in_a_sentence(tmp_path, config):
    with pytest.raises(UserError, match="does not exist"):
        load_generator(tmp_path / "nowhere")
    save_generator(tmp_path, build_generator(config.network), config)
    (tmp_path / "generator.safetensors").write_bytes(b"\x80\x04not weights")
    with pytest.raises(UserError, match="does not contain a generator"):
        load_generator(tmp_path)


def test_a_generator_is_opened_without_pytorch_s_compiler():
    """Whose import takes a second; what is built without memory must not call for it."""
    program = (
        "import sys; from ganforge.networks.build import build_generator\n"
        "from ganforge.networks.weights import build_with\n"
        "from tests.specs import FAMILIES, spec\n"
        "for name in FAMILIES:\n"
        "    build = lambda: build_generator(spec(name, (3, 28, 28), 3))\n"
        "    build_with(build, build().state_dict())\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
