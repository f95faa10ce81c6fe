"""The loop: what it yields, that it resumes exactly, that it learns, and that it sees when it does not."""

import math
import re

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.training.batches import StreamedBatches
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.failure import DivergedError, FailureError
from ganforge.training.setup import assemble_generator, build_trainer
from tests.specs import FAMILIES, plan

CPU = torch.device("cpu")


def weights(trainer) -> list[torch.Tensor]:
    return [*trainer.game.objective.state_dict().values(), *trainer.game.average.state_dict().values()]


def same(one, two) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(two), strict=True))


def equal(one, two) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def finished(settings, data, folder, judge=None):
    trainer = build_trainer(settings, data, Checkpoints(folder), CPU, judge)
    reports = list(trainer.run())
    return trainer, reports


def first_weight(module) -> float:
    """A judge that is cheap, and different for every generator."""
    return float(next(module.parameters()).flatten()[0])


@pytest.mark.parametrize("sampling", ["normal", "sphere"])
def test_the_length_of_latents_is_lost_where_samples_come_from_the_sphere(digits, tmp_path, sampling):
    settings = plan(network={"sampling": sampling})
    trainer, _ = finished(settings, digits, tmp_path)
    module, config = assemble_generator(settings.network, digits.meta, trainer.chosen())
    latents, condition = torch.randn(4, config.network.latent_dim), {"labels": torch.arange(4)}
    with torch.inference_mode():
        alike = torch.allclose(module(3 * latents, condition), module(latents, condition), atol=1e-5)
    assert alike == (sampling == "sphere")


def test_it_tells_what_happened(digits, tmp_path):
    trainer, reports = finished(plan(), digits, tmp_path)
    assert reports[0].row is None
    assert reports[0].samples.shape == (100, 1, 8, 8)
    assert [report.images for report in reports] == list(range(0, 641, 32))
    assert reports[-1].samples is not None
    assert trainer.rows_saved == len(trainer.history) == 20
    row = trainer.history[0]
    assert row["images"] == 32
    assert {"loss_discriminator", "loss_generator", "score_real", "score_fake", "images_per_second"} <= set(row)
    assert all(math.isfinite(value) for row in trainer.history for value in row.values())


def test_what_is_kept_has_statistics_of_its_own(digits, tmp_path):
    trainer, _ = finished(plan(), digits, tmp_path)
    averaged, kept = trainer.game.average.state_dict(), trainer.last().weights
    differing = {name.rsplit(".", 1)[-1] for name in kept if not torch.equal(kept[name], averaged[name])}
    assert {"running_mean", "running_var"} <= differing <= {"running_mean", "running_var", "num_batches_tracked"}


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(digits, tmp_path):
    one, _ = finished(plan(), digits, tmp_path / "one")
    two, _ = finished(plan(), digits, tmp_path / "two")
    three, _ = finished(plan(train={"seed": 1}), digits, tmp_path / "three")
    assert same(one, two)
    assert not same(one, three)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_discriminator_may_have_another_width(digits, tmp_path, name):
    shapes = {}
    for width in ("same", 16):
        settings = plan(network={"name": name, "discriminator_width": width}, train={"images": 64})
        trainer, _ = finished(settings, digits, tmp_path / str(width))
        networks = trainer.game.objective.generators, trainer.game.objective.discriminators
        shapes[width] = [[weight.shape for weight in network.parameters()] for network in networks]
    assert shapes["same"][0] == shapes[16][0]
    assert shapes["same"][1] != shapes[16][1]


MOMENTUM = {"train": {"optimiser": "sgd", "beta1": 0.9}}
HARDEST = {
    "network": {"name": "style"},
    "objective": {"loss": "non_saturating", "wgan_gp": 1.0},
    "train": {
        "images": 384,
        "discriminator_steps": 2,
        "beta2": {"start": 0.9, "end": 0.99, "shape": "cosine", "begin": 0.0},
        "best_every": 64,
    },
    "augment": {"mode": "adaptive", "speed": 1000},
}


@pytest.mark.parametrize(
    ("changes", "stop_at"),
    [
        ({}, 1),
        ({}, 7),
        ({}, 19),
        (HARDEST, 2),
        ({"network": {"name": "progressive"}}, 7),
        (MOMENTUM, 5),
    ],
    ids=str,
)
def test_a_resumed_run_ends_in_the_weights_of_an_unbroken_one(digits, tmp_path, changes, stop_at):
    settings = plan(**changes)
    unbroken, _ = finished(settings, digits, tmp_path / "unbroken", first_weight)
    first = build_trainer(settings, digits, Checkpoints(tmp_path / "broken"), CPU, first_weight)
    for report in first.run():
        if report.images == stop_at * first.game.images_per_step:
            first.save()
            break
    torch.rand(7)  # what others draw in between is no part of the run
    second, reports = finished(settings, digits, tmp_path / "broken", first_weight)
    assert reports[0].images == (stop_at + 1) * first.game.images_per_step
    assert same(unbroken, second)
    assert unbroken.chosen().images == second.chosen().images
    assert equal(unbroken.chosen().weights, second.chosen().weights)
    losses = [[row["loss_discriminator"] for row in trainer.history] for trainer in (unbroken, second)]
    assert losses[0] == losses[1]


def test_data_too_large_for_the_device_train_to_the_same_weights(digits, tmp_path, monkeypatch):
    resident, _ = finished(plan(), digits, tmp_path / "resident")
    monkeypatch.setattr("ganforge.training.batches.fits", lambda size, device: False)
    streamed, _ = finished(plan(), digits, tmp_path / "streamed")
    assert isinstance(streamed.game.batches, StreamedBatches)
    assert same(resident, streamed)


def test_it_learns_the_mean_image_of_every_class(digits, tmp_path):
    """Two hundred steps bring the drawn means near the real ones; an untrained generator is far from them."""
    settings = plan(
        network={"latent_dim": 16, "width": 16},
        train={"images": 12800, "batch_size": 64, "ema_half_life": 1000.0, "standing_statistics": 2048},
    )
    trainer = build_trainer(settings, digits, Checkpoints(tmp_path), CPU)
    train = digits.splits["train"]
    real = np.stack([train.signal[train.labels == digit].mean(0) for digit in range(10)])

    def distance() -> float:
        drawn = trainer.preview(trainer.refresh(trainer.game.average)).reshape(10, 10, 1, 8, 8).mean(1)
        return float(np.abs(drawn - real).mean())

    before = distance()
    for _ in trainer.run():
        pass
    assert before > 60
    assert distance() < 25


def test_the_generator_with_the_smallest_distance_goes_on_and_the_last_one_stays(digits, tmp_path):
    distances = iter([5.0, 2.0, 3.0, 4.0, 6.0])
    seen = []

    def judge(generator) -> float:
        seen.append({name: tensor.clone() for name, tensor in generator.state_dict().items()})
        return next(distances)

    trainer, _ = finished(plan(train={"best_every": 128}), digits, tmp_path, judge)
    assert [row["fd"] for row in trainer.history if "fd" in row] == [5.0, 2.0, 3.0, 4.0, 6.0]
    assert trainer.chosen().images == 256
    assert equal(trainer.chosen().weights, seen[1])
    assert trainer.last().images == 640
    assert equal(trainer.last().weights, seen[4])


@pytest.mark.parametrize("best_every", [96, 128])  # samples are shown every 64 images
def test_samples_are_measured_and_shown_from_statistics_that_are_gathered_once(digits, tmp_path, best_every):
    settings = plan(train={"best_every": best_every})
    trainer = build_trainer(settings, digits, Checkpoints(tmp_path), CPU, first_weight)
    refresh, refreshed = trainer.refresh, []
    trainer.refresh = lambda generator: refreshed.append(trainer.game.images) or refresh(generator)
    reports = list(trainer.run())
    shown = {report.images for report in reports if report.samples is not None}
    measured = {int(row["images"]) for row in trainer.history if "fd" in row}
    assert shown & measured
    assert refreshed == sorted(shown | measured)


def test_a_growing_network_is_measured_only_at_its_full_size(digits, tmp_path):
    settings = plan(network={"name": "progressive"}, train={"best_every": 32})
    trainer, _ = finished(settings, digits, tmp_path, first_weight)
    measured = [row["images"] for row in trainer.history if "fd" in row]
    assert measured[0] == 352  # the first step at half of the run or later
    assert measured[-1] == 640


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(digits, tmp_path):
    trainer = build_trainer(plan(), digits, Checkpoints(tmp_path), CPU)
    with torch.no_grad():
        next(trainer.game.objective.discriminators.parameters()).fill_(math.inf)
    with pytest.raises(
        DivergedError, match=r"step 1, after 32 real signals: loss_discriminator is nan.*train\.learning_rate"
    ):
        list(trainer.run())
    assert trainer.last_good() is None


def test_weights_that_are_no_numbers_never_reach_a_checkpoint(digits, tmp_path):
    trainer = build_trainer(plan(), digits, Checkpoints(tmp_path), CPU)
    play = trainer.game.play

    def spoil(*arguments):
        terms = play(*arguments)  # computed before the weights change
        with torch.no_grad():
            next(trainer.game.objective.generators.parameters()).fill_(math.nan)
        return terms

    trainer.game.play = spoil
    with pytest.raises(DivergedError, match="length of the averaged weights is nan"):
        list(trainer.run())
    assert not list(tmp_path.iterdir())


def test_a_generator_that_was_still_growing_is_not_called_good(digits, tmp_path):
    trainer = build_trainer(plan(network={"name": "progressive"}), digits, Checkpoints(tmp_path), CPU)
    for report in trainer.run():
        if report.images in (320, 352):
            trainer.save()
            assert (trainer.last_good() is None) == (report.images == 320)


def test_the_last_good_generator_survives_a_divergence(digits, tmp_path):
    trainer = build_trainer(plan(train={"best_every": 64}), digits, Checkpoints(tmp_path), CPU, first_weight)
    with pytest.raises(DivergedError):
        for report in trainer.run():
            if report.images == 320:
                with torch.no_grad():
                    next(trainer.game.objective.discriminators.parameters()).fill_(math.nan)
    kept = trainer.last_good()
    assert kept.images <= 320
    assert all(torch.isfinite(tensor).all() for tensor in kept.weights.values())


def collapse(trainer) -> None:
    """A generator that draws one and the same grey signal."""
    with torch.no_grad():
        for parameter in trainer.game.objective.generators.parameters():
            parameter.zero_()


def test_samples_that_all_look_alike_stop_the_run_within_the_patience(digits, tmp_path):
    frozen = {"learning_rate": 1e-12, "patience": 160}
    trainer = build_trainer(plan(train=frozen), digits, Checkpoints(tmp_path / "stop"), CPU)
    collapse(trainer)
    with pytest.raises(FailureError, match=r"at step 5, for the last 160 real signals.*differ .*train\.learning_rate"):
        list(trainer.run())
    warning = plan(train={**frozen, "on_failure": "warn"})
    trainer = build_trainer(warning, digits, Checkpoints(tmp_path / "warn"), CPU)
    collapse(trainer)
    warnings = [(report.images, report.warning) for report in trainer.run() if report.warning]
    assert [images for images, _ in warnings] == [160]
    assert "differ from each other only 0.0%" in warnings[0][1]


HELP = {"helps": 2, "rate": 0.5, "penalties": 4.0}


def helped(settings, data, folder, stop_at=None):
    """A training whose generator collapses at 160 images."""
    trainer = build_trainer(settings, data, Checkpoints(folder), CPU)
    reports = []
    for report in trainer.run():
        reports.append(report)
        if report.images == 160:
            collapse(trainer)
        if report.images == stop_at:
            trainer.save()
            break
    return trainer, reports


@pytest.mark.parametrize("optimiser", [{}, {"optimiser": "sgd", "beta1": 0.9, "learning_rate": 0.01}], ids=str)
def test_a_training_that_fails_goes_on_more_carefully_from_where_all_was_well(digits, tmp_path, optimiser):
    settings = plan(train={"patience": 64, "on_failure": HELP | {"helps": 20}, **optimiser})
    trainer, reports = helped(settings, digits, tmp_path / "unbroken")
    said = [(report.images, report.warning) for report in reports if report.warning]
    assert said[0][0] == 224
    assert re.search(r": it continues from the networks of (96|128|160) images with 0\.5 times the ", said[0][1])
    assert "learning rate and 4 times the gradient penalties (attempt 1)" in said[0][1]
    helps = [row["helps"] for row in trainer.history]
    assert helps == sorted(helps)
    assert helps[-1] == len(said)
    plain, _ = finished(plan(train={**optimiser, "on_failure": "warn"}), digits, tmp_path / "plain")
    last, unhelped = trainer.history[-1], plain.history[-1]
    assert last["learning_rate"] == pytest.approx(0.5 ** helps[-1] * unhelped["learning_rate"])
    assert float(trainer.game.objective.weights[0]) == pytest.approx(0.1 * 8 * 4 ** helps[-1])
    for stop_at in (192, 224, 480):
        folder = tmp_path / f"broken at {stop_at}"
        helped(settings, digits, folder, stop_at)
        assert same(trainer, helped(settings, digits, folder)[0]), stop_at


def test_a_training_that_was_helped_as_often_as_it_may_stops(digits, tmp_path):
    settings = plan(train={"learning_rate": 1e-12, "patience": 64, "on_failure": HELP})
    trainer = build_trainer(settings, digits, Checkpoints(tmp_path), CPU)
    collapse(trainer)
    warnings = []
    with pytest.raises(FailureError, match="training failed after 2 attempts to help it: at step"):
        for report in trainer.run():
            warnings += [report.warning] if report.warning else []
    assert ["continues from here" in warning for warning in warnings] == [True, True]


def spoilt(trainer, images, value=math.nan):
    """Trains, with a discriminator that has a wrong weight from a report on; returns the warnings."""
    warnings = []
    for report in trainer.run():
        if report.images == images:
            with torch.no_grad():
                next(trainer.game.objective.discriminators.parameters()).fill_(value)
        warnings += [report.warning] if report.warning else []
    return warnings


def test_numbers_that_are_none_are_helped_too(digits, tmp_path):
    trainer = build_trainer(plan(train={"on_failure": HELP}), digits, Checkpoints(tmp_path), CPU)
    (warning,) = spoilt(trainer, 320)
    assert warning.startswith("training diverged at step 11")
    assert trainer.history[-1]["helps"] == 1
    assert math.isfinite(trainer.history[-1]["loss_generator"])


def test_a_loss_that_diverges_is_helped_at_once(digits, tmp_path):
    trainer = build_trainer(plan(train={"on_failure": HELP}), digits, Checkpoints(tmp_path), CPU)
    (warning,) = spoilt(trainer, 320, 1e6)
    assert "it diverges: it continues from the networks of" in warning
    assert abs(trainer.history[-1]["loss_discriminator"]) < 100


def test_a_loss_that_diverges_without_a_good_state_ends_the_run(digits, tmp_path):
    trainer = build_trainer(plan(train={"on_failure": HELP}), digits, Checkpoints(tmp_path), CPU)
    collapse(trainer)
    with pytest.raises(FailureError, match=r"training failed: at step .* it diverges; lower train\.learning_rate"):
        spoilt(trainer, 64, 1e6)


def test_samples_that_were_none_before_a_help_do_not_count_after_it(digits, tmp_path):
    trainer = build_trainer(plan(train={"on_failure": HELP}), digits, Checkpoints(tmp_path), CPU)
    trainer.report_every = 4  # so that samples of spoilt networks are among those that the meter has seen
    (warning,) = spoilt(trainer, 256)
    assert "least_spread is nan" in warning
    assert math.isfinite(trainer.history[-1]["least_spread"])


def test_what_was_well_is_not_touched_by_the_steps_after_a_help(digits, tmp_path):
    """SGD updates its momentum in place: a help must not hand out the very tensors that the next one needs."""
    sgd = {"optimiser": "sgd", "beta1": 0.9, "learning_rate": 0.01}
    trainer = build_trainer(plan(train={**sgd, "on_failure": HELP | {"helps": 3}}), digits, Checkpoints(tmp_path), CPU)
    spoilt = 0
    for report in trainer.run():
        if report.images >= 320 and trainer.helps == spoilt and spoilt < 3 and report.row["helps"] == spoilt:
            with torch.no_grad():
                next(trainer.game.objective.discriminators.parameters()).fill_(math.nan)
            spoilt += 1
    assert trainer.helps == 3
    assert math.isfinite(trainer.history[-1]["loss_generator"])


def test_a_failure_at_the_very_end_is_no_success(digits, tmp_path):
    trainer = build_trainer(plan(train={"on_failure": HELP}), digits, Checkpoints(tmp_path), CPU)
    with pytest.raises(DivergedError):
        for report in trainer.run():
            if report.images == 608:
                with torch.no_grad():
                    next(trainer.game.objective.discriminators.parameters()).fill_(math.nan)


def test_too_few_items_for_a_batch_are_refused(digits, tmp_path):
    with pytest.raises(UserError, match=r"train\.batch_size is 2000, but digits has only 14\d\d training items of sig"):
        build_trainer(plan(train={"batch_size": 2000, "images": 2000}), digits, Checkpoints(tmp_path), CPU)
