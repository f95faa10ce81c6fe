"""reports/report.html: the page to judge a run by."""

import json

import pandas as pd

from ganforge.evaluation.reading import alarms
from ganforge.files import write_durably
from ganforge.layout import (
    DIRECTION_FIGURES,
    FIGURES,
    GENERATOR,
    LISTEN,
    LISTEN_TO_NEIGHBOURS,
    PREPARED,
    PROGRESS,
    REPORT,
    RUN,
    SAMPLES,
    TRAINING,
    WAY_BACK,
)
from ganforge.pages.page import Picture, Section, pictures, players
from ganforge.pages.report import render_report
from ganforge.params import Params
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta, read_meta
from ganforge.runs.next_step import next_step
from ganforge.runs.records import Record, read_workspace
from ganforge.signals import signal_of
from ganforge.tracking.identity import Identity
from ganforge.tracking.reading import previous_run
from ganforge.tracking.store import reason
from pipeline.players import REBUILT
from pipeline.stage import run_stage

STATIONS = 6  # pictures of stages of the training
MOST_TITLES = 50  # rows of the sheet of samples that are named

SHEET = "Each sample has a different latent vector."
ROWS = "The rows are: {}."
OTHER_SOURCES = "Each sample has a different source."
SOURCES = "The sources of these samples, in the same order."
PAIRS = {
    "first": "The first sources: {columns}.",
    "best": "Samples nearest to their partners.",
    "worst": "Samples farthest from their partners.",
}
NEIGHBOURS = (
    "Top: samples; on the left the first ones, on the right those nearest to any of the training {data}. Middle: the "
    "nearest of the training {data} by features. Bottom: the nearest by values. If the generator copies, all three are "
    "the same."
)
LISTEN_TEXT = (
    "If phases are not stored, real sounds appear twice: as recorded, and rebuilt in the same way as samples. Samples "
    "cannot sound better than the rebuilt ones."
)
WORST = "Top: samples. Bottom: real training {data}."
CLASSES = "The share of each class, or group of similar {data}, among samples and among training {data}."
NO_PREVIOUS = (
    "No earlier recorded run has scores that compare with these: on the same data, with the same extractor and the "
    "same number of {data}."
)
DIRECTIONS_TEXT = (
    "Each row shows a sample: unedited in the middle, and moved to both sides. Towards a class, it moves from left to "
    "right. Changes are from one side to the other, in standard deviations (sd) of samples. docs/how_to/latents.md "
    "explains how directions are computed; use `make demo` to move along them."
)
TRAINING_CAPTION = (
    "Losses should level off. If one stays at its minimum, one network always wins and the other cannot learn from it. "
    "The discriminator's mean scores of real {data} and of samples should stay near each other. The gradient norm "
    "shows how steep the discriminator is. The distance should fall; it uses other, usually more, samples than the "
    "score above, and distances fall with the number of samples."
)


def main(params: Params) -> None:
    """Writes one page with the results of all stages, compared with the previous run."""
    meta, identity, current = read_meta(PREPARED), Identity.load(RUN), read_workspace()
    data = signal_of(meta.columns[SIGNAL]).plural
    page = render_report(
        title=title(params, meta, data),
        data=data,
        current=current,
        previous=run_before(current, identity, data),
        chosen=chosen_generator(data, current),
        sections=sections(data),
        environment=identity.environment | {"data": meta.origin, "digest of the data": meta.digest[:16]},
    )
    write_durably(REPORT, page.encode())
    for alarm in alarms(current.scores):
        print(f"ALARM: {alarm}")


def title(params: Params, meta: Meta, data: str) -> str:
    """The title: data, network and objective, and whether it was scored on validation data."""
    held_out = "" if meta.held_out == "test" else f", against held-out training {data}"
    return f"{meta.dataset}, {params.network.name}, {params.objective.title}{held_out}"


def chosen_generator(data: str, current: Record) -> str:
    """Sentences about which generator of the training this is, how it was chosen, and what to try next."""
    shown = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["images"]
    table = pd.read_csv(TRAINING)
    checks = table["fd"].count()
    chosen = f"This is the generator after {shown:,} of {int(table['images'].iloc[-1]):,} {data} shown in training"
    chosen = f"{chosen}, the best of {checks} that were compared." if checks > 1 else f"{chosen}."
    advice = next_step(current.scores, current.params, table, shown)
    return " ".join(part for part in (chosen, helped(table, data), advice) if part)


def helped(table: pd.DataFrame, data: str) -> str:
    """When the training showed signs of failure and was helped; empty if it never was."""
    if "helps" not in table:
        return ""
    times = table.loc[table["helps"].diff().fillna(table["helps"]) > 0, "images"]
    when = ", ".join(f"{time:,.0f}" for time in times)
    return f"The training was about to fail after {when} {data}, and continued with gentler settings." if when else ""


def run_before(current: Record, identity: Identity, data: str) -> Record | str:
    """The previous run as MLflow recorded it, or why it cannot be shown."""
    try:
        return previous_run(current, identity) or NO_PREVIOUS.format(data=data)
    except Exception as error:  # the page is written whatever the tracking store raises
        absent = f"MLflow cannot read the previous run ({reason(error)})."
        print(f"{absent} The report omits it.")
        return absent


def sections(data: str) -> list[Section]:
    """The pictures, in the order of the page."""
    worst = FIGURES / "worst_class.json"
    name = f": {json.loads(worst.read_text(encoding='utf-8'))}" if worst.exists() else ""
    known = sorted(PROGRESS.glob("*.png"))
    stations = dict.fromkeys(
        known[round(place * (len(known) - 1) / (STATIONS - 1))] for place in range(STATIONS) if known
    )
    listen = players(LISTEN)
    rebuilt = listen is not None and REBUILT in listen.heads
    return [
        Section("Samples", pictures([(sheet_caption(), SAMPLES / "grid.png"), (SOURCES, SAMPLES / "source.png")])),
        Section("Listen", [], LISTEN_TEXT if rebuilt else "", players=listen),
        Section("From source to sample", pair_pictures(), column="24rem"),
        Section(
            "During training",
            pictures([(f"after {int(path.stem):,} {data}", path) for path in stations]),
            column="9rem",
        ),
        Section(
            "Copied?",
            pictures([(NEIGHBOURS.format(data=data), FIGURES / "neighbours.png")]),
            players=players(LISTEN_TO_NEIGHBOURS),
        ),
        Section(f"The worst class{name}", pictures([(WORST.format(data=data), FIGURES / "worst_class.png")])),
        Section("Classes", pictures([(CLASSES.format(data=data), FIGURES / "classes.png")])),
        Section(
            "Between samples",
            pictures([("Each row interpolates between two latent vectors.", SAMPLES / "interpolation.png")]),
        ),
        Section("Along directions in the space of codes", direction_pictures(), DIRECTIONS_TEXT, column="17rem"),
        Section("Training", pictures([(TRAINING_CAPTION.format(data=data), FIGURES / "training.png")])),
    ]


def pair_pictures() -> list[Picture]:
    """Rows of a source and its samples; none if samples have no sources."""
    columns = ["the source", "draws"]
    if (FIGURES / "pairs_best.png").exists():
        columns.append("its real partner")
    if (GENERATOR / WAY_BACK).exists():
        columns.append("the first draw translated back")
    caption = " | ".join(columns)
    return pictures((text.format(columns=caption), FIGURES / f"pairs_{name}.png") for name, text in PAIRS.items())


def sheet_caption() -> str:
    """A sentence about the rows of the sheet of samples, if the condition has words for them."""
    network = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["network"]
    if network.get("latent_dim") == 0:
        return OTHER_SOURCES
    titles = json.loads((SAMPLES / "rows.json").read_text(encoding="utf-8"))
    shown = ", ".join(titles[:MOST_TITLES]) + (" and others" if len(titles) > MOST_TITLES else "")
    return f"{ROWS.format(shown)} {SHEET}" if titles else SHEET


def direction_pictures() -> list[Picture]:
    """A picture of each direction to edit samples along, with its effect; none if they cannot be edited."""
    try:
        effects = json.loads((DIRECTION_FIGURES / "effects.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return pictures(
        (effect["sentence"], DIRECTION_FIGURES / f"{number:03d}.png") for number, effect in enumerate(effects)
    )


if __name__ == "__main__":
    run_stage(main)
