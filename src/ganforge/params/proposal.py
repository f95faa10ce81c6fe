"""Settings for new images, chosen by published rules from their number, sizes and classes."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.facts import FEW_IMAGES, FEW_OF_A_CLASS

if TYPE_CHECKING:
    from PIL.Image import Image

    from ganforge.datasets.collection import Collection, Item

LOOKED_AT = 500  # files whose headers are read
FEWEST_TO_LEARN, FEWEST_HELD_OUT = 16, 6  # files; scores need more than evaluation.neighbours held out
FEW_TO_COUNT = 200  # files that are read to count how many of them are held out

SIDES = (32, 64, 96, 128)
LARGEST_NATIVE = 40  # a side that costs little more time than 32
LONG = 2.0  # length over width from which on a square in the middle shows less than half of a picture
WIDTH = {"cpu": 32, "gpu": 64}
MINUTES = 10  # of training
CLEARLY_FASTER = 1.15  # ratio from which bfloat16 is worth a format that other machines may compute slowly
LEAST_IMAGES = 200_000  # that training should show; otherwise images are resized to a smaller side
FAR = 2.0  # times too slow by the speed at the smallest side: a larger side is then not measured
CAS_IMAGES, LEAST_CAS_IMAGES = 60_000, 10_000  # shown to the classifiers that learn from samples
CHECKS = 10  # of the samples during training
PATIENCE, PATIENT_SHARE = 20_000, 0.2  # images that a sign of failure has to last, and their share of all at most

GAMMA_SIDE, GAMMA = 28, 0.1  # from the recipe for MNIST
TO_SCORE, LARGEST_SHARE = 100, 0.3  # images to hold out, and the largest share of all that may be
LARGEST_BATCH, BATCH_PIXELS = 64, 4096  # the rule of StyleGAN2-ADA: side times batch is at most BATCH_PIXELS
SMALLEST_BATCH, BATCH_SHARE = 16, 1 / 8  # at most a share of the files, but not below the smallest
MOST_THREADS = 8
LEARNABLE = 100  # files of a class that suffice to train a classifier, which is faster than SqueezeNet
COSTLY = 10_000  # files in colour from which on SqueezeNet takes minutes without a GPU
SQUEEZENET_SECONDS = 0.01  # of processor time for an image
OPAQUE, QUICK_TO_DECODE = 255, 4_000_000  # of alpha; pixels of a file whose border is looked at
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # modes of Pillow
CHECKED = {"cpu": 500, "gpu": 2000}  # samples in a check by SqueezeNet


@dataclass(frozen=True)
class Survey:
    """A short survey of the files in data/import.

    Attributes:
        count: files that may be images; without test files, if folders or a table name them.
        test_files: test files, if folders or a table name them.
        sizes: width and height of some files; of all, if these are alike.
        class_counts: files of each class, of those that are counted; empty if there are no classes.
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        coloured: whether some files are stored in colour.
        cut_out: whether half of these files have a transparent border.
        crop, labels: keys of dataset, if params.yaml already trains on these files.
        held_out: dataset.held_out.
    """

    count: int
    test_files: int | None
    sizes: Sequence[tuple[int, int]]
    class_counts: Mapping[str, int]
    processors: int
    device: str
    coloured: bool
    cut_out: bool = False
    crop: str | None = None
    labels: str | None = None
    held_out: str = "test"

    @property
    def named(self) -> bool:
        """Whether folders or a table name the files to score with."""
        return self.test_files is not None and self.held_out == "test"

    @property
    def machine(self) -> str:
        """Cpu or gpu."""
        return "cpu" if self.device == "cpu" else "gpu"

    @property
    def half(self) -> int:
        """Files that half of the classes have at least; 0 without classes."""
        return sorted(self.class_counts.values())[len(self.class_counts) // 2] if self.class_counts else 0

    @property
    def framing(self) -> str:
        """Value of dataset.crop: what it is already, else bars if most pictures are long or bars do not show."""
        if self.crop is not None:
            return self.crop
        if self.cut_out:
            return "pad"
        lengths = sorted(max(size) / max(1, min(size)) for size in self.sizes)
        return "pad" if lengths and lengths[len(lengths) // 2] >= LONG else "centre"


@dataclass(frozen=True)
class Proposal:
    """A value for a key of params.yaml, and why."""

    section: str
    key: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Header:
    """What a file says of its image: width and height, Pillow's mode, and whether its border is transparent."""

    size: tuple[int, int]
    mode: str
    cut_out: bool


Resolution = tuple[int | str, tuple[int, int], str]
"""A side that images are resized to, or native; the resulting height and width; and why."""

Speed = Callable[[Sequence[Proposal], tuple[int, int]], float]
"""Images per second that training shows, for given settings, height and width."""


def survey(processors: int, device: str, present: Mapping[str, Any] | None = None) -> Survey:
    """Reads the headers of some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.

    Raises:
        UserError: it holds no images, or too few to train on and to score.
    """
    from ganforge.datasets.folder import read_import
    from ganforge.files import repository_root

    unpacked = repository_root() / ".ganforge"
    unpacked.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="survey.", dir=unpacked) as workspace:
        collection = read_import(Path(workspace))
        learnt = [item for item in collection.items if item.split != "test"]
        test_files = len(collection.items) - len(learnt) if any(item.split for item in collection.items) else None
        headers = _headers(collection)
        seen = Survey(
            len(learnt),
            test_files,
            [header.size for header in headers],
            Counter(item.label for item in learnt if item.label is not None),
            processors,
            device,
            any(header.mode not in GREY for header in headers),
            2 * sum(header.cut_out for header in headers) > len(headers),
            **{key: present[key] for key in ("crop", "labels", "held_out") if present and key in present},
        )
        _check_number(seen, learnt)
        return seen


def _check_number(seen: Survey, items: Sequence[Item]) -> None:
    """Checks that there are enough files.

    Raises:
        UserError: there are too few.
    """
    if not seen.named and seen.count > FEW_TO_COUNT:
        return
    counts = (seen.count, seen.test_files or 0) if seen.named else _split(seen, items)
    cure = "add more" + (", or put all into one folder, so that a part is held out" if seen.named else "")
    if counts[0] < FEWEST_TO_LEARN or counts[1] < FEWEST_HELD_OUT:
        raise UserError(
            f"{IMPORT} contains {seen.count + (seen.test_files or 0)} images, {counts[0]} of them to learn from and "
            f"{counts[1]} to hold out for the scores; at least {FEWEST_TO_LEARN} and {FEWEST_HELD_OUT} are needed: "
            f"{cure}."
        )


def _split(seen: Survey, items: Sequence[Item]) -> tuple[int, int]:
    """How many files `preprocess` will use for training and for scores, by the digests of their contents."""
    from ganforge.datasets.decoding import digest_of
    from ganforge.datasets.intake import split_of

    share, _ = _share_of(seen)
    splits = Counter(
        split_of(item.split, digest_of(Path(item.path).read_bytes()), share, seen.held_out)
        for item in items
        if os.path.isfile(item.path)  # noqa: PTH113
    )
    return splits["train"], splits["test"]


def propose(seen: Survey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    too_large = ""
    *larger, smallest = _resolutions(seen)
    precision, least = _precision(seen, smallest, speed)
    for resolution, size, why in larger:
        proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
        images_per_second = 0.0 if least is None else least * math.prod(smallest[1]) / math.prod(size)
        if least is None or 60 * minutes * images_per_second * FAR >= LEAST_IMAGES:
            images_per_second = speed(proposals, size)
            if 60 * minutes * images_per_second >= LEAST_IMAGES:
                return proposals + _length(minutes, images_per_second)
        too_large = f"; {resolution} would need about {_needed(images_per_second):,.0f} minutes on this machine"
    resolution, size, why = smallest
    proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
    return proposals + _length(minutes, speed(proposals, size) if least is None else least)


def _precision(seen: Survey, resolution: Resolution, speed: Speed) -> tuple[Proposal, float | None]:
    """TF32 on a GPU of NVIDIA; elsewhere bfloat16 if it is clearly faster in a short training.

    Also returns the images per second at this resolution, if they were measured.
    """
    if seen.device == "cuda":
        return Proposal("train", "precision", "tf32", "this machine has a GPU"), None
    side, size, why = resolution
    proposals = _of_size(seen, side, size, why)
    exact, short = (
        speed([*proposals, Proposal("train", "precision", name, "a trial")], size) for name in ("float32", "bfloat16")
    )
    if short < CLEARLY_FASTER * exact:
        return Proposal("train", "precision", "float32", "bfloat16 is not clearly faster on this machine"), exact
    gain = f"{short / exact:.1f} times as fast as float32 on this machine, as just measured"
    return Proposal("train", "precision", "bfloat16", f"{gain}; others may be slower with it"), short


def _needed(images_per_second: float) -> float:
    """Minutes of training that show enough images."""
    return LEAST_IMAGES / images_per_second / 60


def _length(minutes: int, images_per_second: float) -> list[Proposal]:
    """How long to train, to two digits, the precision of the measurement."""
    images = max(1000, int(float(f"{60 * minutes * images_per_second:.1e}")))
    why = f"{minutes} minutes at {images_per_second:,.0f} images per second, as just measured on this machine"
    if images < LEAST_IMAGES:
        why = f"{why}; good images need {_needed(images_per_second):,.0f} minutes or more"
    patience = min(PATIENCE, round(PATIENT_SHARE * images))
    lasting = f"at most {PATIENCE:,} images, and a fifth of the training"
    return [
        Proposal("train", "images", images, why),
        Proposal("train", "best_every", images // CHECKS, f"{CHECKS} checks; the best generator is kept"),
        Proposal("train", "patience", patience, lasting),
        Proposal("evaluation", "cas_images", min(CAS_IMAGES, max(LEAST_CAS_IMAGES, images)), "as many as the GAN sees"),
    ]


def _of_size(seen: Survey, resolution: int | str, size: tuple[int, int], why: str) -> list[Proposal]:
    """All settings except the length of the training and the number format."""
    device = f"this machine has {'no' if seen.machine == 'cpu' else 'a'} GPU"
    side = max(size)
    gamma = round(GAMMA * (side / GAMMA_SIDE) ** 2, 3)
    gamma_reason = f"{GAMMA} at {GAMMA_SIDE} pixels, proportional to the number of pixels (StyleGAN2-ADA, Karras 2020)"
    few = seen.count < FEW_IMAGES
    threads = min(seen.processors, MOST_THREADS)
    return [
        Proposal("dataset", "resolution", resolution, why),
        Proposal("dataset", "crop", seen.framing, _framing_reason(seen)),
        Proposal("dataset", "labels", *_labels(seen)),
        *([] if seen.named else [Proposal("dataset", "test_share", *_share_of(seen))]),
        *_extractor(seen),
        Proposal(
            "network", "width", WIDTH[seen.machine], f"{device}; more channels give better images and take longer"
        ),
        Proposal("train", "batch_size", *_batch_size(seen.count, side)),
        Proposal("objective", "r1", gamma, gamma_reason),
        Proposal("objective", "r2", gamma, "same as r1 (R3GAN, Huang 2024)"),
        Proposal(
            "augment",
            "mode",
            "adaptive" if few else "none",
            f"{seen.count:,} files are {'few: the discriminator would memorise them' if few else 'enough without it'} "
            "(ADA, Karras 2020)",
        ),
        Proposal("compute", "threads", threads, f"this machine has {seen.processors} processors"),
    ]


def _framing_reason(seen: Survey) -> str:
    if seen.crop is not None:
        return "as params.yaml has it for these files"
    if seen.cut_out:
        return "half of the files have a transparent border, so bars do not show and nothing is cut off"
    if seen.framing == "pad":
        return f"half of the files are at least {LONG:g} times as long as wide; centre would cut more than half off"
    return "the largest square in the middle; pad adds bars instead, none stretches"


def _resolutions(seen: Survey) -> list[Resolution]:
    """Sides to resize to, the largest first."""
    sizes = Counter(seen.sizes)
    (width, height), _ = sizes.most_common(1)[0] if sizes else ((0, 0), 0)
    if len(sizes) == 1 and width == height and SIDES[0] / 4 <= width <= LARGEST_NATIVE:
        return [("native", (height, width), f"all files have {width}x{height} pixels")]
    if not sizes:
        return [(SIDES[0], (SIDES[0], SIDES[0]), "the size of no file could be read")]
    which, shown = ("longer", max) if seen.framing == "pad" else ("shorter", min)
    shown_sides = sorted(shown(size) for size in seen.sizes)
    median = shown_sides[len(shown_sides) // 2]
    reason = f"half of the files have a {which} side of {median} pixels or more"
    sides = [side for side in reversed(SIDES) if side <= median]
    if not sides:
        sides, reason = [SIDES[0]], f"{reason}, and {SIDES[0]} is the smallest proposed: they are enlarged"
    return [(side, (side, side), reason) for side in sides]


def _labels(seen: Survey) -> tuple[str, str]:
    classes = len(seen.class_counts)
    if not classes:
        return "use", "there are no classes, so this has no effect"
    if seen.labels is not None:
        return seen.labels, f"as params.yaml has it for these files, which have {classes} classes"
    if seen.half < FEW_OF_A_CLASS:
        return "ignore", f"half of the {classes} classes have {seen.half} files or fewer, too few to learn from"
    reason = f"{classes} classes, half of them with {seen.half} files or more: labels speed up training"
    rare = [name for name, count in seen.class_counts.items() if count < FEW_OF_A_CLASS]
    if rare:
        have = f"{len(rare)} {'has' if len(rare) == 1 else 'have'} fewer than {FEW_OF_A_CLASS} files, such as {rare[0]}"
        return "use", f"{reason}; {have}: its samples will be alike, so add files, or set dataset.labels to ignore"
    return "use", reason


def _extractor(seen: Survey) -> list[Proposal]:
    """SqueezeNet for few pictures in colour, few of a class or none; else a classifier of their own.

    On photographs of frogs and trucks, a classifier of these two classes gave shapeless samples a ratio of 1.03: see
    docs/how_to/own_images.md.
    """
    costly = seen.machine == "cpu" and seen.count > COSTLY
    minutes = seen.count * SQUEEZENET_SECONDS / 60
    if seen.half >= LEARNABLE and (not seen.coloured or costly):
        why = f"half of the classes have {seen.half} files or more, enough to train a classifier"
        slow = f", and SqueezeNet would need about {minutes:.0f} minutes for {seen.count:,} files"
        return [Proposal("extractor", "name", "classifier", why + (f"{slow}; it is stricter" if seen.coloured else ""))]
    if seen.half >= LEARNABLE:
        why = "a classifier of these classes would ignore shapes and textures that they have in common"
    elif seen.class_counts:
        why = f"half of the classes have {seen.half} files or fewer, too few to train a classifier"
    else:
        why = "there are no classes, so no classifier can be trained"
    why = f"{why}; 676 kB are downloaded once"
    if costly:
        why = f"{why}; it needs about {minutes:.0f} minutes for {seen.count:,} files"
    samples = "SqueezeNet takes about 10 ms of processor time for each"
    return [
        Proposal("extractor", "name", "squeezenet", why),
        Proposal("train", "best_samples", CHECKED[seen.machine], samples),
    ]


def _share_of(seen: Survey) -> tuple[float, str]:
    """Value and reason of dataset.test_share."""
    share = round(min(LARGEST_SHARE, max(0.1, TO_SCORE / max(seen.count, 1))), 2)
    return share, f"of {seen.count:,} files, which holds out about {round(share * seen.count):,} for the scores"


def _batch_size(count: int, side: int) -> tuple[int, str]:
    batch = 2 ** int(math.log2(min(LARGEST_BATCH, max(2, BATCH_PIXELS // side))))
    rule = (
        f"the power of two below {BATCH_PIXELS} / {side} pixels, at most {LARGEST_BATCH} (StyleGAN2-ADA, Karras 2020)"
    )
    if batch <= max(SMALLEST_BATCH, count * BATCH_SHARE):
        return batch, rule
    while batch > max(SMALLEST_BATCH, count * BATCH_SHARE):
        batch //= 2
    return batch, f"at most an eighth of {count:,} files, but {SMALLEST_BATCH} or more"


def _headers(collection: Collection) -> list[Header]:
    """Headers of some files, spread evenly; if these have one size, also the first header with another size."""
    step = max(1, -(-len(collection.items) // LOOKED_AT))
    headers = [header for item in collection.items[::step] if (header := _header(item, borders=True)) is not None]
    if step > 1 and len({header.size for header in headers}) == 1:
        for item in collection.items:
            header = _header(item)
            if header is not None and header.size != headers[0].size:
                return [*headers, header]
    return headers


def _header(item: Item, *, borders: bool = False) -> Header | None:
    """The header of a file, and its border if wanted; None: it has none."""
    from ganforge.datasets.decoding import open_image

    try:
        if not os.path.isfile(item.path):  # noqa: PTH113
            return None
        with open(item.path, "rb") as file, open_image(file) as image:  # noqa: PTH123
            return Header(image.size, image.mode, cut_out=borders and _is_cut_out(image))
    except Exception:  # a damaged header can raise anything; `preprocess` reports it
        return None


def _is_cut_out(image: Image) -> bool:
    """Whether more than half of the pixels at the border are transparent."""
    import numpy as np

    if not image.has_transparency_data or image.width * image.height > QUICK_TO_DECODE:
        return False
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    return bool((border < OPAQUE / 2).mean() > 1 / 2)
