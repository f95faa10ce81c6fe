"""reports/data.html: the training data, to inspect before any training."""

import numpy as np
import pandas as pd

from ganforge.figures.plots import plot_counts, plot_sizes
from ganforge.files import write_durably, write_json
from ganforge.layout import DATA_FIGURES, DATA_REPORT, DATA_SUMMARY, LISTEN_TO_DATA, PREPARED
from ganforge.pages.data_report import (
    class_lines,
    draw_sheets,
    first_captions,
    plural_of,
    render_data_report,
    summary,
    warnings,
)
from ganforge.pages.page import Section, pictures, players
from ganforge.params import Params
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Meta, Prepared
from pipeline.players import write_training_players
from pipeline.stage import run_stage

MOST_CLASSES = 50  # whose numbers a picture can show

LISTEN = "Some of the training data, with the rate and length of params.yaml."
SIZES = "Width and height of the files, in pixels; darker means more files."


def main(params: Params) -> None:
    """Draws the data, and warns of problems that may spoil a training."""
    data = Prepared.load(PREPARED)
    meta, facts = data.meta, read_facts(PREPARED)
    DATA_FIGURES.mkdir(parents=True, exist_ok=True)
    write_class_counts(meta)
    if facts is not None and len(facts.sizes) > 1:
        plot_sizes(np.array(facts.sizes), DATA_FIGURES / "sizes.png")
    lines = class_lines(data.splits["train"], len(meta.classes))
    write_training_players(data, lines, LISTEN_TO_DATA)
    write_json(DATA_SUMMARY, summary(meta, facts))
    sections = [
        *draw_sheets(data, DATA_FIGURES),
        Section("Listen", [], LISTEN, players=players(LISTEN_TO_DATA)),
        Section("Classes", pictures([(f"Training {plural_of(meta)} of each class.", DATA_FIGURES / "classes.png")])),
        Section("Sizes", pictures([(SIZES, DATA_FIGURES / "sizes.png")])),
    ]
    settings = {f"dataset.{key}": value for key, value in params.dataset.model_dump(mode="json").items()}
    page = render_data_report(meta, facts, sections, settings, first_captions(data))
    write_durably(DATA_REPORT, page.encode())
    for warning in warnings(meta, facts):
        print(warning)
    print(f"open {DATA_REPORT} to look at the data")


def write_class_counts(meta: Meta) -> None:
    """Writes classes.csv for DVC's plots, and a picture unless there are too many classes."""
    names, counts = list(meta.classes) or ["all"], list(meta.class_counts) or [meta.count["train"]]
    table = pd.DataFrame({"class": names, "images": counts})
    write_durably(DATA_FIGURES / "classes.csv", table.to_csv(index=False).encode())
    if 1 < len(names) <= MOST_CLASSES:
        plot_counts(np.array(counts), names, DATA_FIGURES / "classes.png")


if __name__ == "__main__":
    run_stage(main)
