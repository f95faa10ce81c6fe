"""An objective of one player."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.conditions.labels import Labels
from ganforge.objectives.classification import Classification, join_labels, place_values, separate_labels
from ganforge.signals.image import ImageSignal, StackedImageSignal
from ganforge.training.batches import Order, choose_batches
from ganforge.training.distributed import World
from ganforge.training.game import Game
from ganforge.training.optimisers import build_optimiser
from tests.specs import plan

CPU = torch.device("cpu")


class Linear(nn.Module):
    """Features and logits, as a classifier has them."""

    def __init__(self, shape, classes):
        super().__init__()
        self.layer = nn.Linear(int(np.prod(shape)), classes)

    def forward(self, x):
        return x, self.layer(x.flatten(1))


def test_labels_are_taken_apart_like_the_digits_of_a_number():
    labels = torch.tensor([0, 7, 42, 999, 123])
    apart = separate_labels(labels, 10, 3)
    assert apart.reshape(-1, 3).tolist() == [[0, 0, 0], [0, 0, 7], [0, 4, 2], [9, 9, 9], [1, 2, 3]]
    assert join_labels(apart, 10, 3).tolist() == labels.tolist()
    assert separate_labels(labels, 1000, 1).tolist() == labels.tolist()


@pytest.mark.parametrize(("classes", "views"), [(2, 1), (2, 5), (7, 2), (10, 3)])
def test_every_label_survives_being_taken_apart(classes, views):
    labels = torch.arange(classes**views)
    apart = separate_labels(labels, classes, views)
    assert apart.shape == (len(labels) * views,)
    assert apart.min() == 0 and apart.max() == classes - 1
    assert torch.equal(join_labels(apart, classes, views), labels)
    assert place_values(classes, views)[-1] == 1


def test_the_loss_is_the_cross_entropy_of_the_labels_of_all_views():
    torch.manual_seed(0)
    stacked = StackedImageSignal((3, 2, 2))
    objective = Classification(Linear((1, 2, 2), 10), stacked, Labels([""] * 1000, [1] * 1000), 10)
    signals = torch.rand(5, 3, 2, 2)
    batch = {"signal": signals, "labels": torch.tensor([123, 0, 999, 40, 7])}
    loss, terms = objective.generator_loss(batch, objective.generate(batch), None)
    logits = objective.generators(signals.reshape(15, 1, 2, 2))[1].log_softmax(1).detach().numpy()
    digits = [int(digit) for label in batch["labels"] for digit in f"{label:03d}"]
    expected = -np.mean([row[digit] for row, digit in zip(logits, digits, strict=True)])
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)
    assert float(terms["loss"]) == pytest.approx(expected, rel=1e-5)


def test_one_player_is_trained_by_the_game_and_learns():
    """Bright upper halves against bright lower ones."""
    random, signal = np.random.default_rng(0), ImageSignal((1, 4, 4))
    labels = random.integers(0, 2, 400)
    signals = random.integers(0, 120, (400, 1, 4, 4)).astype(np.uint8)
    for row, label in enumerate(labels):
        signals[row, :, 2 * label : 2 * label + 2] += 100
    torch.manual_seed(0)
    settings = plan(train={"images": 3200, "learning_rate": 0.01, "ema_half_life": 0.0}).train
    objective = Classification(Linear((1, 4, 4), 2), signal, Labels(["up", "down"], [1, 1]), 2)
    batches = choose_batches([{"signal": signals, "labels": labels}], partial(Order, batch_size=32, seed=0), CPU)
    optimiser = build_optimiser(settings, objective.generators, CPU)
    game = Game(objective, [optimiser], batches, signal, 0, settings, World(), CPU)
    losses = [float(game.advance()["loss"]) for _ in range(game.steps)]
    with torch.inference_mode():
        predicted = game.average(signal.presented(signals, CPU))[1].argmax(1).numpy()
    assert losses[-1] < 0.5 * losses[0]
    assert np.mean(predicted == labels) > 0.98
    again = Game(
        objective, [build_optimiser(settings, objective.generators, CPU)], batches, signal, 0, settings, World(), CPU
    )
    again.restore(game.state())
    assert again.step == again.steps == 100
