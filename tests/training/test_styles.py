"""A training of many styles: it runs to a translator, learns each of them, and resumes to the bit."""

from functools import partial

import numpy as np
import pytest
import torch

from ganforge.generator import Generator
from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import assemble_generator, build_trainer
from ganforge.translating.styles import named_style, style_of
from ganforge.translating.translation import translate_by
from tests.training.resuming import resumed_to_the_bit
from tests.training.unpaired import prepare_styles, styled

CPU = torch.device("cpu")
TERMS = {"loss_style", "loss_cycle", "loss_identity", "diversity", "change", "detail", "least_spread"}


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Prepared:
    return prepare_styles(tmp_path_factory.mktemp("styles"))


def start(settings, data, folder):
    return build_trainer(settings, data, Checkpoints(folder), CPU)


@pytest.mark.parametrize("more", [{}, {"discriminator_steps": 2, "precision": "bfloat16"}])
def test_a_training_resumes_to_the_bit_with_all_its_terms(data, tmp_path, more):
    settings = styled(train={"images": 256, **more})
    for run in resumed_to_the_bit(partial(start, settings, data), tmp_path, stop=128):
        assert run.history[-1].keys() >= TERMS


def test_a_source_becomes_what_its_style_asks_for_by_name_and_by_example(data, tmp_path):
    rate = {"start": 0.002, "end": 0.0001, "shape": "linear", "begin": 0.5}
    settings = styled(train={"images": 3200, "learning_rate": rate, "beta1": 0.5})
    run = start(settings, data, tmp_path)
    list(run.run())
    generator = Generator(*assemble_generator(settings.network, data.meta, run.last()), CPU)
    test = data.splits["test"]
    latents = np.random.default_rng(0).standard_normal((20, 8), dtype=np.float32)
    wanted = {"grey": lambda source: 96 + source // 4, "negative": lambda source: 255 - source}
    by_name, by_example = [], []
    for number, name in enumerate(wanted):
        examples = test.signal[test.labels == number]
        for row, style in enumerate(named_style(generator, name, latents)):
            source = np.array(test.columns["source"][row])
            for made_by, styles in ((by_name, style), (by_example, style_of(generator, np.array(examples[row])))):
                distances = [
                    np.abs(translate_by(generator, source, styles).astype(float) - one(source.astype(float))).mean()
                    for one in wanted.values()
                ]
                made_by.append(np.argmin(distances) == number)
    assert np.mean(by_name) > 0.75
    assert np.mean(by_example) > 0.75
