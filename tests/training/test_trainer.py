"""The loop: what it yields, that it resumes exactly, and that it learns."""

import math

import numpy as np
import pytest
import torch

from ganforge.params import parse_params
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import build_trainer
from ganforge.training.trainer import DivergedError, learning_rate

CPU = torch.device("cpu")


def weights(trainer) -> list[torch.Tensor]:
    return [*trainer.objective.state_dict().values(), *trainer.ema.average.state_dict().values()]


def same(one, two) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(two), strict=True))


def finished(params, digits, folder):
    trainer = build_trainer(params, digits, Checkpoints(folder), CPU)
    reports = list(trainer.run())
    return trainer, reports


def test_it_tells_what_happened(tiny, digits, tmp_path):
    trainer, reports = finished(tiny, digits, tmp_path)
    assert reports[0].row is None
    assert reports[0].samples.shape == (100, 1, 8, 8)
    assert [report.step for report in reports] == list(range(21))
    assert reports[-1].samples is not None
    assert trainer.rows_saved == len(trainer.history) == 20
    row = trainer.history[0]
    assert row["images"] == 32
    assert {"loss_discriminator", "loss_generator", "score_real", "score_fake", "images_per_second"} <= set(row)
    assert all(math.isfinite(value) for row in trainer.history for value in row.values())


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tiny, digits, tmp_path):
    one, _ = finished(tiny, digits, tmp_path / "one")
    two, _ = finished(tiny, digits, tmp_path / "two")
    other = parse_params(tiny.model_dump(mode="json") | {"train": tiny.train.model_dump(mode="json") | {"seed": 1}})
    three, _ = finished(other, digits, tmp_path / "three")
    assert same(one, two)
    assert not same(one, three)


@pytest.mark.parametrize("stop_at", [1, 7, 19])
def test_a_resumed_run_ends_in_the_weights_of_an_unbroken_one(tiny, digits, tmp_path, stop_at):
    unbroken, _ = finished(tiny, digits, tmp_path / "unbroken")
    first = build_trainer(tiny, digits, Checkpoints(tmp_path / "broken"), CPU)
    for report in first.run():
        if report.step == stop_at:
            first.save()
            break
    second, reports = finished(tiny, digits, tmp_path / "broken")
    assert reports[0].step == stop_at + 1
    assert same(unbroken, second)
    losses = [[row["loss_discriminator"] for row in trainer.history] for trainer in (unbroken, second)]
    assert losses[0] == losses[1]


def test_it_learns_the_mean_image_of_every_class(defaults, digits, tmp_path):
    """Two hundred steps bring the drawn means near the real ones; an untrained generator is far from them."""
    defaults["network"] |= {"latent_dim": 16, "width": 16}
    defaults["train"] |= {"images": 12800, "batch_size": 64, "ema_half_life": 1000}
    trainer = build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
    train = digits.splits["train"]
    real = np.stack([train.images[train.labels == digit].mean(0) for digit in range(10)])

    def distance() -> float:
        drawn = trainer.preview(trainer.ema.average).reshape(10, 10, 1, 8, 8).mean(1)
        return float(np.abs(drawn - real).mean())

    before = distance()
    for _ in trainer.run():
        pass
    assert before > 60
    assert distance() < 25


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(tiny, digits, tmp_path):
    trainer = build_trainer(tiny, digits, Checkpoints(tmp_path), CPU)
    with torch.no_grad():
        next(trainer.objective.discriminator.parameters()).fill_(math.inf)
    with pytest.raises(DivergedError, match=r"after 32 images: loss_discriminator is nan.*train\.learning_rate"):
        list(trainer.run())


def test_the_learning_rate_is_constant_then_falls_linearly(defaults):
    defaults["train"] |= {"learning_rate": 0.1, "decay_from": 0.5, "decay_to": 0.2}
    train = parse_params(defaults).train
    assert [learning_rate(train, progress) for progress in (0, 0.3, 0.5)] == [0.1, 0.1, 0.1]
    assert learning_rate(train, 0.75) == pytest.approx(0.06)
    assert learning_rate(train, 1) == pytest.approx(0.02)


def test_too_few_images_for_a_batch_are_refused(defaults, digits, tmp_path):
    from ganforge.errors import UserError

    defaults["train"] |= {"batch_size": 2000}
    with pytest.raises(UserError, match=r"train\.batch_size is 2000, but digits has only 14\d\d training images"):
        build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
