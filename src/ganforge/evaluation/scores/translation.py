"""Are samples what their sources should become? Compares their distances to the partners with trivial answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import ANSWERS, Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    import numpy as np

    from ganforge.evaluation.inputs import Context, Real, Samples

HARDLY = 0.98  # beyond this share of the source's own distance, translation changed nothing
CHANCE = 3.0  # at least so many times as many partners must be found as by chance


def _meaning(name: str, label: str, better: str, text: str) -> Meaning:
    beside = {answer: f"translation.{name}_{answer}" for answer in ANSWERS}
    return Meaning(f"translation.{name}", label, better, text, beside=beside)  # type: ignore[arg-type]


class Translation(Score):
    """Compares samples with the partners of their sources, over all draws."""

    name = "translation"
    needs = frozenset({"pairs", "pictures", "asked_source", "asked_rows"})
    meanings = (
        _meaning("l1", "distance to partner", "lower", "mean absolute difference from the partner, 0 to 2"),
        _meaning("psnr", "PSNR", "higher", "peak signal to noise ratio to the partner, in decibels"),
        _meaning("ssim", "SSIM", "higher", "structural similarity to the partner, 1 at most"),
        _meaning("perceptual", "perceptual distance", "lower", "distance from the partner in the feature network"),
        _meaning("fd", "distance of all", "lower", "Fréchet distance of all samples from all partners"),
        _meaning("retrieval_top1", "partner nearest", "higher", "share whose nearest test signal is their partner"),
        _meaning("retrieval_top5", "partner in five", "higher", "share with their partner among the five nearest"),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.translation import trivial_answers
        from ganforge.prepared.columns import ROWS

        rows = np.array(samples.columns[ROWS])
        numbers = self._of(np.array(samples.signal), rows, samples.seeds, real, context)
        asked = rows[: samples.count]
        for name, answers in {**trivial_answers(real), **context.answers}.items():
            of_answers = self._of(np.array(answers[asked]), asked, 1, real, context)
            numbers |= {f"{key}_{name}": value for key, value in of_answers.items()}
        return {"translation": numbers}

    def _of(self, drawn: np.ndarray, rows: np.ndarray, seeds: int, real: Real, context: Context) -> dict[str, float]:
        """All scores of answers to the sources of some rows of the test data."""
        import numpy as np

        from ganforge.evaluation.translation import closeness, perceptual, retrieval
        from ganforge.features.frechet import Gaussian, frechet_distance

        partners = np.array(real.test.signal[rows])
        numbers = closeness(drawn, partners, real.signal)
        numbers["retrieval_top1"], numbers["retrieval_top5"] = retrieval(drawn, rows, real.test.signal, real.signal)
        if context.extractor is not None:
            numbers["perceptual"] = perceptual(drawn, partners, context.extractor)
            reference = Gaussian.fit(real.test_features.values)
            of_seeds = np.split(context.extractor(drawn).values, seeds)
            numbers["fd"] = float(np.mean([frechet_distance(reference, Gaussian.fit(one)) for one in of_seeds]))
        return numbers

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if nothing was translated, or if samples do not match their sources."""
        found = []
        match look_up_all(scores, "translation.l1", "translation.l1_source"):
            case [distance, of_source] if distance > HARDLY * of_source:
                found.append("translation: samples are no nearer to their partners than the sources themselves")
        match look_up_all(scores, "translation.l1", "translation.l1_mean_picture"):
            case [distance, of_mean] if distance > of_mean:
                found.append("translation: samples are farther from their partners than the mean training picture")
        match look_up_all(scores, "translation.retrieval_top1", "n.real"):
            case [share, candidates] if share * candidates < CHANCE:
                found.append("translation: samples are no nearer to their own partners than to those of others")
        return found
