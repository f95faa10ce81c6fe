"""Do samples sound right: silence, clicks, clipping, pitch, and speakers?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up, look_up_all

if TYPE_CHECKING:
    import numpy as np

    from ganforge.evaluation.inputs import Context, Real, Samples
    from ganforge.prepared.columns import Arrays
    from ganforge.signals.sound import SoundSignal

LESSONS = 20_000  # sounds shown to the classifier of speakers
SEED = 0
IN_TUNE = 25.0  # cents
FAULTS_ALLOWED = 2.0  # times as many as among real sounds, plus a share that nobody would hear
SOME = 0.02
FEW_SPEAKERS = 0.8  # of the entropy of real ones


def sound_signal(real: Real) -> SoundSignal:
    """The signal of sounds."""
    from ganforge.signals.sound import SoundSignal

    assert isinstance(real.signal, SoundSignal)
    return real.signal


def before(columns: Arrays) -> np.ndarray:
    """Signals before they were rebuilt, so that measured sounds are rebuilt once, as in files."""
    from ganforge.prepared.columns import DRAWN, SIGNAL

    return columns.get(DRAWN, columns[SIGNAL])


class SoundFaults(Score):
    """Faults of sounds, see `ganforge.evaluation.audio`; real sounds are rebuilt first, as samples are."""

    name = "sound faults"
    needs = frozenset({"sound"})
    meanings = (
        Meaning(
            "audio.silent",
            "silent",
            "real",
            "share of sounds that are nowhere louder than -40 dB for 20 ms",
            "audio.silent_real",
            whole=1,
            count_key="n.pooled",
        ),
        Meaning(
            "audio.clicks",
            "clicks",
            "real",
            "share of sounds with a click: a jump of the wave that does not fit its surroundings",
            "audio.clicks_real",
            whole=1,
            count_key="n.pooled",
        ),
        Meaning(
            "audio.clipped",
            "clipped",
            "real",
            "share of sounds with values too loud for a file",
            "audio.clipped_real",
            whole=1,
            count_key="n.pooled",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        signal = sound_signal(real)
        drawn = _faults(signal, before(samples.columns))
        held_out = _faults(signal, before(real.test.columns))
        return {"audio": {**drawn, **{f"{name}_real": value for name, value in held_out.items()}}}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if faults are more frequent than among real sounds."""
        found = []
        for name, words in (
            ("silent", "are silent"),
            ("clicks", "have clicks"),
            ("clipped", "are too loud for a file"),
        ):
            pair = look_up_all(scores, f"audio.{name}", f"audio.{name}_real")
            if pair and pair[0] > FAULTS_ALLOWED * pair[1] + SOME:
                found.append(f"sound: {pair[0]:.0%} of the samples {words}, against {pair[1]:.0%} of real sounds")
        return found


def _faults(signal: SoundSignal, stored: np.ndarray) -> dict[str, float]:
    """The share of stored sounds that have each fault."""
    from ganforge.evaluation.audio import has_clicks, is_silent, share

    sounds = signal.sounds(stored)
    return {
        "silent": share(is_silent(sounds, signal.rate)),
        "clicks": share(has_clicks(sounds, signal.rate)),
        "clipped": share(signal.is_too_loud(stored)),
    }


class SoundVariety(Score):
    """The Inception score, with the classifier of these data instead of Inception."""

    name = "sound variety"
    needs = frozenset({"sound", "labels"})
    meanings = (
        Meaning(
            "audio.inception_score",
            "Inception-style score",
            "higher",
            "how sure the classifier is of each sound, and how varied the sounds are; at most the number of classes",
            "audio.inception_score_real",
            count_key="n.pooled",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        from ganforge.evaluation.audio import inception_style_score

        assert context.extractor is not None
        drawn, held_out = (context.extractor.probabilities(each)[:, 0] for each in (samples.signal, real.test.signal))
        return {
            "audio": {
                "inception_score": inception_style_score(drawn),
                "inception_score_real": inception_style_score(held_out),
            }
        }


class Pitch(Score):
    """How well sounds have the pitch of their class, if every class has a known pitch."""

    name = "pitch"
    needs = frozenset({"sound", "asked_labels", "pitches"})
    meanings = (
        Meaning(
            "audio.pitch_within_25_cents",
            "in tune",
            "higher",
            "share of sounds whose pitch is within a quarter of a semitone of the one asked for",
            "audio.pitch_within_25_cents_real",
            whole=1,
            count_key="n.pooled",
        ),
        Meaning(
            "audio.pitch_error",
            "pitch error",
            "lower",
            "median distance in cents from the pitch asked for",
            "audio.pitch_error_real",
            count_key="n.pooled",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        assert samples.labels is not None
        drawn = _in_tune(sound_signal(real), before(samples.columns), samples.labels)
        held_out = _in_tune(sound_signal(real), before(real.test.columns), real.test.required_labels())
        return {"audio": {**drawn, **{f"{name}_real": value for name, value in held_out.items()}}}


def _in_tune(signal: SoundSignal, stored: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """How near the pitches of stored sounds are to those of their labels."""
    import numpy as np

    from ganforge.evaluation.audio import pitch_errors, share

    errors = np.abs(pitch_errors(signal.sounds(stored), np.array(signal.about["pitches"])[labels], signal.rate))
    return {"pitch_within_25_cents": share(errors <= IN_TUNE), "pitch_error": float(np.median(errors))}


class Speakers(Score):
    """How many different voices a classifier of speakers hears, if the speakers of the real data are known."""

    name = "speakers"
    needs = frozenset({"sound", "speakers"})
    meanings = (
        Meaning(
            "audio.speaker_entropy",
            "speaker entropy",
            "real",
            "how evenly samples spread over the voices of the speakers, in nats; 0: one voice only",
            "audio.speaker_entropy_real",
            count_key="n.pooled",
        ),
    )
    facts = ("audio.speaker_accuracy_real",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.audio import entropy, share
        from ganforge.features.classifier import train_classifier
        from ganforge.features.extractor import Extractor
        from ganforge.prepared.columns import SPEAKERS, Split

        speakers, wanted = (split.columns[SPEAKERS] for split in (real.train, real.test))
        lessons, count = Split.of(real.train.signal, speakers), int(speakers.max()) + 1
        with context.bar(LESSONS, "speakers") as progress:
            classifier = train_classifier(lessons, real.signal, count, LESSONS, SEED, context.device, progress)
        listener = Extractor(classifier, real.signal, 1.0, context.device)
        drawn, held_out = (listener(each).labels for each in (samples.signal, real.test.signal))
        return {
            "audio": {
                "speaker_entropy": entropy(np.bincount(drawn)),
                "speaker_entropy_real": entropy(np.bincount(held_out)),
                "speaker_accuracy_real": share(held_out == wanted),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if some of the voices are missing."""
        entropy, of_real = look_up(scores, "audio.speaker_entropy"), look_up(scores, "audio.speaker_entropy_real")
        if entropy is None or of_real is None or entropy >= FEW_SPEAKERS * of_real:
            return []
        return [f"sound: samples have few voices (entropy {entropy:.2f}, against {of_real:.2f} of real sounds)"]
