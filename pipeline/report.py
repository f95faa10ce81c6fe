"""reports/report.html: what a person opens to judge a run."""

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
from ganforge.runs.records import Record, read_workspace
from ganforge.signals import signal_of
from ganforge.tracking.identity import Identity
from ganforge.tracking.reading import previous_run
from ganforge.tracking.store import reason
from pipeline.players import REBUILT
from pipeline.stage import run_stage

STATIONS = 6  # pictures of the training on its way
MOST_TITLES = 50  # rows of the sheet of samples that are named

SHEET = "Each from another latent vector."
ROWS = "A row each for: {}."
OTHER_SOURCES = "Each from another source."
SOURCES = "What they were made of, in the same order."
PAIRS = {"first": "As they come: {columns}.", "best": "Nearest to their partners.", "worst": "Farthest from them."}
NEIGHBOURS = (
    "Above: samples, on the left as they come, on the right those that are nearest to any of the training {data}. "
    "Middle: the nearest of the training {data} by features. Below: by their values. A generator that copies shows the "
    "same three times."
)
LISTEN_TEXT = (
    "Where phases are not stored, real sounds are there twice: as recorded, and rebuilt as samples are. The rebuilt "
    "ones are the best that samples can sound like."
)
WORST = "Above: samples. Below: real training {data}."
CLASSES = "How often each class, or group of similar {data}, comes among samples and among training {data}."
NO_PREVIOUS = (
    "No run was recorded before this one whose scores compare with it: on the same data, with the same extractor and "
    "between equal numbers of {data}."
)
DIRECTIONS_TEXT = (
    "Three samples, in the middle as they are, moved to both sides; towards a class from left to right. Changes are "
    "from one side to the other, in standard deviations (sd) of samples. docs/how_to/latents.md says how directions "
    "are computed, and `make demo` lets you move along them."
)
TRAINING_CAPTION = (
    "Losses should level off; one that stays where it cannot fall any further means that one side always wins and "
    "teaches nothing. The discriminator's mean scores of real {data} and of samples should stay near each other. The "
    "gradient norm says how steep it is. The distance should fall; it is of other, usually more, samples than the "
    "score above, and distances fall with the number of samples."
)


def main(params: Params) -> None:
    """Puts everything that the stages wrote onto one page, beside the run before."""
    meta, identity, current = read_meta(PREPARED), Identity.load(RUN), read_workspace()
    data = signal_of(meta.columns[SIGNAL]).plural
    page = render_report(
        title=title(params, meta, data),
        data=data,
        current=current,
        previous=run_before(current, identity, data),
        chosen=chosen_generator(data),
        sections=sections(data),
        environment=identity.environment | {"data": meta.origin, "digest of the data": meta.digest[:16]},
    )
    write_durably(REPORT, page.encode())
    for alarm in alarms(current.scores):
        print(f"ALARM: {alarm}")


def title(params: Params, meta: Meta, data: str) -> str:
    """Data, network and objective, and whether it was scored for choosing settings."""
    held_out = "" if meta.held_out == "test" else f", against held-out training {data}"
    return f"{meta.dataset}, {params.network.name}, {params.objective.title}{held_out}"


def chosen_generator(data: str) -> str:
    """Which generator of the training it is, and by what it was chosen."""
    shown = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["images"]
    table = pd.read_csv(TRAINING)
    checks = table["fd"].count()
    chosen = f"The generator is that of {shown:,} of {int(table['images'].iloc[-1]):,} {data} shown in training"
    chosen = f"{chosen}, the best of {checks} that were compared." if checks > 1 else f"{chosen}."
    return f"{chosen} {helped(table, data)}".rstrip()


def helped(table: pd.DataFrame, data: str) -> str:
    """When the training was about to fail and went on more carefully; empty where it never was."""
    if "helps" not in table:
        return ""
    times = table.loc[table["helps"].diff().fillna(table["helps"]) > 0, "images"]
    when = ", ".join(f"{time:,.0f}" for time in times)
    return f"The training was about to fail, and was helped, after {when} {data}." if when else ""


def run_before(current: Record, identity: Identity, data: str) -> Record | str:
    """The run before this one as MLflow recorded it, or why it cannot be shown."""
    try:
        return previous_run(current, identity) or NO_PREVIOUS.format(data=data)
    except Exception as error:  # whatever a tracking store comes up with, the page is written
        absent = f"MLflow cannot give the run before ({reason(error)})."
        print(f"{absent} The report goes without it.")
        return absent


def sections(data: str) -> list[Section]:
    """The pictures, in the order in which one looks at them."""
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
            "On the way there",
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
            pictures([("Each row walks from one latent vector to another.", SAMPLES / "interpolation.png")]),
        ),
        Section("Along directions in the space of codes", direction_pictures(), DIRECTIONS_TEXT, column="17rem"),
        Section("Training", pictures([(TRAINING_CAPTION.format(data=data), FIGURES / "training.png")])),
    ]


def pair_pictures() -> list[Picture]:
    """Rows of a source and what was made of it; none where samples answer no sources."""
    columns = ["the source", "draws"]
    if (FIGURES / "pairs_best.png").exists():
        columns.append("its real partner")
    if (GENERATOR / WAY_BACK).exists():
        columns.append("the first draw translated back")
    caption = " | ".join(columns)
    return pictures((text.format(columns=caption), FIGURES / f"pairs_{name}.png") for name, text in PAIRS.items())


def sheet_caption() -> str:
    """What the rows of the sheet of samples are, where the condition has words for it."""
    network = json.loads((GENERATOR / "config.json").read_text(encoding="utf-8"))["network"]
    if network.get("latent_dim") == 0:
        return OTHER_SOURCES
    titles = json.loads((SAMPLES / "rows.json").read_text(encoding="utf-8"))
    shown = ", ".join(titles[:MOST_TITLES]) + (" and others" if len(titles) > MOST_TITLES else "")
    return f"{ROWS.format(shown)} {SHEET}" if titles else SHEET


def direction_pictures() -> list[Picture]:
    """Each direction that samples can be edited along, under what it does; none where they cannot be edited."""
    try:
        effects = json.loads((DIRECTION_FIGURES / "effects.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return pictures(
        (effect["sentence"], DIRECTION_FIGURES / f"{number:03d}.png") for number, effect in enumerate(effects)
    )


if __name__ == "__main__":
    run_stage(main)
