"""Trains a little, alone or as one of several processes, and writes what came of it: run by test_distributed."""

import json
import sys
from pathlib import Path

import torch

from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import join, leave
from ganforge.training.setup import build_trainer
from tests.specs import plan
from tests.training import translation, unpaired

prepared, jobs, out = map(Path, sys.argv[1:])
torch.set_num_threads(1)
cpu = torch.device("cpu")
world = join(cpu)
data = Prepared.load(prepared)


def report(name, objective, **more):
    weights = {key: float(tensor.double().sum()) for key, tensor in objective.named_parameters()}
    (out / f"{name}-{world.rank}.json").write_text(json.dumps({"weights": weights, **more}))


for name, changes in json.loads(jobs.read_text()).items():
    trainer = build_trainer(plan(**changes), data, Checkpoints(out / f"{name}-checkpoints"), cpu, world=world)
    reports = list(trainer.run())
    assert (reports[-1].samples is not None) == world.leads
    objective = trainer.game.objective
    augmentation = objective.augmentation
    probability = None if augmentation is None else float(augmentation.probability)
    report(name, objective, history=trainer.history, probability=probability)

unpaired_data = unpaired.prepare(out / f"unpaired-{world.rank}")
train = {"images": 320, "optimiser": "sgd", "learning_rate": 0.0005}
settings = unpaired.unpaired("cycle", train=train, objective_changes={"pool": 64})
trainer = build_trainer(settings, unpaired_data, Checkpoints(out / "cycle-checkpoints"), cpu, world=world)
list(trainer.run())
pool = trainer.game.objective.pools[0].samples
report("cycle", trainer.game.objective, history=trainer.history, pool=pool.double().flatten(1).sum(1).tolist())

game = translation.game(translation.unpaired(data), world=world, optimiser="sgd")
while game.step < game.steps:
    game.advance()
report("translation", game.objective)
leave(world)
