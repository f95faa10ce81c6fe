"""models/baseline: the generator's network trained without a discriminator, to compare scores; empty if not asked for.

With the mean absolute difference alone, a translator draws the median of the possible results of a source. The
comparison shows whether the discriminator was worth its time.
"""

from ganforge.layout import BASELINE
from ganforge.objectives.settings import PairedSettings, RegressionSettings
from ganforge.params import Params
from pipeline.process import bind_threads
from pipeline.stage import run_stage


def main(params: Params) -> None:
    """Trains as long as the stage train, if the settings ask for a baseline."""
    BASELINE.mkdir(parents=True, exist_ok=True)
    if not isinstance(params.objective, PairedSettings) or not params.objective.baseline:
        return
    bind_threads(params.compute)
    from pipeline.training import train_alone  # needs PyTorch

    changed = {
        "objective": RegressionSettings(name="regression"),
        "train": params.train.model_copy(update={"best_every": 0, "on_failure": "warn"}),
    }
    train_alone(params.model_copy(update=changed), BASELINE)


if __name__ == "__main__":
    run_stage(main)
