"""Is music like real music in its notes, bars and harmony, and is it new?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

MOST_PIECES = 10_000  # measured
CHAIN_SEED = 0
MARGIN = 0.1  # by which shares may differ from those of real excerpts
FAR = 0.5  # of the way from real excerpts to voices of different ones
CROSSINGS = 2.0  # times as many as in real excerpts
FEW_CROSSINGS = 0.01  # share of steps that is accepted on top of that


def _beside(name: str, *, shuffled: bool = False) -> dict[str, str]:
    """The keys of the same score of a Markov chain and of shuffled voices."""
    return {answer: f"music.{name}_{answer}" for answer in ("markov", "shuffled") if shuffled or answer == "markov"}


class Music(Score):
    """Compares the samples of all seeds with real test data, a Markov chain, and voices of different excerpts."""

    name = "music"
    needs = frozenset({"music"})
    meanings = (
        Meaning(
            "music.empty_bars",
            "empty bars",
            "real",
            "share of bars without a note, over all voices",
            "music.empty_bars_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("empty_bars"),
        ),
        Meaning(
            "music.pitch_classes_per_bar",
            "pitch classes in a bar",
            "real",
            "different pitch classes in a bar of a voice; too many: the melody wanders",
            "music.pitch_classes_per_bar_real",
            count_key="n.pooled",
            beside=_beside("pitch_classes_per_bar"),
        ),
        Meaning(
            "music.notes_of_an_eighth",
            "notes of an eighth",
            "real",
            "share of notes that last an eighth or longer; below real: notes are broken into pieces",
            "music.notes_of_an_eighth_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("notes_of_an_eighth"),
        ),
        Meaning(
            "music.in_scale",
            "notes in scale",
            "real",
            "share of notes in the major or natural minor scale that fits their excerpt best",
            "music.in_scale_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("in_scale", shuffled=True),
        ),
        Meaning(
            "music.pitch_class_distance",
            "pitch classes off by",
            "lower",
            "how far the frequencies of pitch classes are from those of training data (total variation)",
            "music.pitch_class_distance_real",
            count_key="n.pooled",
            beside=_beside("pitch_class_distance"),
        ),
        Meaning(
            "music.voice_crossings",
            "crossed voices",
            "real",
            "share of steps at which a lower voice sounds above a higher one",
            "music.voice_crossings_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("voice_crossings", shuffled=True),
        ),
        Meaning(
            "music.tonal_distance",
            "tonal distance of voices",
            "real",
            "how far two voices are apart in harmony within a beat; above real: they do not fit together",
            "music.tonal_distance_real",
            count_key="n.pooled",
            beside=_beside("tonal_distance", shuffled=True),
        ),
        Meaning(
            "music.copied_bars",
            "copied bars",
            "lower",
            "share of bars that repeat training data in all voices, transposed or not",
            "music.copied_bars_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("copied_bars"),
        ),
        Meaning(
            "music.copied_two_bars",
            "copied pairs of bars",
            "lower",
            "the same for two bars in a row",
            "music.copied_two_bars_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("copied_two_bars"),
        ),
        Meaning(
            "music.copied_four_bars",
            "copied fours of bars",
            "lower",
            "the same for four bars in a row",
            "music.copied_four_bars_real",
            whole=1,
            count_key="n.pooled",
            beside=_beside("copied_four_bars"),
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`. A single voice or a single bar has fewer scores."""
        import numpy as np

        from ganforge.evaluation.markov import MarkovChain
        from ganforge.evaluation.music import of_pieces, of_voices_together, shuffled_voices
        from ganforge.signals.music import MusicSignal

        signal = real.signal
        assert isinstance(signal, MusicSignal)
        drawn = signal.midi_numbers(samples.signal[np.sort(context.rows.samples[:MOST_PIECES])])
        train, held_out = signal.midi_numbers(real.train.signal), signal.midi_numbers(real.test.signal)
        chain = MarkovChain(train).draw(min(len(held_out), MOST_PIECES), CHAIN_SEED)
        numbers: dict[str, float] = {}
        for suffix, pieces in (("", drawn), ("_real", held_out), ("_markov", chain)):
            scores = of_pieces(pieces, train, signal.bar)
            numbers |= {f"{name}{suffix}": value for name, value in scores.items()}
        if 1 < held_out.shape[1] <= len(held_out):
            scores = of_voices_together(shuffled_voices(held_out), signal.bar)
            numbers |= {f"{name}_shuffled": value for name, value in scores.items()}
        return {"music": numbers}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns of faults that a person hears at once."""
        sentences = []
        match look_up_all(scores, "music.voice_crossings", "music.voice_crossings_real"):
            case [share, real] if share > CROSSINGS * real + FEW_CROSSINGS:
                sentences.append(
                    f"music: voices cross at {share:.0%} of the steps, against {real:.0%} in real excerpts"
                )
        match look_up_all(scores, "music.in_scale", "music.in_scale_real"):
            case [share, real] if share < real - MARGIN:
                sentences.append(
                    f"music: only {share:.0%} of the notes are in a scale, against {real:.0%} in real excerpts"
                )
        match look_up_all(scores, "music.notes_of_an_eighth", "music.notes_of_an_eighth_real"):
            case [share, real] if share < real - MARGIN:
                sentences.append(
                    f"music: notes are broken: {share:.0%} of them last an eighth, against {real:.0%} in real excerpts"
                )
        match look_up_all(scores, "music.tonal_distance", "music.tonal_distance_real", "music.tonal_distance_shuffled"):
            case [distance, real, shuffled] if distance - real > FAR * (shuffled - real) > 0:
                sentences.append(
                    f"music: voices do not fit together: their tonal distance is {distance:.2f}, against {real:.2f} in "
                    f"real excerpts and {shuffled:.2f} with voices of different ones"
                )
        match look_up_all(scores, "music.pitch_classes_per_bar", "music.pitch_classes_per_bar_real"):
            case [count, real] if abs(count - real) > MARGIN * real:
                sentences.append(
                    f"music: a voice has {count:.1f} different pitch classes in a bar, against {real:.1f} in real "
                    "excerpts"
                )
        match look_up_all(scores, "music.pitch_class_distance", "music.pitch_class_distance_real"):
            case [distance, real] if distance > real + MARGIN:
                sentences.append(
                    f"music: the frequencies of pitch classes are {distance:.2f} off those of training data, against "
                    f"{real:.2f} in real excerpts"
                )
        match look_up_all(scores, "music.empty_bars", "music.empty_bars_real"):
            case [share, real] if share > real + MARGIN:
                sentences.append(f"music: {share:.0%} of the bars are empty, against {real:.0%} in real excerpts")
        match look_up_all(scores, "music.copied_bars", "music.copied_bars_real"):
            case [share, real] if share > real + MARGIN:
                sentences.append(f"memorisation: {share:.0%} of the bars repeat training excerpts")
        return sentences
