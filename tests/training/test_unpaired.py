"""A training without pairs: it runs to a translator, learns, and resumes to the bit, history pool and all."""

from functools import partial

import numpy as np
import pytest
import torch

from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import assemble_generator, assemble_way_back, build_trainer
from tests.training.resuming import resumed_to_the_bit
from tests.training.unpaired import OBJECTIVES, prepare, unpaired

CPU = torch.device("cpu")
TERMS = {"cycle": {"loss_cycle", "loss_identity", "score_real_back"}, "contrastive": {"loss_contrast", "loss_identity"}}


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Prepared:
    return prepare(tmp_path_factory.mktemp("negatives"))


def start(settings, data, folder):
    return build_trainer(settings, data, Checkpoints(folder), CPU)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("more", [{}, {"discriminator_steps": 2, "precision": "bfloat16"}])
def test_a_training_resumes_to_the_bit_with_all_its_terms(data, tmp_path, objective, more):
    settings = unpaired(objective, train={"images": 256, **more})
    for run in resumed_to_the_bit(partial(start, settings, data), tmp_path, stop=128):
        assert {"change", "correlation", "chequers", "detail", *TERMS[objective]} <= run.history[-1].keys()
        assert any("samples" in name for name in run.game.objective.state_dict()) == (objective == "cycle")


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_translator_learns_to_invert_without_having_seen_a_pair(data, tmp_path, objective):
    changes = {"identity": 0.0, "flips": False} if objective == "contrastive" else {"identity": 0.0}
    rate = {"start": 0.002, "end": 0.0001, "shape": "linear", "begin": 0.5}
    train = {"images": 3200, "learning_rate": rate, "beta1": 0.5}
    settings = unpaired(objective, "unet", train=train, objective_changes=changes)
    run = start(settings, data, tmp_path)
    list(run.run())
    test = data.splits["test"]
    wanted, sources = test.signal[:50].astype(float), test.columns["source"][:50]
    module, config = assemble_generator(settings.network, data.meta, run.last())
    assert np.abs(translated(module, config, sources) - wanted).mean() < 0.5 * np.abs(sources - wanted).mean()
    way_back = assemble_way_back(settings.network, data.meta, run.last())
    assert (way_back is not None) == (objective == "cycle")
    if way_back is not None:
        back = translated(*way_back, test.signal[:50])
        assert np.abs(back - sources).mean() < 0.5 * np.abs(sources - wanted).mean()


def translated(module, config, sources):
    columns = {"source": torch.from_numpy(np.array(sources))}
    with torch.inference_mode():
        latents = torch.zeros(len(sources), config.network.latent_dim)
        return config.network.signal.stored(module(latents, config.network.condition.present(columns))).astype(float)
