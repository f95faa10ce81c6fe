"""Records the augmentation study as an MLflow run, with a child for each repetition; writes no files."""

import pandas as pd

from ganforge.augmenting.conclusion import as_scores, findings, headline, identifier
from ganforge.augmenting.study import GRID, TRAINING, TRIALS, repetition_file, repetition_name, repetitions
from ganforge.layout import (
    AUGMENTATION,
    AUGMENTATION_PLOT,
    AUGMENTATION_REPORT,
    AUGMENTATION_RUN,
    PREPARED,
)
from ganforge.params import Params
from ganforge.prepared.meta import read_meta
from ganforge.tracking.identity import Identity
from ganforge.tracking.store import store_needed
from ganforge.tracking.study import Member, record_study
from pipeline.stage import run_stage

SECTIONS = ("network", "objective", "train", "augment", "augmentation_study")


def main(params: Params) -> None:
    """Writes the parent and its children, or completes them."""
    meta, trials = read_meta(PREPARED), pd.read_csv(AUGMENTATION / TRIALS)
    results = findings(trials)
    settings = {key: str(value) for key, value in params.flat().items() if key.split(".")[0] in SECTIONS}
    parent = Member(
        name=f"augmentation of {meta.dataset}",
        params={"data": meta.dataset, **settings},
        scores=as_scores(results),
        files=dict.fromkeys((AUGMENTATION_PLOT, AUGMENTATION_REPORT, AUGMENTATION / TRIALS)),
    )
    children = [child(trials, size, seed) for size, seed in repetitions(trials)]
    text = "\n\n".join([f"**{headline(results)}**", *(finding.sentence() for finding in results)])
    with store_needed():
        run_id = record_study("augmentation", Identity.load(AUGMENTATION_RUN), parent, children, text)
    print(f"recorded as MLflow run {run_id} with {len(children)} children")


def child(trials: pd.DataFrame, per_class: int, seed: int) -> Member:
    """A repetition: its GAN's training and samples, and the accuracy of each arm."""
    ours = trials[trials["chosen"] & (trials["per_class"] == per_class) & (trials["seed"] == seed)]
    history = pd.read_csv(repetition_file(AUGMENTATION, per_class, seed, TRAINING)).to_dict("records")
    return Member(
        name=repetition_name(per_class, seed),
        params={"per_class": str(per_class), "seed": str(seed)},
        scores={
            kind: {identifier(arm): value for arm, value in zip(ours["arm"], ours[kind].tolist())}
            for kind in ("accuracy", "validation", "share")
        },
        files={repetition_file(AUGMENTATION, per_class, seed, GRID): None},
        history=[{str(name): float(value) for name, value in row.items()} for row in history],
    )


if __name__ == "__main__":
    run_stage(main)
