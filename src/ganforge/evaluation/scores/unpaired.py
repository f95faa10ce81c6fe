"""What became of sources that have no partners: how far they were from the target before, and what is left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

UNCHANGED = 0.05  # of the distance between sources of different samples, below which nothing was translated


class Unpaired(Score):
    """The sources themselves as answers, and the distance from each source to its sample, in features."""

    name = "unpaired"
    needs = frozenset({"unpaired", "pictures", "asked_source", "asked_rows"})
    meanings = (
        Meaning(
            "translation.fd_ratio_source",
            "ratio of sources",
            "lower",
            "Fréchet distance of the sources themselves from the target, divided by its floor: what fd_ratio begins at",
        ),
        Meaning(
            "translation.content",
            "kept of the source",
            "lower",
            "distance between features of a source and of its sample, divided by that between any two sources; 1: "
            "nothing of it is left",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.translation import perceptual
        from ganforge.features.frechet import Gaussian, frechet_distance
        from ganforge.prepared.columns import SOURCE
        from ganforge.signals.image import with_channels

        assert context.extractor is not None
        sources = np.array(samples.columns[SOURCE][: samples.count])
        if sources.shape[2:] != samples.signal.shape[2:]:
            return {}
        sources = with_channels(sources, samples.signal.shape[1])
        reference = Gaussian.fit(real.train_features)
        floor = frechet_distance(reference, Gaussian.fit(real.test_features.values[context.rows.held_out]))
        of_sources = frechet_distance(reference, Gaussian.fit(context.extractor(sources[: context.count]).values))
        others = np.roll(sources, 1, axis=0)
        kept = perceptual(np.array(samples.signal[: samples.count]), sources, context.extractor)
        among = perceptual(others, sources, context.extractor)
        return {"translation": {"fd_ratio_source": of_sources / floor, "content": kept / max(among, 1e-9)}}

    def alarms(self, scores: Scores) -> list[str]:
        """Nothing was translated, nothing of the sources is left, or samples are farther from the target than these."""
        found = []
        match look_up_all(scores, "translation.content"):
            case [kept] if kept < UNCHANGED:
                found.append("translation: samples are the sources, hardly changed")
            case [kept] if kept > 1:
                found.append("translation: samples are as far from their own sources as sources are from each other")
        match look_up_all(scores, "quality.fd_ratio", "translation.fd_ratio_source"):
            case [ratio, of_sources] if ratio >= of_sources:
                found.append("translation: samples are no nearer to the target than the sources themselves")
        return found
