"""models/generator: the adversarial game, streamed into MLflow while it is played."""

from contextlib import nullcontext

from ganforge.params import Params
from ganforge.tracking.live import LiveRun
from pipeline.process import bind_threads, leads
from pipeline.stage import run_stage


def main(params: Params) -> None:
    """Trains, and records it if this is the process that leads."""
    with LiveRun() if leads(params.compute.processes) else nullcontext() as live:
        bind_threads(params.compute)
        from pipeline.training import train  # needs PyTorch, and while it is imported here, MLflow is there

        train(params, live)


if __name__ == "__main__":
    run_stage(main)
