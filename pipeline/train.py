"""models/generator: the adversarial training, recorded in MLflow while it runs."""

from contextlib import nullcontext

from ganforge.params import Params
from ganforge.tracking.live import LiveRun
from pipeline.process import bind_threads, leads
from pipeline.stage import run_stage


def main(params: Params) -> None:
    """Trains, and records the training if this is the leading process."""
    with LiveRun() if leads(params.compute.processes) else nullcontext() as live:
        bind_threads(params.compute)
        from pipeline.training import train  # imports PyTorch while the other process imports MLflow

        train(params, live)


if __name__ == "__main__":
    run_stage(main)
