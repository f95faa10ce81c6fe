"""docs/explanation/results_sounds.md, written from the figures in docs/results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Figures = Mapping[str, Any]

INTRODUCTION = """# Results on sounds and music

The pipeline made every score, picture and sound on this page:

    python -m benchmarks.results spoken_digits instruments chorales --threads 1

It runs `dvc repro` for each seed of the training in a copy of the last commit, and writes the page.
[Sounds](../how_to/sounds.md#scores) and [music](../how_to/music.md#scores) explain the scores.

"Training" is the time of the training loop with its checks for the best generator. "Real" are held-out sounds or
excerpts. Spectrograms have no phases, so real sounds are rebuilt as samples are. That is the best that samples can
reach.
"""

SECTIONS = {
    "spoken_digits": """## Spoken digits

`ganforge recipe spoken_digits && make repro`: zero to nine by six speakers (Free Spoken Digit Dataset), one second at 8
kHz.
""",
    "instruments": """## Instruments

`ganforge recipe instruments && make repro`: synthetic strings, bells and organ pipes at five pitches each. No download
is needed.
""",
    "chorales": """## Chorales

`ganforge recipe chorales && make repro`: four bars in four voices. The Markov chain needs no network: it predicts each
step of all voices from the three before.
""",
}

SPEED = """\
## Speed of reading and rebuilding

    python -m benchmarks.sounds

One core of an Intel Xeon. Rebuilding by 32 rounds of the fast Griffin-Lim algorithm: 126 clips of a second in a second,
7.3 times as many as a plain loop with scipy. Preparing WAV files of 44.1 kHz: 406 seconds of sound in a second, which
takes 10.5 times as long as reading them.

## Minutes of training

    python -m benchmarks.minutes

On two threads of an idle Intel Xeon, by the speed of a few seconds: `spoken_digits` 11.2 minutes, `instruments` 3.8 and
`chorales` 9.9. Checks for the best generator are not counted.
"""

OF_SOUNDS = {
    "`fd_ratio`": "quality.fd_ratio",
    "recall": "quality.recall",
    "coverage": "quality.coverage",
    "label obeyed": "classifier.conditional_accuracy",
    "inception score": "audio.inception_score",
    "speaker entropy": "audio.speaker_entropy",
    "silent": "audio.silent",
    "with clicks": "audio.clicks",
    "too loud": "audio.clipped",
    "within 25 cents of the pitch": "audio.pitch_within_25_cents",
}
OF_MUSIC = {
    "`fd_ratio`": "quality.fd_ratio",
    "recall": "quality.recall",
    "coverage": "quality.coverage",
    "empty bars": "music.empty_bars",
    "pitch classes in a bar": "music.pitch_classes_per_bar",
    "notes of an eighth": "music.notes_of_an_eighth",
    "notes in scale": "music.in_scale",
    "pitch classes off by": "music.pitch_class_distance",
    "crossed voices": "music.voice_crossings",
    "tonal distance of voices": "music.tonal_distance",
    "copied bars": "music.copied_bars",
    "copied fours of bars": "music.copied_four_bars",
}
ROWS = {"spoken_digits": OF_SOUNDS, "instruments": OF_SOUNDS, "chorales": OF_MUSIC}
PICTURES = {
    "spoken_digits": """*Samples of the first seed, a row for each digit: zero to four on the left, five to nine on the
right. Time runs to the right, frequency upwards.*
""",
    "chorales": """*Samples of the first seed as piano rolls. Red: soprano. Orange: alto. Green: tenor. Blue: bass.*
""",
}
REMARKS = {
    "spoken_digits": """\
Samples have the shape of a word: they swell, fall and end in silence. Their formants are smeared,
so vowels are unclear, and some have a hiss that does not belong to the digit. Many samples are too
loud for a file and are lowered, which real sounds hardly ever are.
""",
    "instruments": """\
Samples are in tune. The ratio is large because its floor is small: real sounds of both splits hardly
differ. Recall and coverage show that samples vary less than real sounds.
""",
    "chorales": """\
Notes last nearly as long as in real excerpts, voices cross no more often, and two voices harmonise in a
beat as in real ones. Hardly any bar is copied. More notes are outside the scale, and the third seed has
other shares of the pitch classes.
""",
}
WHAT = {"spoken_digits": "sounds", "instruments": "sounds", "chorales": "excerpts"}
REAL_LABELS = "classifier.extractor_accuracy"  # what the classifier of labels reaches on real sounds


def sounds_page(figures: Mapping[str, Figures], measured_on: Callable[[Figures], str]) -> str:
    """The page; parts without figures are left out.

    Args:
        figures: the figures of each part.
        measured_on: a sentence about the machine of a part.
    """
    parts = [text for name in SECTIONS if name in figures for text in _part(name, figures[name], measured_on)]
    return "\n".join([INTRODUCTION, *parts, *([SPEED] if parts else [])]).rstrip() + "\n"


def _part(name: str, part: Figures, measured_on: Callable[[Figures], str]) -> list[str]:
    runs = part["runs"]
    heads = [run["name"] for run in runs]
    beside = [("real", "_real"), *([("Markov chain", "_markov")] if name == "chorales" else [])]
    lines = [
        f"| | {' | '.join([*heads, *(head for head, _ in beside)])} |",
        f"|{'---|' * (1 + len(heads) + len(beside))}",
        f"| training | {' | '.join(_minutes(run) for run in runs)} |{' |' * len(beside)}",
        f"| {WHAT[name]} shown | {' | '.join(format(run['images'], ',') for run in runs)} |{' |' * len(beside)}",
    ]
    for title, key in ROWS[name].items():
        values = [_value(run["scores"], key) for run in runs]
        if any(value is not None for value in values):
            others = [_of_others(runs[0]["scores"], key, suffix) for _, suffix in beside]
            lines.append(f"| {title} | {' | '.join(map(_shown, [*values, *others]))} |")
    picture = [REMARKS[name]] if name in REMARKS else []
    if name in PICTURES:
        picture += [f"![Samples of {runs[0]['name']}](../images/{name}.png)", "", PICTURES[name]]
    return [SECTIONS[name], *lines, "", measured_on(part), "", *_players(name, part), *picture]


def _players(name: str, part: Figures) -> list[str]:
    """Links to sounds and players of them; pages of a repository show the links alone."""
    files = {title: f"../sounds/{name}_{file}" for title, file in part.get("sounds", {}).items()}
    links = ", ".join(f"[{title}]({path})" for title, path in files.items())
    players = [f'<audio controls preload="metadata" src="{path}"></audio>' for path in files.values()]
    return [f"Listen to them, one after the other: {links}.", "", *players, ""] if files else []


def _value(scores: Figures, key: str) -> float | None:
    group, name = key.split(".")
    value: float | None = scores.get(group, {}).get(name)
    return value


def _of_others(scores: Figures, key: str, suffix: str) -> float | None:
    """The score of real data or of the chain."""
    if key == "classifier.conditional_accuracy":
        return _value(scores, REAL_LABELS) if suffix == "_real" else None
    return _value(scores, key + suffix)


def _minutes(run: Figures) -> str:
    return f"{run['seconds'] / 60:.1f} min"


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
