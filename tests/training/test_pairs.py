"""A training on pairs: it runs to a translator, learns, and resumes to the bit."""

from functools import partial

import numpy as np
import pytest
import torch

from ganforge.features.pretrained import guide_by
from ganforge.features.squeezenet import SqueezeNet
from ganforge.prepared.columns import Kind
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import assemble_generator, build_trainer
from tests.handwritten import splits
from tests.specs import plan
from tests.training.resuming import resumed_to_the_bit

CPU = torch.device("cpu")
TOGETHER = {"mode": "together", "moves": ["shift", "mirror"]}
ALL_TERMS = {"name": "paired", "l1": 10.0, "perceptual": 0.1, "diversity": 1.0, "baseline": False}


@pytest.fixture(scope="module")
def negatives(tmp_path_factory) -> Prepared:
    """Digits of 16x16, and their negatives as sources."""
    folder = tmp_path_factory.mktemp("negatives")
    large = {name: np.kron(split.signal, np.ones((1, 1, 2, 2), np.uint8)) for name, split in splits().items()}
    every = {name: splits()[name].with_columns(signal=x, source=255 - x) for name, x in large.items()}
    kinds = {"signal": Kind("image"), "source": Kind("image")}
    write_prepared(folder, every, kinds, dataset="negatives", origin="scikit-learn")
    return Prepared.load(folder)


def pairs(network="unet", objective=ALL_TERMS, **changes):
    return plan(network={"name": network}, objective=objective, augment=TOGETHER, **changes)


def trainer(settings, data, folder):
    torch.manual_seed(0)
    guide = guide_by(SqueezeNet().requires_grad_(False), data.meta.shape)
    return build_trainer(settings, data, Checkpoints(folder), CPU, guide=guide)


@pytest.mark.parametrize("network", ["unet", "translator"])
def test_a_training_on_pairs_resumes_to_the_bit_with_all_its_terms(negatives, tmp_path, network):
    settings = pairs(network, train={"images": 160})
    for run in resumed_to_the_bit(partial(trainer, settings, negatives), tmp_path, stop=64):
        assert {"loss_l1", "loss_perceptual", "diversity_ratio"} <= run.history[-1].keys()


def test_a_translator_learns_what_becomes_of_a_source(negatives, tmp_path):
    game = {**ALL_TERMS, "perceptual": 0.0, "diversity": 0.0}
    rate = {"start": 0.003, "end": 0.0001, "shape": "linear", "begin": 0.5}
    settings = pairs("translator", game, train={"images": 6400, "learning_rate": rate, "beta1": 0.5})
    run = build_trainer(settings, negatives, Checkpoints(tmp_path), CPU)
    list(run.run())
    module, config = assemble_generator(settings.network, negatives.meta, run.last())
    test = negatives.splits["test"]
    columns = {"source": torch.from_numpy(np.array(test.columns["source"][:50]))}
    with torch.inference_mode():
        drawn = config.network.signal.stored(module(torch.zeros(50, 8), config.network.condition.present(columns)))
    wanted = test.signal[:50].astype(float)
    distance, of_source = (np.abs(one - wanted).mean() for one in (drawn, test.columns["source"][:50]))
    assert distance < 0.15 * of_source


def test_a_training_without_a_game_has_the_distance_as_its_only_loss(negatives, tmp_path):
    settings = pairs(objective={"name": "regression"}, train={"images": 160})
    run = build_trainer(settings, negatives, Checkpoints(tmp_path), CPU)
    list(run.run())
    assert "loss_l1" in run.history[-1]
    assert "loss_discriminator" not in run.history[-1]
