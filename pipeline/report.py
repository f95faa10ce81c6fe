"""reports/report.html: what a person opens to judge a run."""

import json

import pandas as pd

from ganforge.evaluation.alarms import alarms
from ganforge.files import write_durably
from ganforge.layout import DIRECTION_FIGURES, FIGURES, GENERATOR, PREPARED, PROGRESS, REPORT, RUN, SAMPLES, TRAINING
from ganforge.pages.page import Picture, Section, pictures
from ganforge.pages.report import render_report
from ganforge.params import Params
from ganforge.prepared.storage import Meta, read_meta
from ganforge.runs.records import Record, read_workspace
from ganforge.tracking import Identity, previous_run, reason
from pipeline.stage import run_stage

STATIONS = 6  # pictures of the training on its way

SHEET = "Each from other latent vectors; a row per class, where there are classes."
NEIGHBOURS = (
    "Above: samples, on the left as they come, on the right those that are nearest to any training image. Middle: the "
    "nearest training image by features. Below: by pixels. A generator that copies shows the same picture three times."
)
NO_PREVIOUS = (
    "No run was recorded before this one whose scores compare with it: on the same data, with the same extractor and "
    "between equal numbers of images."
)
CLASSES = "How often each class, or group of similar images, comes among samples and among training images."
DIRECTIONS_TEXT = (
    "Three samples, in the middle as they are, moved to both sides; towards a class from left to right. Changes are "
    "from one side to the other, in standard deviations (sd) of samples. docs/latents.md tells how directions are "
    "found, and `make demo` lets you move along them."
)
TRAINING_CAPTION = (
    "Losses should settle; one that stays where it cannot fall any further means that one side always wins and teaches "
    "nothing. The discriminator's mean scores of real images and of samples should stay near each other. The gradient "
    "norm says how steep it is. The distance should fall; it is of other, usually more, samples than the score above, "
    "and distances fall with the number of samples."
)


def main(params: Params) -> None:
    """Puts everything that the stages made onto one page, beside the run before."""
    meta, identity, current = read_meta(PREPARED), Identity.load(RUN), read_workspace()
    told = alarms(current.scores, inception=params.evaluation.inception)
    page = render_report(
        title=title(params, meta),
        scores=current.scores,
        alarms=told,
        sections=sections(),
        previous=run_before(current, identity),
        chosen=chosen_generator(),
        current=current,
        environment=identity.environment | {"data": meta.origin, "digest of the data": meta.digest[:16]},
    )
    write_durably(REPORT, page.encode())
    for alarm in told:
        print(f"ALARM: {alarm}")


def title(params: Params, meta: Meta) -> str:
    """Data, network and loss, and whether it was scored for choosing settings."""
    held_out = "" if meta.held_out == "test" else ", against held-out training images"
    return f"{meta.dataset}, {params.network.name}, {params.train.loss}{held_out}"


def chosen_generator() -> str:
    """Which generator of the training was kept, and by what."""
    images = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["images"]
    table = pd.read_csv(TRAINING)
    checks = table["fd"].count()
    chosen = f"The generator is that of {images:,} of {int(table['images'].iloc[-1]):,} images shown in training"
    return f"{chosen}, the best of {checks} that were looked at." if checks > 1 else f"{chosen}."


def run_before(current: Record, identity: Identity) -> Record | str:
    """The run before this one as MLflow recorded it, or why it cannot be shown."""
    try:
        return previous_run(current, identity) or NO_PREVIOUS
    except Exception as error:  # whatever a tracking store comes up with, the page is made
        told = f"MLflow cannot tell of the run before ({reason(error)})."
        print(f"{told} The report goes without it.")
        return told


def sections() -> list[Section]:
    """The pictures, in the order in which one looks at them."""
    worst = FIGURES / "worst_class.json"
    name = f": {json.loads(worst.read_text(encoding='utf-8'))}" if worst.exists() else ""
    known = sorted(PROGRESS.glob("*.png"))
    stations = dict.fromkeys(known[round(place * (len(known) - 1) / (STATIONS - 1))] for place in range(STATIONS))
    return [
        Section("Samples", pictures([(SHEET, SAMPLES / "grid.png")])),
        Section(
            "On the way there",
            pictures([(f"after {int(path.stem):,} images", path) for path in stations]),
            column="9rem",
        ),
        Section("Copied?", pictures([(NEIGHBOURS, FIGURES / "neighbours.png")])),
        Section(
            f"The worst class{name}",
            pictures([("Above: samples. Below: real training images.", FIGURES / "worst_class.png")]),
        ),
        Section("Classes", pictures([(CLASSES, FIGURES / "classes.png")])),
        Section(
            "Between samples",
            pictures([("Each row walks from one latent vector to another.", SAMPLES / "interpolation.png")]),
        ),
        Section("Along directions in the space of codes", direction_pictures(), DIRECTIONS_TEXT, column="17rem"),
        Section("Training", pictures([(TRAINING_CAPTION, FIGURES / "training.png")])),
    ]


def direction_pictures() -> list[Picture]:
    """Each direction that samples can be edited along, under what it does."""
    effects = json.loads((DIRECTION_FIGURES / "effects.json").read_text(encoding="utf-8"))
    return pictures(
        (effect["sentence"], DIRECTION_FIGURES / f"{number:03d}.png") for number, effect in enumerate(effects)
    )


if __name__ == "__main__":
    run_stage(main)
