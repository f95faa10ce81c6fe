"""One step of the game: nothing is computed for nothing, and nothing waits."""

import copy
from functools import partial

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ganforge.params import parse_params
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.cuda_graphs import RecordedStep
from ganforge.training.setup import build_trainer

CPU = torch.device("cpu")


class NoReading(TorchDispatchMode):
    """Raises where a number is read back from the device, which would make the host wait for it."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function in (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default):
            raise AssertionError(f"{function} waits for the device")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("loss", ["relativistic", "hinge"])
@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet", "style"])
def test_no_step_waits_for_the_device(defaults, digits, tmp_path, network, loss):
    defaults["network"] |= {"name": network, "latent_dim": 4, "width": 4, "discriminator_width": "same"}
    defaults["train"] |= {"loss": loss, "batch_size": 8, "r1_interval": 2, "wgan_gp": 1.0, "optimiser": "sgd"}
    defaults["augment"] |= {"mode": "adaptive"}
    trainer = build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
    batches = [trainer.game.batch(0)]
    with NoReading():
        for step in range(3):
            trainer.game.play(batches, trainer.game.objective.due(step))


def test_reading_a_number_back_would_be_seen():
    with NoReading(), pytest.raises(AssertionError, match="waits for the device"):
        torch.ones(1).item()


def test_each_turn_draws_once_and_the_generators_turn_computes_no_gradients_of_the_discriminator(
    defaults, digits, tmp_path
):
    defaults["network"] |= {"latent_dim": 4, "width": 4, "discriminator_width": "same"}
    defaults["train"] |= {"batch_size": 8, "discriminator_steps": 3, "r1": 0.0, "r2": 0.0}
    trainer = build_trainer(parse_params(defaults), digits, Checkpoints(tmp_path), CPU)
    drawn, judged = [], []
    trainer.game.objective.generator.register_forward_hook(lambda *_: drawn.append(torch.is_grad_enabled()))
    trainer.game.objective.discriminator.register_forward_hook(lambda _, inputs, __: judged.append(len(inputs[0])))
    after = []

    def spy(step):
        after.append([p.grad.clone() for p in trainer.game.objective.discriminator.parameters()])
        step()

    for optimiser in trainer.game.optimisers:
        optimiser.step = partial(spy, optimiser.step)
    trainer.game.advance()
    assert drawn == [False, False, True]
    assert judged == [16, 16, 16, 8]  # real and generated together; then the generator's
    assert all(torch.equal(a, b) for a, b in zip(after[-2], after[-1], strict=True))
    assert all(parameter.requires_grad for parameter in trainer.game.objective.discriminator.parameters())


def flat(tensors):
    """All numbers that are no counts, one after the other."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors if tensor.is_floating_point()])


def values(terms):
    """Scalars of a step, as numbers."""
    return {name: float(term) for name, term in terms.items()}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("network", ["dcgan", "style"])
def test_a_recorded_step_does_what_a_plain_one_does_from_the_same_state(defaults, digits, tmp_path, network):
    defaults["network"] |= {"name": network, "latent_dim": 8, "width": 16, "discriminator_width": "same"}
    defaults["train"] |= {"images": 1280, "batch_size": 32, "best_every": 0, "r1_interval": 2, "r2_interval": 3}
    # A graph that did not see this weight change would move the discriminator elsewhere by half of its step.
    defaults["train"] |= {"r1": {"start": 0.01, "end": 20.0, "shape": "linear", "begin": 0.0}}
    defaults["augment"] |= {"mode": "adaptive"}
    games = []
    for graphs in (True, False):
        defaults["compute"] |= {"cuda_graphs": graphs, "device": "cuda"}
        checkpoints = Checkpoints(tmp_path / str(graphs))
        games.append(build_trainer(parse_params(defaults), digits, checkpoints, torch.device("cuda", 0)).game)
    recorded, plain = games
    while plain.step < plain.steps:  # each from the same state, since small differences grow in a game
        plain.restore(copy.deepcopy(recorded.state()))
        before = [flat(player.parameters()) for player in (plain.objective.generator, plain.objective.discriminator)]
        terms, expected = recorded.advance(), plain.advance()
        assert values(terms) == pytest.approx(values(expected), rel=1e-3, abs=1e-5)
        for name, start in zip(("generator", "discriminator"), before, strict=True):
            player, wanted = getattr(recorded.objective, name), getattr(plain.objective, name)
            apart = flat(player.parameters()) - flat(wanted.parameters())
            # Adam makes a whole step of a gradient that is nothing but rounding, as of biases before batch norm.
            assert apart.norm() < 0.2 * (flat(wanted.parameters()) - start).norm()
        torch.testing.assert_close(
            flat(recorded.objective.buffers()), flat(plain.objective.buffers()), rtol=1e-2, atol=1e-3
        )
    assert isinstance(recorded.play, RecordedStep) and not isinstance(plain.play, RecordedStep)
    assert set(recorded.play._graphs) == {(), ("r1",), ("r2",), ("r1", "r2")}
