"""Translations of sources without partners: how near they come to the target, and what they keep of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    import numpy as np

    from ganforge.evaluation.inputs import Context, Real, Samples

MOST = 5000  # sources, and as many signals, that a classifier learns to distinguish
UNCHANGED = 0.05  # below this share of the distance between two sources, nothing was translated


class Unpaired(Score):
    """How much of a source is kept, how much of the target's style is adopted, and the ``fd_ratio`` of the sources."""

    name = "unpaired"
    needs = frozenset({"unpaired", "pictures", "asked_source", "asked_rows"})
    meanings = (
        Meaning(
            "translation.content",
            "kept of the source",
            "lower",
            "feature distance between a source and its sample, divided by that between any two sources; 1: nothing of "
            "the source is left",
        ),
        Meaning(
            "translation.style",
            "taken for target",
            "real",
            "share of samples that a classifier assigns to the target; it was trained to distinguish sources from "
            "target signals by how strongly features respond",
            "translation.style_real",
            whole=1,
            beside={"source": "translation.style_source"},
        ),
    )

    facts = ("translation.fd_ratio_source",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.translation import perceptual
        from ganforge.features.frechet import Gaussian, frechet_distance
        from ganforge.prepared.columns import SOURCE
        from ganforge.signals.image import have_one_size, with_channels

        assert context.extractor is not None
        sources = np.array(samples.columns[SOURCE][: samples.count])
        if not have_one_size(sources, samples.signal):
            return {}
        sources = with_channels(sources, samples.signal.shape[1])
        reference = Gaussian.fit(real.train_features)
        floor = frechet_distance(reference, Gaussian.fit(real.test_features.values[context.rows.held_out]))
        of_sources = frechet_distance(reference, Gaussian.fit(context.extractor(sources[: context.count]).values))
        others = np.roll(sources, 1, axis=0)
        kept = perceptual(np.array(samples.signal[: samples.count]), sources, context.extractor)
        among = perceptual(others, sources, context.extractor)
        numbers = {"fd_ratio_source": of_sources / floor, "content": kept / max(among, 1e-9)}
        return {"translation": numbers | self._style(samples, real, context)}

    def _style(self, samples: Samples, real: Real, context: Context) -> dict[str, float]:
        """The shares of samples, held-out signals and held-out sources that are classified as the target."""
        import numpy as np

        from ganforge.evaluation.translation import style_of, told_apart
        from ganforge.prepared.columns import SOURCE
        from ganforge.signals.image import with_channels

        extractor, channels = context.extractor, samples.signal.shape[1]
        assert extractor is not None

        def some_of(column: np.ndarray) -> np.ndarray:
            rows = np.random.default_rng(0).permutation(len(column))[:MOST]
            return with_channels(np.array(column[np.sort(rows)]), channels)

        judged = {
            "style": samples.signal,
            "style_real": real.test.signal,
            "style_source": some_of(real.test.columns[SOURCE]),
        }
        learnt = (real.train.signal, real.train.columns[SOURCE])
        signals, others = (style_of(some_of(column), extractor) for column in learnt)
        return told_apart(signals, others, {name: style_of(each, extractor) for name, each in judged.items()})

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if nothing was translated, nothing of the sources is left, or samples are no nearer to the target."""
        found = []
        match look_up_all(scores, "translation.content"):
            case [kept] if kept < UNCHANGED:
                found.append("translation: samples hardly differ from their sources")
            case [kept] if kept > 1:
                found.append("translation: samples are as far from their own sources as sources are from each other")
        match look_up_all(scores, "quality.fd_ratio", "translation.fd_ratio_source"):
            case [ratio, of_sources] if ratio >= of_sources:
                found.append("translation: samples are no nearer to the target than the sources themselves")
        return found
