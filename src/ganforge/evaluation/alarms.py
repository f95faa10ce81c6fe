"""What a person should be told even if they do not read the scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Where an alarm begins. Each compares samples with real images scored the same way, so that it holds for any data.
COPIES = 0.01  # share of samples that are training images to the last bit, beyond that of real test images
COPYING = 0.1  # how much smaller the share of samples that are no copies may be than that of real test images
COPYING_ERRORS = 4  # ... and by how many standard errors, where there are few
REPEATED = 0.05  # share of samples that repeat another one, beyond that of real test images
LOST = 0.01  # share of the classes that are among as many real test images and not among the samples
CLUSTERS_APART = 2  # how many times as far from real shares those of clusters may be as those of real test images
NEAR = 0.02  # ... and what is near in any case, in nats
COVERED = 0.5  # share of the coverage of real training images that samples should reach


def alarms(scores: Mapping[str, Mapping[str, Any]], *, inception: bool = False) -> list[str]:
    """Sentences about what is plainly wrong with a set of samples; none if nothing is, or if scores are too old.

    Args:
        scores: contents of metrics.json.
        inception: whether scores of Inception features were asked for.
    """
    told = []
    memorisation, diversity, quality = (scores.get(group, {}) for group in ("memorisation", "diversity", "quality"))
    if "copied_fraction_real" in memorisation and (
        memorisation["copied_fraction"] > memorisation["copied_fraction_real"] + COPIES
    ):
        told.append(
            f"memorisation: {memorisation['copied_fraction']:.1%} of the samples are training images to the last bit"
        )
    elif "auth_pct_real" in memorisation:
        share, expected = memorisation["auth_pct"] / 100, memorisation["auth_pct_real"] / 100
        error = (2 * expected * (1 - expected) / memorisation["compared"]) ** 0.5
        if expected - share > max(COPYING, COPYING_ERRORS * error):
            told.append(
                f"memorisation: only {share:.0%} of the samples keep the distance from training images that "
                f"{expected:.0%} of real test images keep; look at the nearest training images"
            )
    if "cluster_js" in diversity:
        divergence, expected = diversity["cluster_js"], diversity["cluster_js_real"]
        if divergence > CLUSTERS_APART * expected + NEAR:
            told.append(
                f"collapse: groups of similar images come in shares that are {divergence:.3f} nats from those of "
                f"training images, against {expected:.3f} for real test images; some may be missing"
            )
    if "unique_fraction_real" in diversity and (
        diversity["unique_fraction"] < diversity["unique_fraction_real"] - REPEATED
    ):
        told.append(f"collapse: {1 - diversity['unique_fraction']:.1%} of the samples repeat another one")
    if "classes_found_real" in diversity and (
        diversity["classes_found"] < diversity["classes_found_real"] - LOST * diversity["classes"]
    ):
        told.append(
            f"collapse: only {diversity['classes_found']} of {diversity['classes']} classes are among the samples"
        )
    if quality.get("coverage", 1) < COVERED * quality.get("coverage_real", 0):
        told.append(
            f"collapse: only {quality['coverage']:.0%} of the real test images have a sample close by, against "
            f"{quality['coverage_real']:.0%} for real training images"
        )
    if inception and "inception" not in scores:
        told.append(
            "incomplete: evaluation.inception is true, but its weights could not be had; once there is a network, run "
            "`.venv/bin/dvc repro -s -f evaluate`, then `make repro`"
        )
    return told
