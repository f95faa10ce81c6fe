"""Settings for new images, chosen by published rules from their number, sizes and classes."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.prepared.facts import FEW_IMAGES, FEW_OF_A_CLASS

if TYPE_CHECKING:
    from ganforge.datasets.collection import Collection, Item

LOOKED_AT = 500  # files whose headers are read

SIDES = (32, 64, 96, 128)
LARGEST_NATIVE = 40  # a side that costs little more time than 32
WIDTH = {"cpu": 32, "gpu": 64}
MINUTES = 10  # of training
CLEARLY_FASTER = 1.15  # ratio from which bfloat16 is worth a format that other machines may compute slowly
LEAST_IMAGES = 200_000  # that training should show; otherwise images are resized to a smaller side
CHECKS = 10  # of the samples during training

GAMMA_SIDE, GAMMA = 28, 0.1  # from the recipe for MNIST
TO_SCORE, LARGEST_SHARE = 100, 0.3  # images to hold out, and the largest share of all that may be
LARGEST_BATCH, BATCH_PIXELS = 64, 4096  # the rule of StyleGAN2-ADA: side times batch is at most BATCH_PIXELS
MOST_THREADS = 8
LEARNABLE = 100  # files of a class that suffice to train a classifier, which is faster than SqueezeNet
COSTLY = 10_000  # files in colour from which on SqueezeNet takes minutes
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # modes of Pillow
CHECKED = {"cpu": 500, "gpu": 2000}  # samples in a check by SqueezeNet


@dataclass(frozen=True)
class Survey:
    """A short survey of the files in data/import.

    Attributes:
        count: files that may be images.
        sizes: width and height of some of them.
        class_counts: files of each class; empty if there are no classes.
        processors: number of processors of this machine.
        accelerated: whether this machine has a GPU.
        coloured: whether some files are stored in colour.
    """

    count: int
    sizes: Sequence[tuple[int, int]]
    class_counts: Sequence[int]
    processors: int
    accelerated: bool
    coloured: bool


@dataclass(frozen=True)
class Proposal:
    """A value for a key of params.yaml, and why."""

    section: str
    key: str
    value: Any
    reason: str


Resolution = tuple[int | str, tuple[int, int], str]
"""A side that images are resized to, or native; the resulting height and width; and why."""

Speed = Callable[[Sequence[Proposal], tuple[int, int]], float]
"""Images per second that training shows, for given settings, height and width."""


def survey(processors: int, *, accelerated: bool) -> Survey:
    """Reads the headers of some files in data/import.

    Raises:
        UserError: it holds no images.
    """
    from ganforge.datasets.folder import read_import

    with tempfile.TemporaryDirectory() as workspace:
        collection = read_import(Path(workspace))
        counts = Counter(item.label for item in collection.items if item.label is not None)
        headers = [header for item in _some(collection) if (header := _header(item)) is not None]
        return Survey(
            len(collection.items),
            [size for size, _ in headers],
            list(counts.values()),
            processors,
            accelerated,
            any(mode not in GREY for _, mode in headers),
        )


def propose(seen: Survey, minutes: int, speed: Speed) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
    """
    too_large = ""
    *larger, smallest = _resolutions(seen)
    precision = _precision(seen, smallest, speed)
    for resolution, size, why in larger:
        proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
        images_per_second = speed(proposals, size)
        if 60 * minutes * images_per_second >= LEAST_IMAGES:
            return proposals + _length(minutes, images_per_second)
        too_large = f"; {resolution} would need {_needed(images_per_second):,.0f} minutes on this machine"
    resolution, size, why = smallest
    proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
    return proposals + _length(minutes, speed(proposals, size))


def _precision(seen: Survey, resolution: Resolution, speed: Speed) -> Proposal:
    """TF32 on a GPU; on a processor bfloat16 if it is clearly faster in a short training."""
    if seen.accelerated:
        return Proposal("train", "precision", "tf32", "this machine has a GPU")
    side, size, why = resolution
    proposals = _of_size(seen, side, size, why)
    exact, short = (
        speed([*proposals, Proposal("train", "precision", name, "a trial")], size) for name in ("float32", "bfloat16")
    )
    if short < CLEARLY_FASTER * exact:
        return Proposal("train", "precision", "float32", "bfloat16 is not clearly faster on this processor")
    gain = f"{short / exact:.1f} times as fast as float32 on this processor, as just measured"
    return Proposal("train", "precision", "bfloat16", f"{gain}; other processors may be slower with it")


def _needed(images_per_second: float) -> float:
    """Minutes of training that show enough images."""
    return LEAST_IMAGES / images_per_second / 60


def _length(minutes: int, images_per_second: float) -> list[Proposal]:
    """How long to train, to two digits, the precision of the measurement."""
    images = max(1000, int(float(f"{60 * minutes * images_per_second:.1e}")))
    why = f"{minutes} minutes at {images_per_second:,.0f} images per second, as just measured on this machine"
    if images < LEAST_IMAGES:
        why = f"{why}; good images need {_needed(images_per_second):,.0f} minutes or more"
    return [
        Proposal("train", "images", images, why),
        Proposal("train", "best_every", images // CHECKS, f"{CHECKS} checks; the best generator is kept"),
    ]


def _of_size(seen: Survey, resolution: int | str, size: tuple[int, int], why: str) -> list[Proposal]:
    """All settings except the length of the training and the number format."""
    machine = "gpu" if seen.accelerated else "cpu"
    device = f"this machine has {'a' if seen.accelerated else 'no'} GPU"
    side = max(size)
    gamma = round(GAMMA * (side / GAMMA_SIDE) ** 2, 3)
    gamma_reason = (
        f"{GAMMA} at {GAMMA_SIDE} pixels, proportional to the number of pixels as in StyleGAN2-ADA (Karras 2020)"
    )
    few = seen.count < FEW_IMAGES
    half = sorted(seen.class_counts)[len(seen.class_counts) // 2] if seen.class_counts else 0
    threads = min(seen.processors, MOST_THREADS)
    return [
        Proposal("dataset", "resolution", resolution, why),
        Proposal("dataset", "labels", *_labels(seen.class_counts, half)),
        Proposal("dataset", "test_share", *_test_share(seen.count)),
        *_extractor(seen, half, machine),
        Proposal("network", "width", WIDTH[machine], f"{device}; more channels give better images and take longer"),
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


def _resolutions(seen: Survey) -> list[Resolution]:
    """Sides to resize to, the largest first."""
    sizes = Counter(seen.sizes)
    (width, height), _ = sizes.most_common(1)[0] if sizes else ((0, 0), 0)
    if len(sizes) == 1 and width == height and SIDES[0] / 4 <= width <= LARGEST_NATIVE:
        return [("native", (height, width), f"all files that were checked have {width}x{height} pixels")]
    shorter = sorted(min(size) for size in seen.sizes)
    median = shorter[len(shorter) // 2] if shorter else SIDES[0]
    reason = f"half of the files have a shorter side of {median} pixels or more"
    sides = [side for side in reversed(SIDES) if side <= median] or [SIDES[0]]
    return [(side, (side, side), reason) for side in sides]


def _labels(class_counts: Sequence[int], half: int) -> tuple[str, str]:
    if not class_counts:
        return "use", "there are no classes, so this has no effect"
    if half < FEW_OF_A_CLASS:
        return "ignore", f"half of the {len(class_counts)} classes have {half} files or fewer, too few to learn from"
    return "use", f"{len(class_counts)} classes, half of them with {half} files or more: labels speed up training"


def _extractor(seen: Survey, half: int, machine: str) -> list[Proposal]:
    """SqueezeNet for few pictures in colour, few of a class or none; else a classifier of their own.

    On frogs and trucks, samples without any shape had a ratio of 1.0 by a classifier of these two classes: see
    docs/explanation/decisions/features_and_samples.md.
    """
    if half >= LEARNABLE and (not seen.coloured or seen.count > COSTLY):
        why = f"half of the classes have {half} files or more, enough to train a classifier"
        slow = f", and SqueezeNet would need minutes for {seen.count:,} files; it is the stricter judge"
        return [Proposal("extractor", "name", "classifier", why + (slow if seen.coloured else ""))]
    if half >= LEARNABLE:
        why = "a classifier of these classes would ignore shapes and textures that they have in common"
    elif seen.class_counts:
        why = f"half of the classes have {half} files or fewer, too few to train a classifier"
    else:
        why = "there are no classes, so no classifier can be trained"
    why = f"{why}; 676 kB are downloaded once"
    samples = "SqueezeNet takes about 10 ms of processor time for each"
    return [
        Proposal("extractor", "name", "squeezenet", why),
        Proposal("train", "best_samples", CHECKED[machine], samples),
    ]


def _test_share(count: int) -> tuple[float, str]:
    share = round(min(LARGEST_SHARE, max(0.1, TO_SCORE / max(count, 1))), 2)
    return share, f"of {count:,} files, which holds out about {round(share * count):,} for the scores"


def _batch_size(count: int, side: int) -> tuple[int, str]:
    batch = 2 ** int(math.log2(min(LARGEST_BATCH, max(2, BATCH_PIXELS // side))))
    rule = (
        f"the power of two below {BATCH_PIXELS} / {side} pixels, at most {LARGEST_BATCH} (StyleGAN2-ADA, Karras 2020)"
    )
    while batch > 2 and batch > count / 8:
        batch //= 2
    return batch, f"{rule}, and an eighth of {count:,} files" if batch > count / 16 else rule


def _some(collection: Collection) -> Sequence[Item]:
    """Items spread evenly over the collection."""
    step = max(1, -(-len(collection.items) // LOOKED_AT))
    return collection.items[::step]


def _header(item: Item) -> tuple[tuple[int, int], str] | None:
    """Width and height, and Pillow's mode, from the header of a file; None: it has none."""
    from ganforge.datasets.decoding import open_image

    try:
        if not os.path.isfile(item.path):  # noqa: PTH113
            return None
        with open(item.path, "rb") as file, open_image(file) as image:  # noqa: PTH123
            return image.size, image.mode
    except Exception:  # a damaged header can raise anything; `preprocess` reports it
        return None
