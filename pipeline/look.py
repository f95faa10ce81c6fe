"""reports/data.html: the data themselves, to be looked at before anything is learnt from them."""

import numpy as np
import pandas as pd

from ganforge.datasets.facts import read_facts
from ganforge.figures.plots import plot_counts, plot_sizes
from ganforge.files import write_durably, write_json
from ganforge.layout import DATA_FIGURES, DATA_REPORT, DATA_SUMMARY, PREPARED
from ganforge.pages.data_report import contact_sheet, render_data_report, summary, warnings
from ganforge.pages.report import Section, pictures
from ganforge.params import Params
from ganforge.prepared.storage import Meta, Prepared
from ganforge.signals import SIGNALS
from pipeline.stage import run_stage

MOST_CLASSES = 50  # whose numbers a picture can show

SHEET = "Training images as the networks see them; a row per class, where there are classes, the largest first."
CLASSES = "Training images of each class."
SIZES = "Width and height of the files, in pixels; the darker, the more."


def main(params: Params) -> None:
    """Draws what there is, and says what may spoil a training."""
    data = Prepared.load(PREPARED)
    meta, facts = data.meta, read_facts(PREPARED)
    DATA_FIGURES.mkdir(parents=True, exist_ok=True)
    sheet, columns = contact_sheet(data.splits["train"], len(meta.classes))
    SIGNALS[meta.signal]().sheet(sheet, columns, DATA_FIGURES / "contact_sheet.png")
    write_class_counts(meta)
    if facts is not None and len(facts.sizes) > 1:
        plot_sizes(np.array(facts.sizes), DATA_FIGURES / "sizes.png")
    write_json(DATA_SUMMARY, summary(meta, facts))
    sections = [
        Section("Images", pictures([(SHEET, DATA_FIGURES / "contact_sheet.png")])),
        Section("Classes", pictures([(CLASSES, DATA_FIGURES / "classes.png")])),
        Section("Sizes", pictures([(SIZES, DATA_FIGURES / "sizes.png")])),
    ]
    settings = {key: value for key, value in params.flat().items() if key.startswith(("dataset.", "images."))}
    write_durably(DATA_REPORT, render_data_report(meta, facts, sections, settings).encode())
    for warning in warnings(meta, facts):
        print(warning)
    print(f"look at the data in {DATA_REPORT}")


def write_class_counts(meta: Meta) -> None:
    """classes.csv for DVC's plots, and a picture where there is room."""
    names, counts = list(meta.classes) or ["all"], list(meta.class_counts) or [meta.count["train"]]
    table = pd.DataFrame({"class": names, "images": counts})
    write_durably(DATA_FIGURES / "classes.csv", table.to_csv(index=False).encode())
    if 1 < len(names) <= MOST_CLASSES:
        plot_counts(np.array(counts), names, DATA_FIGURES / "classes.png")


if __name__ == "__main__":
    run_stage(main)
