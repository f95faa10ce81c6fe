"""reports/augmentation.html: the findings of the augmentation study."""

import pandas as pd

from ganforge.augmenting.conclusion import findings, headline
from ganforge.augmenting.page import plot_study, render_study
from ganforge.augmenting.study import GRID, TRIALS, repetition_file
from ganforge.files import write_durably
from ganforge.layout import AUGMENTATION, AUGMENTATION_PLOT, AUGMENTATION_REPORT, PREPARED
from ganforge.pages.page import pictures
from ganforge.params import Params
from ganforge.prepared.meta import read_meta
from pipeline.stage import run_stage

PLOT = "Left: accuracy; each dot is a repetition. Right: gain over classic augmentation in the same repetition."


def main(params: Params) -> None:
    """Draws the plot and writes the page."""
    meta, trials = read_meta(PREPARED), pd.read_csv(AUGMENTATION / TRIALS)
    results = findings(trials)
    plot_study(results, trials, AUGMENTATION_PLOT)
    first = int(trials["seed"].iloc[0])
    grids = [
        (
            f"Samples of a GAN trained on {finding.per_class} images of each class (seed {first}); one row per class.",
            repetition_file(AUGMENTATION, finding.per_class, first, GRID),
        )
        for finding in results
    ]
    shown = pictures([(PLOT, AUGMENTATION_PLOT), *grids])
    study = params.augmentation_study
    page = render_study(results, trials, study, params.train, params.augment, meta, shown)
    write_durably(AUGMENTATION_REPORT, page.encode())
    for finding in results:
        gain = ", ".join(f"{arm} {finding.accuracy[arm]} %" for arm in finding.accuracy)
        print(f"{finding.per_class} images of each class: {gain}")
        print(f"  {finding.sentence()}")
    print(headline(results))
    print(f"Open {AUGMENTATION_REPORT}.")


if __name__ == "__main__":
    run_stage(main)
