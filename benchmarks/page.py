"""docs/explanation/results.md, written from the figures that `benchmarks.results` collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from statistics import mean
from typing import Any

from ruamel.yaml import YAML

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

INTRODUCTION = """# Results

Every figure and every picture here was made by the pipeline itself: `make results` runs `dvc repro` in a copy of the
last commit for each setting and writes this page; `make results PARTS=families` makes one part anew. Where a part was
made in another way, a note says so. [Scores](../reference/scores.md) explains the scores. "Training" is
the time of the training loop, checks for the best generator included; starting the stage, drawing pictures and scoring
come on top. "Taken by other tenants" is the share of the cores' time, over the whole run, in which the host let other
virtual machines run instead of this one.

All scores on this page but those of the panel were measured with an earlier feature network. The default generator
still ends in the same weights; its ratio is 1.16 here, and 1.07 with the feature network of today.
"""

FAMILIES = """## Every family of networks on digits

18 to 44 seconds of training each, one seed, with the settings of the recipe `digits` but for what stands in the last
column. Only `dcgan` was tuned for these data (of the last three nothing but the learning rate, of three that were
tried): the table shows that each of them trains, not which is the best.
"""

DIGITS = """## Digits: the default, three seeds of the training

`ganforge recipe digits && make repro`. The settings were chosen on a validation split of the training images
(`dataset.held_out: validation`), by the distance to the training images; [decisions](decisions.md) tells what was found
before that, and that the extractor itself was chosen among ten with the test images in view.
"""

MNIST = """## MNIST, three seeds of the training

`ganforge recipe mnist && make repro`. The settings were chosen on a validation split, as [decisions](decisions.md)
tells, by the strokes that are broken as well as by the distance; the number of images is what three minutes hold.
"""

MNIST_LONGER = """## MNIST, with more images, three seeds of the training

The recipe `mnist` with 530,000 images instead of 310,000, which takes less than five minutes. Below 1, `fd_ratio` says
that samples are nearer to the training images than the test images, which other people wrote, are; `auth_pct` in the
report shows no copies. [Decisions](decisions.md) has what fewer malformed digits cost, and what happened at a rate of
0.003 with the networks of that time.
"""

MNIST_GPU = """## MNIST on a GPU

An earlier recipe `mnist` (width 32, latents of 64, normal sampling, gammas of 0.1, a rate of 0.0015) with another
number of images and precision, samples checked at other times, and in the second row another width and its rate, which
is a guess. The last column tells all that differs from the recipe of today. The extractor was trained on the GPU as
well, so that the floor is another one: ratios compare with each other, and not with those above.
"""

PANEL = """## A panel of unlike sets, with proposed settings

`python -m benchmarks.panel`: what `ganforge recipe folder` proposes for each folder of pictures, untouched by hand,
beside a plain DCGAN (no labels, no penalties, a rate of 0.0002) and the loss of StyleGAN2-ADA on our networks, each
trained as long. The last columns are of the same samples, in the eyes of SqueezeNet, which learnt none of these
pictures; they are empty where it is the proposed `extractor.name` and gave the other columns. It sees textures that a
classifier of few classes ignores. `benchmarks/panel_sets.py` says what the sets are. The network and its augmentation
were chosen on other trainings of `shapes`, `emoji` and `photographs` ([decisions](decisions.md)): these rows flatter
them. No setting was chosen on the other sets.
"""

PANEL_BESIDE = 3  # pictures of a row
PANEL_COLUMNS: dict[str, str] = {
    "fd_ratio": "fd_ratio",
    "recall (real)": "recall",
    "coverage": "coverage",
    "worst class (real)": "worst_class",
    "label obeyed": "label_obeyed",
    "CAS (of real images)": "cas",
    "fd_ratio by SqueezeNet": "squeezenet_fd_ratio",
    "recall by SqueezeNet (real)": "squeezenet_recall",
    "coverage by SqueezeNet": "squeezenet_coverage",
}

STACKED = """## Stacked MNIST: 1000 modes without labels

`ganforge recipe stacked_mnist && make repro`: three random digits as the colours of an image (Metz et al. 2016). 26,000
samples are counted by a classifier of single digits that was trained here; the divergence is that of the samples' class
frequencies from those of the training images.
"""

STACKED_GPU = """### Stacked MNIST on a GPU
"""


def write_page(path: Path, figures: Mapping[str, Figures]) -> None:
    """Writes the page; parts without figures are left out."""
    text = [INTRODUCTION]
    if "families" in figures:
        text += [FAMILIES, _table("family", figures["families"], COLUMNS, changes=True)]
        text += _pictures("families", figures)
    for name, title in (("digits", DIGITS), ("mnist", MNIST), ("mnist_longer", MNIST_LONGER)):
        if name in figures:
            text += [title, _table("", figures[name], COLUMNS), _mean_ratio(figures[name]), *_pictures(name, figures)]
    if "mnist_gpu" in figures:
        text += [MNIST_GPU, _table("", figures["mnist_gpu"], COLUMNS, changes=True), *_pictures("mnist_gpu", figures)]
    if "panel" in figures:
        text += [PANEL, _panel(figures["panel"]), *_panel_pictures(figures["panel"])]
    if "stacked_mnist" in figures:
        for name, title in (("stacked_mnist", STACKED), ("stacked_mnist_gpu", STACKED_GPU)):
            if name in figures:
                text += [title, _table("", figures[name], MODE_COLUMNS), *_pictures(name, figures)]
        text.append(_published())
    path.write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")


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


def _panel(part: Figures) -> str:
    heads = ["set", "side", "arm", "seed", "training", "images shown", "features", *PANEL_COLUMNS]
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
        for name in PANEL_COLUMNS.values():
            real = f" ({row[f'{name}_real']:.3g})" if f"{name}_real" in row else ""
            cells.append(f"{row[name]:.3g}{real}" if name in row else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", measured_on(part), ""])


def _panel_pictures(part: Figures) -> list[str]:
    """Of the first seed of every set, some side by side."""
    names = [row["set"] for row in part["rows"] if (row["arm"], row["seed"]) == ("proposed", 0)]
    groups = [names[start : start + PANEL_BESIDE] for start in range(0, len(names), PANEL_BESIDE)]
    return [line for group in groups for line in _side_by_side(group, [f"panel_{name}.png" for name in group])]


def _mean_ratio(part: Figures) -> str:
    ratios = [run["scores"]["quality"]["fd_ratio"] for run in part["runs"]]
    return f"Mean `fd_ratio` of {len(ratios)} seeds: {mean(ratios):.2f}.\n"


def _published() -> str:
    lines = [
        "### Published",
        "",
        "Each with networks and a protocol of its own:",
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
