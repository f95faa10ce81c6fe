"""Trains a little, alone or as one of several processes, and writes the losses: run by test_distributed."""

import json
import sys
from pathlib import Path

import torch

from ganforge.datasets.prepared import Prepared
from ganforge.params import parse_params
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import join
from ganforge.training.setup import build_trainer

prepared, values, out = map(Path, sys.argv[1:])
torch.set_num_threads(1)
cpu = torch.device("cpu")
world = join(cpu)
params = parse_params(json.loads(values.read_text()))
trainer = build_trainer(params, Prepared.load(prepared), Checkpoints(out / "checkpoints"), cpu, world=world)
reports = list(trainer.run())
assert (reports[-1].samples is not None) == world.leads
if world.leads:
    (out / "history.json").write_text(json.dumps(trainer.history))
    total = sum(float(parameter.abs().sum()) for parameter in trainer.ema.average.parameters())
    (out / "total.json").write_text(json.dumps(total))
if world.size > 1:
    torch.distributed.destroy_process_group()
