"""Completes the MLflow run of this generator with the results of all stages; writes no files."""

import hashlib
import json

import pandas as pd

from ganforge.layout import (
    DATA_FIGURES,
    DATA_REPORT,
    DATA_SUMMARY,
    DIRECTION_FIGURES,
    FIGURES,
    GENERATOR,
    GRID,
    LISTEN,
    LOCK,
    METRICS,
    PARAMS,
    PREPARED,
    PROGRESS,
    REPORT,
    RUN,
    SAMPLES,
    TRAINING,
)
from ganforge.params import Params
from ganforge.prepared.meta import read_meta
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import CONDITION_TAG, SCORING_TAG, describe, recover_run, scoring_mark, settings_tags
from ganforge.tracking.store import store_needed
from pipeline.stage import run_stage

NAMES = ("dataset.name", "network.name", "objective.name")  # keys that identify a model


def main(params: Params) -> None:
    """Opens the run of the generator's training, or makes it again from the files if it is gone."""
    meta = read_meta(PREPARED)
    table = pd.read_csv(TRAINING)
    scores = json.loads(METRICS.read_text(encoding="utf-8"))
    history = [{str(name): float(value) for name, value in row.items()} for row in table.to_dict("records")]
    scoring = scoring_mark(params, scores)
    with store_needed():
        run = recover_run(params, meta, Identity.load(RUN), scoring)
        run.log_history(history)
        run.log_grids(sorted(PROGRESS.glob("*.png")))
        run.set_tags(
            settings_tags(params)
            | {
                "mlflow.note.content": describe(scores, meta, run.run_id),
                "data.digest": meta.digest,
                "lock.digest": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
                SCORING_TAG: scoring,
                CONDITION_TAG: json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["condition"]["kind"],
            }
        )
        run.log_scores(scores, run.log_model(GENERATOR, {name: str(params.flat()[name]) for name in NAMES}))
        run.log_files(
            {
                GENERATOR: "generator",
                **dict.fromkeys([*SAMPLES.glob("*.png"), SAMPLES / "rows.json"], "samples"),
                SAMPLES / "single": "samples/single",
                LISTEN: "samples/listen",
                GRID: None,  # MLflow compares files at the root side by side
                FIGURES: "figures",
                DIRECTION_FIGURES: "directions",
                DATA_FIGURES: "data",
                DATA_REPORT: "data",
                DATA_SUMMARY: "data",
                REPORT: None,
                METRICS: None,
                TRAINING: None,
                PARAMS: None,
                LOCK: None,
            }
        )
        run.end("FINISHED")
    print(f"recorded as MLflow run {run.run_id}")


if __name__ == "__main__":
    run_stage(main)
