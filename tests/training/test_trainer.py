"""The loop: what it yields, that it resumes exactly, that it learns, and that it sees when it does not."""

import math

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.networks import FAMILIES
from ganforge.params import parse_params
from ganforge.training.batches import StreamedBatches
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.failure import DivergedError, FailureError
from ganforge.training.setup import build_trainer, built

CPU = torch.device("cpu")


def weights(trainer) -> list[torch.Tensor]:
    return [*trainer.game.objective.state_dict().values(), *trainer.game.average.state_dict().values()]


def same(one, two) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(two), strict=True))


def equal(one, two) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def finished(params, digits, folder, judge=None):
    trainer = build_trainer(params, digits, Checkpoints(folder), CPU, judge)
    reports = list(trainer.run())
    return trainer, reports


def first_weight(module) -> float:
    """A judge that is cheap, and different for every generator."""
    return float(next(module.parameters()).flatten()[0])


@pytest.fixture
def other(tiny):
    """Changes ``tiny``: other(train__loss="hinge")."""

    def change(**values):
        sections = tiny.model_dump(mode="json")
        for name, value in values.items():
            section, key = name.split("__")
            sections[section][key] = value
        return parse_params(sections)

    return change


@pytest.mark.parametrize("sampling", ["normal", "sphere"])
def test_the_length_of_latents_is_lost_where_samples_come_from_the_sphere(other, digits, tmp_path, sampling):
    params = other(network__sampling=sampling)
    trainer, _ = finished(params, digits, tmp_path)
    module, _ = built(params.network, digits.meta, trainer.chosen())
    latents, labels = torch.randn(4, params.network.latent_dim), torch.arange(4)
    with torch.inference_mode():
        alike = torch.allclose(module(3 * latents, labels), module(latents, labels), atol=1e-5)
    assert alike == (sampling == "sphere")


def test_it_tells_what_happened(tiny, digits, tmp_path):
    trainer, reports = finished(tiny, digits, tmp_path)
    assert reports[0].row is None
    assert reports[0].samples.shape == (100, 1, 8, 8)
    assert [report.images for report in reports] == list(range(0, 641, 32))
    assert reports[-1].samples is not None
    assert trainer.rows_saved == len(trainer.history) == 20
    row = trainer.history[0]
    assert row["images"] == 32
    assert {"loss_discriminator", "loss_generator", "score_real", "score_fake", "images_per_second"} <= set(row)
    assert all(math.isfinite(value) for row in trainer.history for value in row.values())


def test_what_is_kept_has_statistics_of_its_own(tiny, digits, tmp_path):
    trainer, _ = finished(tiny, digits, tmp_path)
    averaged, kept = trainer.game.average.state_dict(), trainer.last().weights
    differing = {name.rsplit(".", 1)[-1] for name in kept if not torch.equal(kept[name], averaged[name])}
    assert {"running_mean", "running_var"} <= differing <= {"running_mean", "running_var", "num_batches_tracked"}


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tiny, other, digits, tmp_path):
    one, _ = finished(tiny, digits, tmp_path / "one")
    two, _ = finished(tiny, digits, tmp_path / "two")
    three, _ = finished(other(train__seed=1), digits, tmp_path / "three")
    assert same(one, two)
    assert not same(one, three)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_discriminator_may_have_another_width(other, digits, tmp_path, name):
    shapes = {}
    for width in ("same", 16):
        params = other(network__name=name, network__discriminator_width=width, train__images=64)
        trainer, _ = finished(params, digits, tmp_path / str(width))
        networks = trainer.game.objective.generator, trainer.game.objective.discriminator
        shapes[width] = [[weight.shape for weight in network.parameters()] for network in networks]
    assert shapes["same"][0] == shapes[16][0]
    assert shapes["same"][1] != shapes[16][1]


ADAPTIVE = {"augment__mode": "adaptive", "augment__speed": 1000}
MOMENTUM = {"train__optimiser": "sgd", "train__beta1": 0.9}
HARDEST = ADAPTIVE | {
    "network__name": "style",
    "train__discriminator_steps": 2,
    "train__loss": "non_saturating",
    "train__wgan_gp": 1.0,
    "train__beta2": {"start": 0.9, "end": 0.99, "shape": "cosine", "begin": 0.0},
    "train__best_every": 64,
}


@pytest.mark.parametrize(
    ("changes", "stop_at"),
    [
        ({}, 1),
        ({}, 7),
        ({}, 19),
        (HARDEST, 4),
        ({"network__name": "progressive"}, 7),
        (MOMENTUM, 5),
    ],
    ids=str,
)
def test_a_resumed_run_ends_in_the_weights_of_an_unbroken_one(other, digits, tmp_path, changes, stop_at):
    params = other(**changes)
    unbroken, _ = finished(params, digits, tmp_path / "unbroken", first_weight)
    first = build_trainer(params, digits, Checkpoints(tmp_path / "broken"), CPU, first_weight)
    for report in first.run():
        if report.images == stop_at * first.game.images_per_step:
            first.save()
            break
    torch.rand(7)  # what others draw in between is no part of the run
    second, reports = finished(params, digits, tmp_path / "broken", first_weight)
    assert reports[0].images == (stop_at + 1) * first.game.images_per_step
    assert same(unbroken, second)
    assert unbroken.chosen().images == second.chosen().images
    assert equal(unbroken.chosen().weights, second.chosen().weights)
    losses = [[row["loss_discriminator"] for row in trainer.history] for trainer in (unbroken, second)]
    assert losses[0] == losses[1]


def test_data_too_large_for_the_device_train_to_the_same_weights(tiny, digits, tmp_path, monkeypatch):
    resident, _ = finished(tiny, digits, tmp_path / "resident")
    monkeypatch.setattr("ganforge.training.batches.fits", lambda size, device: False)
    streamed, _ = finished(tiny, digits, tmp_path / "streamed")
    assert isinstance(streamed.game.batches, StreamedBatches)
    assert same(resident, streamed)


def test_it_learns_the_mean_image_of_every_class(defaults, digits, tmp_path):
    """Two hundred steps bring the drawn means near the real ones; an untrained generator is far from them."""
    defaults["network"] |= {"latent_dim": 16, "width": 16, "discriminator_width": "same"}
    defaults["train"] |= {"images": 12800, "batch_size": 64, "ema_half_life": 1000}
    trainer = build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
    train = digits.splits["train"]
    real = np.stack([train.images[train.labels == digit].mean(0) for digit in range(10)])

    def distance() -> float:
        drawn = trainer.preview(trainer.settle(trainer.game.average)).reshape(10, 10, 1, 8, 8).mean(1)
        return float(np.abs(drawn - real).mean())

    before = distance()
    for _ in trainer.run():
        pass
    assert before > 60
    assert distance() < 25


def test_the_generator_with_the_smallest_distance_goes_on_and_the_last_one_stays(other, digits, tmp_path):
    distances = iter([5.0, 2.0, 3.0, 4.0, 6.0])
    seen = []

    def judge(generator) -> float:
        seen.append({name: tensor.clone() for name, tensor in generator.state_dict().items()})
        return next(distances)

    trainer, _ = finished(other(train__best_every=128), digits, tmp_path, judge)
    assert [row["fd"] for row in trainer.history if "fd" in row] == [5.0, 2.0, 3.0, 4.0, 6.0]
    assert trainer.chosen().images == 256
    assert equal(trainer.chosen().weights, seen[1])
    assert trainer.last().images == 640
    assert equal(trainer.last().weights, seen[4])


@pytest.mark.parametrize("best_every", [96, 128])  # samples are shown every 64 images
def test_samples_are_measured_and_shown_from_statistics_that_are_gathered_once(other, digits, tmp_path, best_every):
    trainer = build_trainer(other(train__best_every=best_every), digits, Checkpoints(tmp_path), CPU, first_weight)
    settle, settled = trainer.settle, []
    trainer.settle = lambda generator: settled.append(trainer.game.images) or settle(generator)
    reports = list(trainer.run())
    shown = {report.images for report in reports if report.samples is not None}
    measured = {int(row["images"]) for row in trainer.history if "fd" in row}
    assert shown & measured
    assert settled == sorted(shown | measured)


def test_a_growing_network_is_measured_only_at_its_full_size(other, digits, tmp_path):
    trainer, _ = finished(other(network__name="progressive", train__best_every=32), digits, tmp_path, first_weight)
    measured = [row["images"] for row in trainer.history if "fd" in row]
    assert measured[0] == 352  # the first step at half of the run or later
    assert measured[-1] == 640


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(tiny, digits, tmp_path):
    trainer = build_trainer(tiny, digits, Checkpoints(tmp_path), CPU)
    with torch.no_grad():
        next(trainer.game.objective.discriminator.parameters()).fill_(math.inf)
    with pytest.raises(
        DivergedError, match=r"step 1, after 32 images: loss_discriminator is nan.*train\.learning_rate"
    ):
        list(trainer.run())
    assert trainer.last_good() is None


def test_weights_that_are_no_numbers_never_reach_a_checkpoint(tiny, digits, tmp_path):
    trainer = build_trainer(tiny, digits, Checkpoints(tmp_path), CPU)
    play = trainer.game.play

    def spoil(*arguments):
        terms = play(*arguments)  # computed before the weights change
        with torch.no_grad():
            next(trainer.game.objective.generator.parameters()).fill_(math.nan)
        return terms

    trainer.game.play = spoil
    with pytest.raises(DivergedError, match="length of the averaged weights is nan"):
        list(trainer.run())
    assert not list(tmp_path.iterdir())


def test_a_generator_that_was_still_growing_is_not_called_good(other, digits, tmp_path):
    trainer = build_trainer(other(network__name="progressive"), digits, Checkpoints(tmp_path), CPU)
    for report in trainer.run():
        if report.images in (320, 352):
            trainer.save()
            assert (trainer.last_good() is None) == (report.images == 320)


def test_the_last_good_generator_survives_a_divergence(other, digits, tmp_path):
    trainer = build_trainer(other(train__best_every=64), digits, Checkpoints(tmp_path), CPU, first_weight)
    with pytest.raises(DivergedError):
        for report in trainer.run():
            if report.images == 320:
                with torch.no_grad():
                    next(trainer.game.objective.discriminator.parameters()).fill_(math.nan)
    kept = trainer.last_good()
    assert kept.images <= 320
    assert all(torch.isfinite(tensor).all() for tensor in kept.weights.values())


def collapse(trainer) -> None:
    """A generator that draws one and the same grey signal."""
    with torch.no_grad():
        for parameter in trainer.game.objective.generator.parameters():
            parameter.zero_()


def test_samples_that_all_look_alike_stop_the_run_within_the_patience(other, digits, tmp_path):
    frozen = {"train__learning_rate": 1e-12, "train__patience": 160}
    trainer = build_trainer(other(**frozen), digits, Checkpoints(tmp_path / "stop"), CPU)
    collapse(trainer)
    with pytest.raises(FailureError, match=r"at step 5, for 160 images now, samples .*differ .*train\.learning_rate"):
        list(trainer.run())
    trainer = build_trainer(other(**frozen, train__on_failure="warn"), digits, Checkpoints(tmp_path / "warn"), CPU)
    collapse(trainer)
    warnings = [(report.images, report.warning) for report in trainer.run() if report.warning]
    assert [images for images, _ in warnings] == [160]
    assert "differ from each other only 0.0%" in warnings[0][1]


def test_too_few_images_for_a_batch_are_refused(defaults, digits, tmp_path):
    defaults["train"] |= {"batch_size": 2000}
    with pytest.raises(UserError, match=r"train\.batch_size is 2000, but digits has only 14\d\d training images"):
        build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
