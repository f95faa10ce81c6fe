"""Rules by which settings are proposed, whatever the signals are; most are published."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ganforge.prepared.facts import FEW_IMAGES, FEW_OF_A_CLASS

MINUTES = 10  # of training
RATE, RATE_CHANNELS = 0.003, 128  # learning rate, and the most channels of a layer that it suits
LAST_RATE = 0.00006  # at the end, but at most a tenth of the rate at the start
COARSEST, MOST_DOUBLINGS = 4, 3  # side of the discriminator's last layer, and how often it doubles its width
LARGEST_BATCH, BATCH_PIXELS = 64, 4096  # the rule of StyleGAN2-ADA: side times batch is at most BATCH_PIXELS
SMALLEST_BATCH, BATCH_SHARE = 16, 1 / 8  # at most a share of the files, but not below the smallest
MOST_THREADS = 8
CLEARLY_FASTER = 1.15  # ratio from which bfloat16 is worth a format that other machines may compute slowly
CHECKS = 10  # of the samples during training
PATIENCE, PATIENT_SHARE = 20_000, 0.2  # images that a sign of failure has to last, and their share of all at most
TO_SCORE, LARGEST_SHARE = 100, 0.3  # files to hold out, and the largest share of all that may be


@dataclass(frozen=True)
class Proposal:
    """A value for a key of params.yaml, and why."""

    section: str
    key: str
    value: Any
    reason: str


def of_network(count: int, width: int, side: int, gamma: tuple[float, str], processors: int) -> list[Proposal]:
    """Settings that follow from the number of files, the network and the size of a signal.

    Args:
        count: number of files.
        width: width of the network.
        side: the longer side of a signal.
        gamma: strength of both gradient penalties, and why.
        processors: number of processors of this machine.
    """
    few = count < FEW_IMAGES
    enough = "few: the discriminator would memorise them" if few else "enough without it"
    return [
        Proposal("train", "learning_rate", *learning_rate(width, side)),
        Proposal("train", "batch_size", *batch_size(count, side)),
        Proposal("objective", "r1", *gamma),
        Proposal("objective", "r2", gamma[0], "same as r1 (R3GAN, Huang 2024)"),
        Proposal(
            "augment",
            "mode",
            "adaptive" if few else "none",
            f"{count:,} files are {enough} (ADA, Karras 2020)",
        ),
        threads(processors),
    ]


def learning_rate(width: int, side: int) -> tuple[dict[str, Any], str]:
    """The schedule of the learning rate, which starts at RATE or less.

    With Adam, every weight moves by about the rate, so the output of a layer moves in proportion to its channels (Yang
    2021, https://arxiv.org/abs/2203.03466): the rate falls with them above RATE_CHANNELS. It also falls with the batch
    that suits the size, but not with a batch that is smaller because there are few files.
    """
    doublings = min(MOST_DOUBLINGS, max(1, math.ceil(math.log2(side / COARSEST)) - 1))
    channels, batch = width * 2**doublings, batch_of(side)
    rate = float(f"{RATE * min(1.0, RATE_CHANNELS / channels) * batch / LARGEST_BATCH:.2g}")
    falling = {"start": rate, "end": min(LAST_RATE, float(f"{rate / 10:.2g}")), "shape": "linear", "begin": 0.5}
    reason = f"{RATE} for {RATE_CHANNELS} channels and batches of {LARGEST_BATCH}"
    return falling, f"{reason}; here the coarsest layer has {channels}, and {batch} suit this size"


def batch_of(side: int) -> int:
    """The batch size that suits signals of a side."""
    batch: int = 2 ** int(math.log2(min(LARGEST_BATCH, max(2, BATCH_PIXELS // side))))
    return batch


def batch_size(count: int, side: int, plural: str = "files") -> tuple[int, str]:
    """The batch size for so many files or excerpts, and why."""
    batch = batch_of(side)
    rule = (
        f"the largest power of two up to {BATCH_PIXELS} / {side}, the longer side, and {LARGEST_BATCH} (after "
        "StyleGAN2-ADA, Karras 2020)"
    )
    if batch <= max(SMALLEST_BATCH, count * BATCH_SHARE):
        return batch, rule
    while batch > max(SMALLEST_BATCH, count * BATCH_SHARE):
        batch //= 2
    return batch, f"at most an eighth of {count:,} {plural}, but {SMALLEST_BATCH} or more"


def number_format(device: str, speed: Callable[[Proposal], float]) -> tuple[Proposal, float | None]:
    """TF32 on a GPU of NVIDIA; elsewhere bfloat16 if it is clearly faster in a short training.

    Args:
        device: cpu, cuda or mps.
        speed: measures this machine with a value of train.precision.

    Returns:
        The proposal, and the speed with it if it was measured.
    """
    if device == "cuda":
        return Proposal("train", "precision", "tf32", "this machine has a GPU"), None
    exact, short = (speed(Proposal("train", "precision", name, "a trial")) for name in ("float32", "bfloat16"))
    if short < CLEARLY_FASTER * exact:
        return Proposal("train", "precision", "float32", "bfloat16 is not clearly faster on this machine"), exact
    gain = f"{short / exact:.1f} times as fast as float32 on this machine, as just measured"
    return Proposal("train", "precision", "bfloat16", f"{gain}; others may be slower with it"), short


def threads(processors: int) -> Proposal:
    """Of compute.threads."""
    return Proposal("compute", "threads", min(processors, MOST_THREADS), f"this machine has {processors} processors")


def length(minutes: int, speed: float, least: int, plural: str = "images", checks: int = CHECKS) -> list[Proposal]:
    """How long to train, to two digits, the precision of the measurement.

    Args:
        minutes: length of the training.
        speed: signals per second that training shows.
        least: signals that a training should show.
        plural: what the signals are.
        checks: of the samples; their time is not counted.
    """
    images = max(1000, int(float(f"{60 * minutes * speed:.1e}")))
    why = f"{minutes} minute{'' if minutes == 1 else 's'} at {speed:,.0f} {plural} per second, as just measured on this"
    why = f"{why} machine"
    if images < least:
        why = f"{why}; good {plural} need {needed(least, speed):,.0f} minutes or more"
    patience = min(PATIENCE, round(PATIENT_SHARE * images))
    return [
        Proposal("train", "images", images, why),
        Proposal("train", "best_every", images // checks, f"{checks} checks; the best generator is kept"),
        Proposal("train", "patience", patience, f"at most {PATIENCE:,} {plural}, and a fifth of the training"),
    ]


def needed(least: int, speed: float) -> float:
    """Minutes of training that show so many signals."""
    return least / speed / 60


def half_of_classes(class_counts: Mapping[str, int]) -> int:
    """Files that half of the classes have at least; 0 without classes."""
    return sorted(class_counts.values())[len(class_counts) // 2] if class_counts else 0


def use_of_labels(class_counts: Mapping[str, int], present: str | None) -> tuple[str, str]:
    """Value and reason of dataset.labels; ``present`` is its value if the user has chosen it."""
    classes, half = len(class_counts), half_of_classes(class_counts)
    if not classes:
        return present or "use", "there are no classes, so this has no effect"
    if present is not None:
        return present, f"as params.yaml has it for these files, which have {classes} classes"
    if half < FEW_OF_A_CLASS:
        return "ignore", f"half of the {classes} classes have {half} files or fewer, too few to learn from"
    reason = f"{classes} classes, half of them with {half} files or more: labels speed up training"
    rare = [name for name, count in class_counts.items() if count < FEW_OF_A_CLASS]
    if rare:
        have = f"{len(rare)} {'has' if len(rare) == 1 else 'have'} fewer than {FEW_OF_A_CLASS} files, such as {rare[0]}"
        return "use", f"{reason}; {have}: its samples will be alike, so add files, or set dataset.labels to ignore"
    return "use", reason


def share_of(count: int, to_score: int = TO_SCORE) -> tuple[float, str]:
    """Value and reason of dataset.test_share for so many files, of which some should be held out to score with."""
    share = round(min(LARGEST_SHARE, max(0.1, to_score / max(count, 1))), 2)
    return share, f"of {count:,} files, which holds out about {round(share * count):,} for the scores"
