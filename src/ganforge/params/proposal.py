"""Settings for new images, chosen by published rules from their number, sizes and classes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from ganforge.params.rules import Proposal, length, needed, number_format, of_network, share_of, use_of_labels
from ganforge.params.survey import LONG, Survey

SIDES = (32, 64, 96, 128)
LARGEST_NATIVE = 40  # a side that costs little more time than 32
WIDTH, WIDTH_OF_LARGE = {"cpu": 32, "gpu": 64}, {"cpu": 16, "gpu": 64}  # up to the smallest side, and above it
GAMMA_SIDE, GAMMA = 28, 0.1  # from the recipe for MNIST
IMAGES_PER_PIXEL = 6_250  # of a side, that training should show; otherwise images are resized to a smaller side
FAR = 2.0  # times too slow, by the speed at the smallest side: a larger side is then not measured
CAS_IMAGES, LEAST_CAS_IMAGES = 60_000, 10_000  # shown to the classifiers that learn from samples
CAS_SIDE = 64  # from which on they see fewer
LEARNABLE = 100  # files of a class that suffice to train a classifier, which is faster than SqueezeNet
COSTLY = 10_000  # files in colour from which on SqueezeNet takes minutes without a GPU
SQUEEZENET_SECONDS = 0.01  # of processor time for an image
CHECKED = {"cpu": 500, "gpu": 2000}  # samples in a check by SqueezeNet

Resolution = tuple[int | str, tuple[int, int], str]
"""A side that images are resized to, or native; the resulting height and width; and why."""

Speed = Callable[[Sequence[Proposal], tuple[int, int]], float]
"""Images per second that training shows, for given settings, height and width."""


def propose(seen: Survey, minutes: int, speed: Speed, side: int | None = None) -> list[Proposal]:
    """Settings for what was seen.

    Args:
        seen: the survey of the files.
        minutes: length of the training.
        speed: measures this machine.
        side: the side in pixels, or None to choose it by the files and the speed.
    """
    too_large = ""
    *larger, smallest = _resolutions(seen) if side is None else [(side, (side, side), f"as asked; {_typical(seen)[1]}")]
    side_of_trial, size_of_trial, why = smallest
    trial = _of_size(seen, side_of_trial, size_of_trial, why)
    precision, least = number_format(seen.device, lambda precision: speed([*trial, precision], size_of_trial))
    for resolution, size, why in larger:
        proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
        images_per_second = 0.0 if least is None else least * _cost(seen, smallest[1]) / _cost(seen, size)
        if least is None or 60 * minutes * images_per_second * FAR >= _least_images(size):
            images_per_second = speed(proposals, size)
            if 60 * minutes * images_per_second >= _least_images(size):
                return proposals + _length(minutes, images_per_second, size)
        long = needed(_least_images(size), images_per_second)
        too_large = f"; {resolution} would need about {long:,.0f} minutes on this machine"
    resolution, size, why = smallest
    proposals = [*_of_size(seen, resolution, size, why + too_large), precision]
    return proposals + _length(minutes, speed(proposals, size) if least is None else least, size)


def _least_images(size: tuple[int, int]) -> int:
    """Images of a size that a training should show."""
    return IMAGES_PER_PIXEL * max(SIDES[0], *size)


def _cost(seen: Survey, size: tuple[int, int]) -> float:
    """Time of a training on an image of a size, in proportion."""
    return _width(seen, max(size)) * math.prod(size)


def _width(seen: Survey, side: int) -> int:
    """Width of the network for images of a side."""
    return (WIDTH if side <= SIDES[0] else WIDTH_OF_LARGE)[seen.machine]


def _length(minutes: int, images_per_second: float, size: tuple[int, int]) -> list[Proposal]:
    """How long to train, and how long the classifiers of samples learn."""
    proposals = length(minutes, images_per_second, _least_images(size))
    images = int(proposals[0].value)
    cas = max(LEAST_CAS_IMAGES, min(images, CAS_IMAGES * CAS_SIDE // max(CAS_SIDE, *size)))
    why = "at most as many as the GAN sees, and fewer of large images"
    return [*proposals, Proposal("evaluation", "cas_images", cas, why)]


def _of_size(seen: Survey, resolution: int | str, size: tuple[int, int], why: str) -> list[Proposal]:
    """All settings except the length of the training and the number format."""
    device = f"this machine has {'no' if seen.machine == 'cpu' else 'a'} GPU"
    side = max(size)
    gamma = round(GAMMA * (side / GAMMA_SIDE) ** 2, 3)
    gamma_reason = (
        f"{GAMMA} at {GAMMA_SIDE} pixels, proportional to the number of pixels (after StyleGAN2-ADA, Karras 2020)"
    )
    width = _width(seen, side)
    smaller = ", and images of this size need more time" if width < WIDTH[seen.machine] else ""
    return [
        Proposal("dataset", "resolution", resolution, why),
        Proposal("dataset", "crop", seen.framing, _framing_reason(seen)),
        Proposal("dataset", "labels", *use_of_labels(seen.class_counts, seen.labels)),
        *([] if seen.named else [Proposal("dataset", "test_share", *share_of(seen.count))]),
        *_extractor(seen),
        Proposal("network", "width", width, f"{device}{smaller}; more channels give better images and take longer"),
        *of_network(seen.count, width, side, (gamma, gamma_reason), seen.processors),
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
        return [(SIDES[0], (SIDES[0], SIDES[0]), _typical(seen)[1])]
    median, reason = _typical(seen)
    sides = [side for side in reversed(SIDES) if side <= median]
    if not sides:
        sides, reason = [SIDES[0]], f"{reason}, and {SIDES[0]} is the smallest proposed: they are enlarged"
    return [(side, (side, side), reason) for side in sides]


def _typical(seen: Survey) -> tuple[int, str]:
    """The side that half of the files have at least, and a sentence about it."""
    if not seen.sizes:
        return 0, "the size of no file could be read"
    which, shown = ("longer", max) if seen.framing == "pad" else ("shorter", min)
    sides = sorted(shown(size) for size in seen.sizes)
    median = sides[len(sides) // 2]
    return median, f"half of the files have a {which} side of {median} pixels or more"


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
