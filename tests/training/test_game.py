"""One step of the game: nothing is computed for nothing, nothing waits, and players stay apart."""

import copy
from functools import partial

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ganforge.networks.progressive import Growing
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.cuda_graphs import RecordedStep
from ganforge.training.setup import build_trainer
from tests.specs import plan
from tests.training.translation import game, unpaired

CPU = torch.device("cpu")


class NoReading(TorchDispatchMode):
    """Raises where a number is read back from the device, which would make the host wait for it."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default):
            raise AssertionError(f"{function} waits for the device")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("loss", ["relativistic", "hinge"])
@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet", "style"])
def test_no_step_waits_for_the_device(digits, tmp_path, network, loss):
    settings = plan(
        network={"name": network, "width": 4},
        objective={"loss": loss, "r1_interval": 2, "wgan_gp": 1.0},
        train={"batch_size": 8, "optimiser": "sgd"},
        augment={"mode": "adaptive"},
    )
    trainer = build_trainer(settings, digits, Checkpoints(tmp_path), CPU)
    batches = [trainer.game.batch(0)]
    with NoReading():
        for step in range(3):
            trainer.game.play(batches, trainer.game.objective.due(step))


def test_reading_a_number_back_would_be_seen():
    with NoReading(), pytest.raises(AssertionError, match="waits for the device"):
        torch.ones(1).item()


def test_each_turn_draws_once_and_the_generators_turn_computes_no_gradients_of_the_discriminator(digits, tmp_path):
    settings = plan(objective={"r1": 0.0, "r2": 0.0}, train={"batch_size": 8, "discriminator_steps": 3})
    trainer = build_trainer(settings, digits, Checkpoints(tmp_path), CPU)
    drawn, judged = [], []
    trainer.game.objective.generators.register_forward_hook(lambda *_: drawn.append(torch.is_grad_enabled()))
    trainer.game.objective.discriminators.register_forward_hook(lambda _, inputs, __: judged.append(len(inputs[0])))
    after = []

    def spy(step):
        after.append([p.grad.clone() for p in trainer.game.objective.discriminators.parameters()])
        step()

    for optimiser in trainer.game.optimisers:
        optimiser.step = partial(spy, optimiser.step)
    trainer.game.advance()
    assert drawn == [False, False, True]
    assert judged == [16, 16, 16, 8]  # real and generated together; then the generator's
    assert all(torch.equal(a, b) for a, b in zip(after[-2], after[-1], strict=True))
    assert all(parameter.requires_grad for parameter in trainer.game.objective.discriminators.parameters())


def test_networks_of_neither_player_are_never_unfrozen_nor_changed(digits):
    played = game(unpaired(digits))
    before = {name: tensor.clone() for name, tensor in played.objective.frozen.state_dict().items()}
    for _ in range(3):
        played.advance()
    for name, weight in played.objective.frozen.named_parameters():
        assert not weight.requires_grad
        assert weight.grad is None
        assert torch.equal(weight, before[name])


def test_every_network_of_both_players_is_trained_and_what_is_kept_is_averaged(digits):
    played = game(unpaired(digits))
    before = {name: weight.detach().clone() for name, weight in played.objective.named_parameters()}
    terms = [played.advance() for _ in range(5)]
    assert all(torch.isfinite(value) for row in terms for value in row.values())
    assert {name for name, weight in played.objective.named_parameters() if torch.equal(weight, before[name])} == {
        "frozen.weight",
        "frozen.bias",
    }
    forth = played.objective.generators["forth"].state_dict()
    assert played.average.state_dict().keys() == forth.keys()
    for name, average in played.average.state_dict().items():
        start = before[f"generators.forth.{name}"]
        way = (average - start) / (forth[name] - start)
        assert ((way > 0) & (way < 1)).all()


def test_a_game_of_several_networks_and_a_pool_resumes_to_the_bit(digits, tmp_path):
    unbroken = game(unpaired(digits), pool=12)
    while unbroken.step < unbroken.steps:
        unbroken.advance()
    first = game(unpaired(digits), pool=12)
    for _ in range(7):
        first.advance()
    assert first.objective.pool.any()
    Checkpoints(tmp_path).save(first.step, first.state())
    torch.rand(7)  # what others draw in between is no part of the run
    second = game(unpaired(digits), pool=12)
    second.restore(Checkpoints(tmp_path).load())
    assert second.step == 7
    assert torch.equal(second.objective.pool, first.objective.pool)
    while second.step < second.steps:
        second.advance()
    for one, two in ((unbroken.objective, second.objective), (unbroken.average, second.average)):
        theirs = two.state_dict()
        assert all(torch.equal(tensor, theirs[name]) for name, tensor in one.state_dict().items())


def test_networks_are_shown_sources_as_they_are_shown_signals(digits):
    groups, shown = unpaired(digits), []
    played = game(groups)
    played.objective.generators["forth"].register_forward_hook(lambda _, inputs, __: shown.append(inputs[0]))
    stored = played.batch(0)
    assert stored["source"].dtype == torch.uint8
    played.play_step([stored], ())
    assert torch.equal(shown[0], played.signal.to_network(stored["source"]))


def flat(tensors):
    """All numbers that are no counts, one after the other."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors if tensor.is_floating_point()])


def values(terms):
    """Scalars of a step, as numbers."""
    return {name: float(term) for name, term in terms.items()}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("network", ["dcgan", "style"])
def test_a_recorded_step_does_what_a_plain_one_does_from_the_same_state(digits, tmp_path, network):
    # A graph that did not see this weight change would move the discriminator elsewhere by half of its step.
    rising = {"start": 0.01, "end": 20.0, "shape": "linear", "begin": 0.0}
    games = []
    for graphs in (True, False):
        settings = plan(
            network={"name": network, "width": 16},
            objective={"r1": rising, "r1_interval": 2, "r2_interval": 3},
            train={"images": 1280},
            augment={"mode": "adaptive", "speed": 100000},
            compute={"cuda_graphs": graphs, "device": "cuda"},
        )
        checkpoints = Checkpoints(tmp_path / str(graphs))
        games.append(build_trainer(settings, digits, checkpoints, torch.device("cuda", 0)).game)
    recorded, plain = games
    while plain.step < plain.steps:  # each from the same state, since small differences grow in a game
        plain.restore(copy.deepcopy(recorded.state()))
        before = [flat(player.parameters()) for player in (plain.objective.generators, plain.objective.discriminators)]
        terms, expected = recorded.advance(), plain.advance()
        assert values(terms) == pytest.approx(values(expected), rel=1e-3, abs=1e-5)
        for name, start in zip(("generators", "discriminators"), before, strict=True):
            player, wanted = getattr(recorded.objective, name), getattr(plain.objective, name)
            apart = flat(player.parameters()) - flat(wanted.parameters())
            # Adam makes a whole step of a gradient that is nothing but rounding, as of biases before batch norm.
            assert apart.norm() < 0.2 * (flat(wanted.parameters()) - start).norm()
        torch.testing.assert_close(
            flat(recorded.objective.buffers()), flat(plain.objective.buffers()), rtol=1e-2, atol=1e-3
        )
    assert isinstance(recorded.play, RecordedStep) and not isinstance(plain.play, RecordedStep)
    assert set(recorded.play._graphs) == {(), ("r1",), ("r2",), ("r1", "r2")}


def test_growing_networks_of_all_players_and_of_the_average_are_as_far_as_the_run(digits, tmp_path):
    settings = plan(network={"name": "progressive", "width": 4}, train={"batch_size": 8})
    played = build_trainer(settings, digits, Checkpoints(tmp_path), CPU).game
    growing = [
        module
        for network in (played.objective, played.average)
        for module in network.modules()
        if isinstance(module, Growing)
    ]
    played.advance()
    assert [module.grown for module in growing] == [False, False, False]
    played.step = played.steps - 1
    played.advance()
    assert [module.grown for module in growing] == [True, True, True]
