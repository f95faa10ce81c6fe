"""A small unpaired translation: several networks a player, a frozen one beside them, and a pool of earlier samples."""

from functools import partial

import torch
from torch import nn
from torch.nn.functional import softplus

from ganforge.conditions.source import Source
from ganforge.objectives.objective import Objective
from ganforge.signals.image import ImageSignal
from ganforge.training.batches import Order, choose_batches
from ganforge.training.distributed import World
from ganforge.training.game import Game
from ganforge.training.optimisers import build_optimiser
from tests.specs import plan

SIGNAL = ImageSignal((1, 8, 8))
CPU = torch.device("cpu")


def convolution(stride=1) -> nn.Module:
    return nn.Conv2d(1, 1, 3, stride, padding=1)


class Translation(Objective):
    """Signals to sources and back, each judged by a network of its own.

    Args:
        pool: earlier samples that the discriminators are shown again; 0: none.
    """

    def __init__(self, pool: int = 0) -> None:
        super().__init__()
        self.condition = Source(SIGNAL, unpaired=True)
        self.generators = nn.ModuleDict({name: convolution() for name in ("forth", "back", "projector")})
        self.discriminators = nn.ModuleDict({name: convolution(4) for name in ("signal", "source")})
        self.frozen = convolution(2).requires_grad_(False)
        self.register_buffer("pool", torch.zeros(pool, *SIGNAL.shape))

    @property
    def kept(self) -> nn.Module:
        return self.generators["forth"]

    def generate(self, batch):
        return {"signal": self.generators["forth"](batch["source"]), "source": self.generators["back"](batch["signal"])}

    def discriminator_loss(self, batch, drawn, due):
        shown = {"signal": self.earlier(drawn["signal"].detach()), "source": drawn["source"].detach()}
        losses = [
            (softplus(-judge(batch[name])) + softplus(judge(shown[name]))).mean()
            for name, judge in self.discriminators.items()
        ]
        return sum(losses), None, {"loss_discriminator": sum(losses).detach()}

    def generator_loss(self, batch, drawn, carried):
        losses = [softplus(-judge(drawn[name])).mean() for name, judge in self.discriminators.items()]
        losses.append((self.generators["back"](drawn["signal"]) - batch["source"]).abs().mean())
        losses.append((self.frozen(drawn["signal"]) - self.frozen(batch["source"])).square().mean())
        losses.append((self.generators["projector"](drawn["signal"]) - batch["source"]).square().mean())
        return sum(losses), {"loss_generator": sum(losses).detach()}

    def earlier(self, signals):
        """Some signals of the pool instead of these, which take their places there."""
        if not len(self.pool):
            return signals
        places = torch.randperm(len(self.pool))[: len(signals) // 2]
        shown = torch.cat([self.pool[places], signals[len(places) :]])
        self.pool[places] = signals[: len(places)]
        return shown


def game(groups, *, pool=0, world=World(), **train) -> Game:  # noqa: B008
    """A training of it on groups of columns."""
    settings = plan(train={"images": 320, "batch_size": 16, "learning_rate": 0.01, **train}).train
    torch.manual_seed(settings.seed)
    objective = Translation(pool)
    order = partial(Order, batch_size=16, seed=settings.seed, part=(world.rank, world.size))
    players = (objective.generators, objective.discriminators)
    optimisers = [build_optimiser(settings, player, CPU) for player in players]
    return Game(objective, optimisers, choose_batches(groups, order, CPU), SIGNAL, 4, settings, world, CPU)


def unpaired(digits) -> list:
    """Some digits as signals, and others, inverted, as sources."""
    images = digits.splits["train"].signal
    return [{"signal": images[:300]}, {"source": 255 - images[300:500]}]
