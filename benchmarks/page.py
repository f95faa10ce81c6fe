"""docs/explanation/results.md and the other pages of results, written from the figures in docs/results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from statistics import mean
from typing import Any

from ruamel.yaml import YAML

from benchmarks.sound_page import sounds_page
from ganforge.evaluation.reading import shown

Figures = Mapping[str, Any]

COLUMNS: dict[str, Callable[[Figures], str]] = {
    "training": lambda run: f"{run['seconds']:.0f} s",
    "taken by other tenants": lambda run: f"{run['stolen']:.0%}" if "stolen" in run else "",
    "images shown": lambda run: f"{run['images']:,}",
    "fd": lambda run: shown(run["scores"], "quality.fd"),
    "its floor": lambda run: f"{run['scores']['quality']['fd_floor']:.3g}",
    "fd_ratio": lambda run: f"{run['scores']['quality']['fd_ratio']:.2f}",
    "precision": lambda run: f"{run['scores']['quality']['precision']:.3f}",
    "recall": lambda run: f"{run['scores']['quality']['recall']:.3f}",
    "coverage": lambda run: f"{run['scores']['quality']['coverage']:.3f}",
    "label obeyed": lambda run: _classifier(run, "conditional_accuracy"),
    "CAS (of real images)": lambda run: f"{_classifier(run, 'cas')} ({_classifier(run, 'cas_real')})",
}

MODE_COLUMNS: dict[str, Callable[[Figures], str]] = {
    "training": COLUMNS["training"],
    "taken by other tenants": COLUMNS["taken by other tenants"],
    "images shown": COLUMNS["images shown"],
    "modes of 1000 (real images)": lambda run: f"{run['scores']['task']['modes']} ({_task(run, 'modes_real')})",
    "KL in nats (real images)": lambda run: f"{run['scores']['task']['kl']:.3f} ({_task(run, 'kl_real')})",
    "stacks the classifier gets right": lambda run: f"{run['scores']['classifier']['extractor_accuracy']:.1%}",
    "fd_ratio": COLUMNS["fd_ratio"],
}

# From the papers; their protocols differ in the networks, in the number of images shown and in the classifier.
PUBLISHED = (
    ("DCGAN (Radford 2015), as reported by Lin 2017", "99", "3.40"),
    ("VEEGAN (Srivastava 2017), as reported by Lin 2017", "150", "2.95"),
    ("WGAN-GP (Gulrajani 2017), as reported by Huang 2024", "959", "0.73"),
    ("PacDCGAN2 (Lin 2017)", "1000", "0.06"),
    ("R3GAN's loss (Huang 2024)", "1000", "0.078"),
)

INTRODUCTION = """# Results on digits

The pipeline made every figure and picture on this page. `make results` runs `dvc repro` for each setting in a copy of
the last commit and writes the page; `make results PARTS=families` measures one part again. A note marks parts that were
measured in another way. [Scores](../reference/scores.md) explains the scores. Other pages have
[results on pictures](results_panel.md) and [results on sounds and music](results_sounds.md).

"Training" is the time of the training loop with its checks for the best generator, without the start of the stage, the
pictures and the scores. "Taken by other tenants" is the share of the cores' time that the host gave to other virtual
machines.

An earlier feature network measured all scores on this page. The generators still have the same weights. With the
present feature network, the `fd_ratio` of seed 0 is 1.07 instead of 1.16 on digits, and 1.03 instead of 1.18 on MNIST.
"""

FAMILIES = """## Every family of networks on digits

One seed each, with the settings of the recipe `digits` except for the last column. Only `dcgan` was tuned for these
data. For the last four families, three learning rates were tried. The table shows that each family trains, not which
one is best.
"""

DIGITS = """## Digits: the default, three seeds of the training

`ganforge recipe digits && make repro`. The settings were chosen on a validation split of the training images
(`dataset.held_out: validation`). [Decisions](decisions/recipes.md) has the choices that were made before that split was
used.
"""

MNIST = """## MNIST, three seeds of the training

`ganforge recipe mnist && make repro`. The settings were chosen on a validation split, by the distance and by the number
of broken strokes ([decisions](decisions/recipes.md)). The number of images fits into three minutes.
"""

MNIST_LONGER = """## MNIST with more images, three seeds of the training

The recipe `mnist` with 530,000 images instead of 310,000 takes less than five minutes. An `fd_ratio` below 1 means that
the samples are closer to the training images than the test images are, which other people wrote. `auth_pct` in the
report shows that they are no copies.
"""

MNIST_GPU = """## MNIST on a GPU

These runs used an earlier recipe `mnist`: width 32, 64 latents, normal sampling, gammas of 0.1, a learning rate of
0.0015. The last column has all differences from the present recipe. The feature network was trained on the GPU too, so
the floor differs: compare these ratios with each other, not with those above.
"""

PANEL = """# Results on pictures

`python -m benchmarks.panel` trains on each folder of pictures with the settings that `ganforge recipe folder` proposes.
It also trains a plain DCGAN (no labels, no penalties, a learning rate of 0.0002) and the loss of StyleGAN2-ADA on our
networks for the same time, as far as the tables below have them. `benchmarks/panel_sets.py` defines the sets.
[Scores](../reference/scores.md) explains the scores.

Two feature networks score the same samples where both can: SqueezeNet, which learnt none of these pictures, and a
classifier of the set's classes. SqueezeNet reacts to textures that a classifier of a few classes ignores. "Proposed" is
the one that `ganforge recipe folder` proposed; it measured the worst class, the labels and CAS.

The network and its augmentation were chosen on other trainings of `shapes`, `emoji` and `photographs`
([decisions](decisions/networks.md)), so these rows are optimistic. Width and learning rate of images above 32 pixels
were chosen on short trainings of `materials`. No setting was chosen on the other sets.
"""

PANEL_WORST = """## The worst of the seeds

The highest ratio, and the lowest recall (as a share of that of real pictures) and coverage, of the proposed settings. A
plain DCGAN for the same time, one seed, is beside them where it was measured.
"""

PANEL_ROWS = """## Every training

The number of images follows from the speed that was measured before the training. The other core was at work, so it
differs between seeds.
"""

LARGE = """## {name}: {side} pixels
{text}
The upper three rows are held-out images, the lower three are samples. Both were drawn at random.

![Three rows of images, and three rows of samples](../images/panel_{name}.webp)
"""
MATERIALS = """
    python -m benchmarks.panel materials --minutes 60 --resolution 128 --seeds 0 --arms proposed

This is what two cores learn in an hour from 1,012 photographs of walls, floors, rocks and doors. They are textures of
the game UFO: Alien Invasion (GPL 2 or later). Surfaces look real: wood, plaster, cloth, stone. Bricks are wavy. Signs,
doors and other single things become strokes.
"""
SMALL = 40  # pixels of a side; larger images are shown in full size
PANEL_BESIDE = 3  # pictures of a row
PANEL_COLUMNS = (  # head, key, and the feature network that has to measure it (empty: the proposed one)
    ("SqueezeNet: fd_ratio", "fd_ratio", "squeezenet"),
    ("recall (real)", "recall", "squeezenet"),
    ("coverage", "coverage", "squeezenet"),
    ("classifier: fd_ratio", "fd_ratio", "classifier"),
    ("recall (real)", "recall", "classifier"),
    ("coverage", "coverage", "classifier"),
    ("proposed: worst class (real)", "worst_class", ""),
    ("label obeyed", "label_obeyed", ""),
    ("CAS (of real images)", "cas", ""),
)

STACKED = """## Stacked MNIST: 1000 modes without labels

`ganforge recipe stacked_mnist && make repro`. An image has three random digits as its colours (Metz et al. 2016). A
classifier of single digits, trained here, counts the modes among 26,000 samples. The KL divergence compares the class
frequencies of samples with those of the training images.
"""

STACKED_GPU = """### Stacked MNIST on a GPU
"""


def write_pages(folder: Path, figures: Mapping[str, Figures]) -> None:
    """Writes all pages into a folder; parts without figures are left out."""
    panel = [PANEL]
    if "panel" in figures:
        part = figures["panel"]
        panel += [PANEL_WORST, _worst(part), PANEL_ROWS, _panel(part), "## Samples of the first seed\n"]
        panel += _panel_pictures(part)
        panel += [
            LARGE.format(name=row["set"], side=row["side"], text=MATERIALS if row["set"] == "materials" else "")
            for row in _shown(part)
            if row["side"] > SMALL
        ]
    for name, text in (("results.md", _digits(figures)), ("results_panel.md", panel)):
        (folder / name).write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")
    (folder / "results_sounds.md").write_text(sounds_page(figures, measured_on), encoding="utf-8")


def _digits(figures: Mapping[str, Figures]) -> list[str]:
    text = [INTRODUCTION]
    if "families" in figures:
        text += [FAMILIES, _table("family", figures["families"], COLUMNS, changes=True)]
        text += _pictures("families", figures)
    for name, title in (("digits", DIGITS), ("mnist", MNIST), ("mnist_longer", MNIST_LONGER)):
        if name in figures:
            text += [title, _table("", figures[name], COLUMNS), _mean_ratio(figures[name]), *_pictures(name, figures)]
    if "mnist_gpu" in figures:
        text += [MNIST_GPU, _table("", figures["mnist_gpu"], COLUMNS, changes=True), *_pictures("mnist_gpu", figures)]
    if "stacked_mnist" in figures:
        for name, title in (("stacked_mnist", STACKED), ("stacked_mnist_gpu", STACKED_GPU)):
            if name in figures:
                text += [title, _table("", figures[name], MODE_COLUMNS), *_pictures(name, figures)]
        text.append(_published())
    return text


def _table(first: str, part: Figures, columns: Mapping[str, Callable[[Figures], str]], *, changes: bool = False) -> str:
    heads = [first, *columns, *(["changed"] if changes else [])]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for run in part["runs"]:
        cells = [run["name"], *(value(run) for value in columns.values())]
        if changes:
            cells.append(", ".join(f"`{key}: {_yaml(value)}`" for key, value in run["changes"].items()))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", measured_on(part), ""])


def measured_on(part: Figures) -> str:
    """On which machine, and what has to be known of it."""
    note = f" {part['note']}" if "note" in part else ""
    return f"Measured on: {part['machine']}.{note}"


def _by(row: Figures, key: str, judge: str) -> float | None:
    """A score of a row by a feature network; None: it was not measured."""
    value: float | None = row.get(key if judge in ("", row["features"]) else f"{judge}_{key}")
    return value


def _worst(part: Figures) -> str:
    """A table of the worst scores of each set over the seeds of the proposed settings."""
    judges = {"squeezenet": "SqueezeNet", "classifier": "classifier"}
    heads = ["set", "plain DCGAN by SqueezeNet: fd_ratio"]
    for name in judges.values():
        heads += [f"{name}: fd_ratio", "recall", "coverage", "seeds"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    rows = [row for row in part["rows"] if row["arm"] == "proposed"]
    plain = {row["set"]: _by(row, "fd_ratio", "squeezenet") for row in part["rows"] if row["arm"] == "plain DCGAN"}
    for name in dict.fromkeys(row["set"] for row in rows):
        cells = [name, f"{plain[name]:.3g}" if plain.get(name) is not None else ""]
        for judge in judges:
            judged = [row for row in rows if row["set"] == name and _by(row, "fd_ratio", judge) is not None]
            if not judged:
                cells += ["", "", "", ""]
                continue
            ratio = max(_by(row, "fd_ratio", judge) or 0.0 for row in judged)
            recall = min((_by(row, "recall", judge) or 0.0) / (_by(row, "recall_real", judge) or 1.0) for row in judged)
            coverage = min(_by(row, "coverage", judge) or 0.0 for row in judged)
            cells += [f"{ratio:.3g}", f"{recall:.2f}", f"{coverage:.2f}", str(len(judged))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _panel(part: Figures) -> str:
    heads = ["set", "side", "arm", "seed", "training", "images shown", "proposed"]
    heads += [head for head, _, _ in PANEL_COLUMNS]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in part["rows"]:
        cells = [
            row["set"],
            str(row["side"]),
            row["arm"],
            str(row["seed"]),
            f"{row['seconds'] / 60:.1f} min",
            f"{row['images']:,}",
            row["features"],
        ]
        for _, key, judge in PANEL_COLUMNS:
            value, real = _by(row, key, judge), _by(row, f"{key}_real", judge)
            beside = "" if real is None else f" ({real:.3g})"
            cells.append("" if value is None else f"{value:.3g}{beside}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", measured_on(part), ""])


def _panel_pictures(part: Figures) -> list[str]:
    """Of the first seed of every set of small images, some side by side."""
    names = [row["set"] for row in _shown(part) if row["side"] <= SMALL]
    groups = [names[start : start + PANEL_BESIDE] for start in range(0, len(names), PANEL_BESIDE)]
    return [line for group in groups for line in _side_by_side(group, [f"panel_{name}.png" for name in group])]


def _shown(part: Figures) -> list[Figures]:
    """The rows whose samples are shown."""
    return [row for row in part["rows"] if (row["arm"], row["seed"]) == ("proposed", 0)]


def _mean_ratio(part: Figures) -> str:
    ratios = [run["scores"]["quality"]["fd_ratio"] for run in part["runs"]]
    return f"Mean `fd_ratio` of {len(ratios)} seeds: {mean(ratios):.2f}.\n"


def _published() -> str:
    lines = [
        "### Published",
        "",
        "Networks and protocols differ between these papers:",
        "",
        "| | modes | KL |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {modes} | {divergence} |" for name, modes, divergence in PUBLISHED), ""])


def _pictures(part: str, figures: Mapping[str, Figures]) -> list[str]:
    names = [run["name"] for run in figures[part]["runs"]]
    return _side_by_side(names, [f"{part}_{name.replace(' ', '_')}.png" for name in names])


def _side_by_side(names: Sequence[str], files: Sequence[str]) -> list[str]:
    return [
        f"| {' | '.join(names)} |",
        f"|{'---|' * len(names)}",
        f"| {' | '.join(f'![Samples, {name}](../images/{file})' for name, file in zip(names, files))} |",
        "",
    ]


def _classifier(run: Figures, name: str) -> str:
    value = run["scores"]["classifier"].get(name)
    return "" if value is None else f"{value:.3f}"


def _task(run: Figures, name: str) -> str:
    value = run["scores"]["task"][name]
    return f"{value:.0f}" if value >= 1 else f"{value:.3f}"


def _yaml(value: Any) -> str:
    """As it may stand in params.yaml."""
    yaml, text = YAML(), StringIO()
    yaml.default_flow_style = True
    yaml.dump(value, text)
    return text.getvalue().removesuffix("...\n").strip()
