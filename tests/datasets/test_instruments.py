"""Made-up instruments: every sound has the pitch that its class says."""

import numpy as np
import pytest

from ganforge.datasets.instruments import INSTRUMENTS, PITCHES, RATE
from ganforge.evaluation.audio import is_silent, pitch_errors
from ganforge.prepared.columns import SOUND
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of
from tests.datasets.sections import section, source


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    target = tmp_path_factory.mktemp("instruments")
    settings = section("instruments", samples=4096, fft=256, griffin_lim=32, per_class=20)
    source("instruments").prepare(target, target / "prepared", settings, lambda done, total: None)
    return Prepared.load(target / "prepared")


def test_there_is_a_class_for_each_instrument_at_each_pitch(data):
    assert len(data.meta.classes) == len(INSTRUMENTS) * len(PITCHES) == 15
    assert data.meta.count == {"train": 300, "test": 75}
    assert (np.bincount(data.splits["train"].required_labels()) == 20).all()


def test_pitches_are_known_of_recordings_and_of_what_is_rebuilt(data):
    test = data.splits["test"]
    signal, recording = (signal_of(data.meta.columns[name]) for name in ("signal", SOUND))
    pitches = np.array(signal.about["pitches"])[test.required_labels()]
    recorded = pitch_errors(recording.sounds(test.columns[SOUND]), pitches, RATE)
    assert np.abs(recorded).max() < 12  # cents; they are detuned by up to 8
    rebuilt = pitch_errors(signal.sounds(np.array(test.signal)), pitches, RATE)
    assert np.mean(np.abs(rebuilt) < 25) > 0.95


def test_all_can_be_heard_and_no_two_are_the_same(data):
    sounds = data.splits["train"].columns[SOUND]
    assert not is_silent(sounds[:, 0] / 32768, RATE).any()
    assert len({row.tobytes() for row in sounds}) == len(sounds)


def test_the_test_split_is_not_the_training_split(data):
    train, test = ({row.tobytes() for row in data.splits[split].columns[SOUND]} for split in ("train", "test"))
    assert not train & test
