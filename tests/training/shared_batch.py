"""Trains a little, alone or as one of several processes, and writes what came of it: run by test_distributed."""

import json
import sys
from pathlib import Path

import torch

from ganforge.params import parse_params
from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import join, leave
from ganforge.training.setup import build_trainer

prepared, jobs, out = map(Path, sys.argv[1:])
torch.set_num_threads(1)
cpu = torch.device("cpu")
world = join(cpu)
for name, values in json.loads(jobs.read_text()).items():
    checkpoints = Checkpoints(out / f"{name}-checkpoints")
    trainer = build_trainer(parse_params(values), Prepared.load(prepared), checkpoints, cpu, world=world)
    reports = list(trainer.run())
    assert (reports[-1].samples is not None) == world.leads
    weights = {key: float(tensor.double().sum()) for key, tensor in trainer.game.objective.named_parameters()}
    told = {"history": trainer.history, "weights": weights}
    if trainer.game.objective.augmentation is not None:
        told["probability"] = float(trainer.game.objective.augmentation.probability)
    (out / f"{name}-{world.rank}.json").write_text(json.dumps(told))
leave(world)
