"""metrics.json: every score that the data allow, with the same score of real test data."""

from __future__ import annotations

from ganforge.evaluation import registry
from ganforge.evaluation.inputs import Context, Real, Samples
from ganforge.evaluation.score import Measured
from ganforge.prepared.columns import DRAWN, SIGNAL, SOURCE_LABELS, SPEAKERS


def measure(samples: Samples, real: Real, context: Context) -> Measured:
    """All scores that params.yaml asks for and whose needs are met, as nested finite numbers.

    Args:
        samples: what is scored.
        real: what with.
        context: the features of the samples, and what all scores share.
    """
    offered = capabilities(samples, real)
    pooled = len(context.rows.samples)
    result: Measured = {"n": {"real": len(real.test), "fake": context.count, "seeds": samples.seeds, "pooled": pooled}}
    for score in registry.SCORES:
        if score.needs <= offered and score.wanted(context.settings):
            for group, values in score.compute(samples, real, context).items():
                result.setdefault(group, {}).update(values)
    return result


def capabilities(samples: Samples, real: Real) -> frozenset[str]:
    """Which of `ganforge.evaluation.score.CAPABILITIES` samples and real data offer."""
    signal = real.signal
    offered = {f"asked_{name}" for name in samples.columns if name not in (SIGNAL, DRAWN)}
    offered.add("labels" if real.classes else "clusters")
    offered.add("one_view" if signal.views == 1 else "many_views")
    if real.tested_by_pairs:
        offered.add("pairs")
    if not real.learnt_by_pairs:
        offered.add("unpaired")
    if SOURCE_LABELS in real.test.columns:
        offered.add("source_labels")
    if signal.is_music:
        offered.add("music")
    if signal.about.get("modes"):
        offered.add("modes")
    if signal.is_picture:
        offered.add("pictures")
    if signal.is_sound:
        offered.add("sound")
    if signal.is_sound and signal.about.get("pitches"):
        offered.add("pitches")
    if SPEAKERS in real.train.columns:
        offered.add("speakers")
    if real.test_features.pretrained:
        offered.add("pretrained")
    return frozenset(offered)
