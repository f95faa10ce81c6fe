"""From settings and prepared data to a trainer, whatever the condition."""

import math

import numpy as np
import pytest
import torch

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.prepared.columns import Kind
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.signals.image import ImageSignal
from ganforge.training.augmentation import DifferentiableAugmentation
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import World
from ganforge.training.setup import assemble_generator, build_augmentation, build_batches, build_trainer, generator_spec
from tests.handwritten import KINDS, splits
from tests.specs import plan, spec
from tests.training.resuming import resumed_to_the_bit

CPU = torch.device("cpu")
VOCABULARY = ["", *(f"word{digit}" for digit in range(10)), "even", "odd"]


def tokens(labels):
    """Two words of each digit: which it is, and whether it is even."""
    return np.stack([labels + 1, 11 + labels % 2, 0 * labels], axis=1).astype(np.int32)


def prepared(folder, kinds, columns) -> Prepared:
    """The digits with other columns, which ``columns`` makes of a split."""
    every = {name: split.with_columns(**columns(split)) for name, split in splits().items()}
    write_prepared(folder, every, KINDS | kinds, dataset="digits", origin="scikit-learn")
    return Prepared.load(folder)


@pytest.fixture(scope="session")
def captioned(tmp_path_factory) -> Prepared:
    kinds = {"tokens": Kind("tokens", {"vocabulary": VOCABULARY})}
    return prepared(tmp_path_factory.mktemp("captioned"), kinds, lambda split: {"tokens": tokens(split.labels)})


@pytest.fixture(scope="session")
def paired(tmp_path_factory) -> Prepared:
    folder = tmp_path_factory.mktemp("paired")
    return prepared(folder, {"source": Kind("image")}, lambda split: {"source": 255 - split.signal})


@pytest.fixture(scope="session")
def unpaired(tmp_path_factory) -> Prepared:
    kinds = {"source": Kind("image", {"unpaired": True})}
    return prepared(tmp_path_factory.mktemp("unpaired"), kinds, lambda split: {"source": 255 - split.signal[:40]})


def test_a_generator_is_asked_for_what_the_data_offer_unless_it_is_never_to_be(digits, captioned, paired):
    always, never = plan().network, plan(network={"conditional": "never"}).network
    offered = [type(generator_spec(always, data.meta).condition) for data in (digits, captioned, paired)]
    assert offered == [Labels, Captions, Source]
    assert generator_spec(always, captioned.meta).condition == Captions(VOCABULARY, 3)
    assert generator_spec(never, digits.meta).condition == Unconditional()
    assert generator_spec(always, digits.meta).signal == ImageSignal((1, 8, 8))


@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet", "progressive", "style"])
def test_a_training_on_captions_runs_to_a_generator_that_reads_them(captioned, tmp_path, network):
    settings = plan(network={"name": network, "width": 4}, train={"images": 96, "best_every": 32})
    trainer = build_trainer(settings, captioned, Checkpoints(tmp_path), CPU, lambda module: 1.0)
    reports = list(trainer.run())
    assert reports[0].samples.shape == (100, 1, 8, 8)
    assert all(math.isfinite(value) for row in trainer.history for value in row.values())
    module, config = assemble_generator(settings.network, captioned.meta, trainer.chosen())
    asked = [config.network.condition.parse(text, 1) for text in ("word3 odd", "word4 even")]
    with torch.inference_mode():
        drawn = [module(torch.ones(1, 8), {"tokens": torch.from_numpy(each["tokens"])}) for each in asked]
    assert not torch.equal(*drawn)


def test_the_discriminator_scores_a_signal_by_its_caption(captioned, tmp_path):
    game = build_trainer(plan(), captioned, Checkpoints(tmp_path), CPU).game
    batch = game.batch(0)
    signals = game.signal.to_network(batch["signal"])
    scores = game.objective.discriminators(signals, {"tokens": batch["tokens"]})
    others = game.objective.discriminators(signals, {"tokens": batch["tokens"].roll(1, 0)})
    assert scores.shape == (32,)
    assert not torch.allclose(scores, others)


def test_a_training_on_captions_resumes_to_the_bit(captioned, tmp_path):
    settings = plan(train={"images": 160})

    def start(folder):
        return build_trainer(settings, captioned, Checkpoints(folder), CPU)

    resumed_to_the_bit(start, tmp_path, stop=64)


def test_partners_come_together_and_those_without_partners_apart(paired, unpaired):
    for data, together in ((paired, True), (unpaired, False)):
        condition = generator_spec(plan().network, data.meta).condition
        batches = build_batches(data, condition, plan(), CPU, World())
        batch = batches[3]
        assert set(batch) == {"signal", "source"}
        assert torch.equal(batch["source"], 255 - batch["signal"]) == together


def test_what_would_leave_sources_out_is_refused(paired, unpaired, tmp_path):
    for data in (paired, unpaired):
        with pytest.raises(UserError, match=r"network\.name is dcgan, which does not support source; choose a network"):
            build_trainer(plan(), data, Checkpoints(tmp_path), CPU)
    with pytest.raises(UserError, match=r"augment\.mode is adaptive, which would change images but not their"):
        build_trainer(plan(augment={"mode": "adaptive"}), paired, Checkpoints(tmp_path), CPU)


def test_too_few_sources_for_a_batch_are_refused(unpaired, tmp_path):
    with pytest.raises(UserError, match=r"train\.batch_size is 64, but digits has only 40 training items of source"):
        build_trainer(plan(train={"batch_size": 64}), unpaired, Checkpoints(tmp_path), CPU)


def test_augmentation_that_the_signal_does_not_bear_is_refused():
    class Sound(ImageSignal):
        plural = "sounds"
        transformations = ("translation",)

    settings, sounds = plan(augment={"mode": "always"}).augment, spec(signal=Sound((1, 8, 8)))
    with pytest.raises(
        UserError, match=r"augment\.transformations names colour, which does not suit sounds; allowed is t"
    ):
        build_augmentation(settings, sounds, World())
    borne = plan(augment={"mode": "always", "transformations": ["translation"]}).augment
    assert isinstance(build_augmentation(borne, sounds, World()), DifferentiableAugmentation)
    assert build_augmentation(plan().augment, sounds, World()) is None


def test_a_preview_has_a_row_for_each_label(digits, tmp_path):
    preview = build_trainer(plan(), digits, Checkpoints(tmp_path), CPU).preview
    asked = []

    def generator(latents, condition):
        asked.append(condition["labels"])
        return torch.zeros(len(latents), 1, 8, 8)

    assert preview(generator).shape == (100, 1, 8, 8)
    assert torch.cat(asked)[:100].tolist() == [label for label in range(10) for _ in range(10)]
