"""Somebody's sounds: how they are read and sorted, and what is left out and told of."""

import zipfile

import numpy as np
import pandas as pd
import pytest
import soundfile

from ganforge.datasets.decoding import Refusal
from ganforge.datasets.recordings import Hearing, Window, hear
from ganforge.datasets.spoken_digits import ARCHIVE, NAMES
from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.columns import DRAWN, HEARD, LABELS, SIGNAL, SOUND, SPEAKERS
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of
from ganforge.signals.recording import PEAK, wav
from tests.conftest import MIRROR
from tests.datasets.sections import section, source

RATE = 8000
HEARING = Hearing(RATE, 2048, "start", "peak", 0.05, -60.0)


def tone(pitch, seconds=0.3, rate=RATE, level=0.5):
    return (level * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def put(place, sound, rate=RATE):
    (IMPORT / place).parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(IMPORT / place, sound, rate)


def fill(count=20):
    """Two folders of sounds: low ones and high ones."""
    for number in range(count):
        put(f"low/{number:02}.wav", tone(300 + number))
        put(f"high/{number:02}.flac", tone(900 + number))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    IMPORT.mkdir(parents=True)
    return tmp_path


def prepare(name="sounds", raw=IMPORT, **changes):
    settings = section(name, **changes)
    target = IMPORT.parent / "prepared"
    source(name).prepare(raw, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target)


def test_folders_are_classes_and_every_sound_is_a_spectrogram_a_recording_and_what_is_rebuilt(here):
    fill()
    data, facts = prepare()
    assert data.meta.classes == ("high", "low")
    assert sum(data.meta.count.values()) == facts.taken == 40
    assert set(data.meta.columns) == {SIGNAL, HEARD, SOUND, LABELS}
    signal, recording = (signal_of(data.meta.columns[name]) for name in (SIGNAL, SOUND))
    train = data.splits["train"]
    assert np.array_equal(signal.of_sounds(recording.sounds(train.columns[SOUND])), train.signal)
    assert np.array_equal(signal.rebuilt(np.array(train.signal)), train.columns[HEARD])
    assert np.array_equal(train.as_heard().signal, train.columns[HEARD])
    assert np.array_equal(train.as_heard().columns[DRAWN], train.signal)


def test_a_waveform_is_the_recording_itself(here):
    fill()
    data, _ = prepare(representation="waveform")
    assert set(data.meta.columns) == {SIGNAL, LABELS}
    train = data.splits["train"]
    assert train.signal.dtype == np.int16
    assert train.signal.shape[1:] == (1, 2048)
    assert np.abs(train.signal).max(axis=(1, 2)) == pytest.approx(PEAK * 32768, abs=50)
    assert np.array_equal(train.as_heard().signal, train.signal)


def test_what_cannot_be_taken_is_counted_and_named(here):
    fill()
    put("low/silent.wav", np.zeros(4000, np.float32))
    put("low/blip.wav", tone(500, seconds=0.01))
    (IMPORT / "low" / "broken.wav").write_bytes(b"RIFF and then nothing")
    (IMPORT / "low" / "notes.txt").write_text("a word")
    put("high/again.flac", tone(900))
    put("low/as_in_high.flac", tone(901))
    data, facts = prepare(max_broken=0.2)
    assert facts.left_out == {"broken": 1, "short": 1, "silent": 1, "duplicate": 1, "contradictory": 1}
    assert facts.examples["broken"] == ["low/broken.wav"]
    assert facts.examples["short"] == ["low/blip.wav"]
    assert facts.others == 1
    table = pd.read_csv(IMPORT.parent / "prepared" / "left_out.csv")
    assert table.set_index("name").kind["low/silent.wav"] == "silent"
    assert table.set_index("name").reason["low/broken.wav"] == "Format not recognised"
    assert sum(data.meta.count.values()) == 40


def test_too_many_broken_files_end_in_a_sentence(here):
    fill(4)
    for number in range(3):
        (IMPORT / "low" / f"broken{number}.wav").write_bytes(b"no sound")
    with pytest.raises(UserError, match=r"more than 10.0% of 11 files cannot be used, such as low/broken0.wav"):
        prepare()


def test_a_folder_without_sounds_is_told_of(here):
    with pytest.raises(UserError, match=r"data/import is empty; put sounds \(.wav"):
        prepare()
    (IMPORT / "letter.txt").write_text("hello")
    with pytest.raises(UserError, match=r"contains 1 files, such as letter.txt, but no sounds"):
        prepare()


def test_sounds_lie_in_an_archive_too(here):
    with zipfile.ZipFile(IMPORT / "all.zip", "w") as archive:
        for number in range(12):
            for name, pitch in (("low", 300), ("high", 900)):
                archive.writestr(f"{name}/{number}.wav", wav(tone(pitch + number), RATE))
    data, _ = prepare()
    assert data.meta.classes == ("high", "low")
    assert not list((IMPORT.parent / "prepared").glob(".unpacked*"))


def test_a_sound_stays_in_its_split_when_others_are_added(here):
    fill(20)
    before, _ = prepare()
    held_out = {row.tobytes() for row in before.splits["test"].columns[SOUND]}
    fill(30)
    after, _ = prepare()
    assert held_out <= {row.tobytes() for row in after.splits["test"].columns[SOUND]}


def test_quiet_files_that_sound_alike_are_one_when_all_are_made_as_loud(here):
    fill()
    for name, level in (("loud", 0.5), ("quiet", 0.25)):  # as floats, which keep the same digits
        soundfile.write(IMPORT / "low" / f"{name}.wav", tone(450, level=level), RATE, subtype="FLOAT")
    assert prepare()[1].left_out == {"duplicate": 1}
    assert prepare(loudness="as_is")[1].left_out == {}


def test_sounds_of_a_frequency_that_few_have_keep_their_strength(here):
    """Two of a hundred sounds have a tone at 3 kHz, which the mean and deviation of its bin hardly show."""
    random = np.random.default_rng(0)
    for number in range(100):
        noise = (10 ** (-50 / 20) * random.standard_normal(2048)).astype(np.float32)
        put(f"noise/{number:03}.wav", noise + (tone(3000, 2048 / RATE) if number < 2 else 0))
    data, _ = prepare(loudness="as_is", fft=256, griffin_lim=32)
    signal = signal_of(data.meta.columns["signal"])
    rebuilt = np.concatenate([signal.sounds(data.splits[split].signal) for split in ("train", "test")])
    loudest = np.sort(np.sqrt(np.square(rebuilt).mean(1)))[-2:]
    expected = np.sqrt(np.square(tone(3000, 2048 / RATE)).mean())
    assert (20 * np.log10(loudest / expected) > -7).all()


def content(sound, rate=RATE):
    return wav(sound, rate)


def test_rate_channels_and_length_are_brought_to_those_asked_for():
    both = np.stack([tone(440, 1.0, 44100), tone(440, 1.0, 44100)], axis=1)
    heard = hear(wav(both, 44100), HEARING)
    assert isinstance(heard, Window)
    assert set(heard.notes) == {"mixed", "resampled", "cut"}
    assert heard.sound.shape == (2048,)
    spectrum = np.abs(np.fft.rfft(heard.sound.astype(float)))
    assert abs(np.argmax(spectrum) * RATE / 2048 - 440) < RATE / 2048


@pytest.mark.parametrize(("placement", "where"), [("start", 0), ("centre", 2976), ("loudest", 5952)])
def test_the_part_that_is_taken_of_a_long_recording(placement, where):
    sound = 0.1 * tone(440, 1.0)
    sound[6000:] *= 8
    hearing = Hearing(RATE, 2048, placement, "as_is", 0.0, -60.0)
    heard = hear(wav(sound, RATE), hearing)
    assert np.abs(heard.sound / 32768 - sound[where : where + 2048]).max() < 1e-3


def test_silence_is_that_of_the_part_that_is_taken_and_its_reason_is_true():
    late = np.concatenate([1e-4 * tone(100, 1.0), tone(440, 1.0)])
    start, loudest = (Hearing(RATE, 2048, placement, "peak", 0.0, -60.0) for placement in ("start", "loudest"))
    assert hear(wav(late, RATE), start) == Refusal("silent", "the part that dataset.placement selects is silent")
    assert isinstance(hear(wav(late, RATE), loudest), Window)
    opposite = np.stack([tone(440, 1.0), -tone(440, 1.0)], axis=1)
    assert "cancel each other out" in hear(wav(opposite, RATE), start).reason
    offset = np.full(4000, 0.3, np.float32)
    assert hear(wav(offset, 44100), start).reason == "nothing in it is louder than -60 dB, apart from a constant offset"
    fading = np.hanning(44100).astype(np.float32) * tone(15000, 1.0, 44100)
    assert "only frequencies above 4000 Hz" in hear(wav(fading, 44100), start).reason
    shifted = hear(wav(0.2 + 0.1 * tone(440, 1.0), RATE), start).sound / 32768
    assert np.abs(shifted).max() == pytest.approx(PEAK, rel=1e-3)
    assert abs(shifted.mean()) < 0.01


def test_a_short_recording_lies_at_the_start_or_in_the_centre():
    sound = tone(440, 0.1)
    for placement, where in (("start", 0), ("centre", (2048 - 800) // 2)):
        heard = hear(wav(sound, RATE), Hearing(RATE, 2048, placement, "as_is", 0.0, -60.0)).sound
        assert np.abs(heard[where : where + 800] / 32768 - sound).max() < 1e-3
        assert not heard[:where].any() and not heard[where + 800 :].any()


def test_recordings_that_are_cut_off_at_full_scale_are_noted():
    assert "clipped" in hear(wav(3 * tone(440), RATE), HEARING).notes
    assert "clipped" not in hear(wav(tone(440), RATE), HEARING).notes


def test_what_is_no_sound_is_refused():
    assert hear(b"", HEARING).kind == "broken"
    assert isinstance(hear(b"ID3 but no frames", HEARING), Refusal)


def test_spoken_digits_are_split_as_their_page_says(here):
    if not (MIRROR / "fsdd" / ARCHIVE).exists():
        pytest.skip(f"no spoken digits in {MIRROR}")
    data, facts = prepare("spoken_digits", MIRROR / "fsdd", samples=8192, fft=256, griffin_lim=1)
    assert data.meta.count == {"train": 2700, "test": 300}
    assert data.meta.classes == NAMES
    test = data.splits["test"]
    assert (np.bincount(test.required_labels()) == 30).all()
    assert (np.bincount(test.columns[SPEAKERS]) == 50).all()
    assert facts.taken == 3000


def test_an_archive_that_is_damaged_is_named(here):
    (here / ARCHIVE).write_bytes(b"no archive")
    with pytest.raises(UserError, match=f"{ARCHIVE} is damaged .*dvc repro -f fetch"):
        prepare("spoken_digits", here)


@pytest.mark.parametrize("changes", [{"samples": 4096}, {"loudness": "as_is"}, {"placement": "centre"}, {"rate": 4000}])
def test_other_settings_hold_out_the_same_recordings(here, changes):
    fill()
    prepare()
    before = pd.read_csv(IMPORT.parent / "prepared" / "items.csv").set_index("path").split
    prepare(**changes)
    assert before.equals(pd.read_csv(IMPORT.parent / "prepared" / "items.csv").set_index("path").split)


def test_a_lone_sound_of_a_class_that_is_held_out_is_left_out(here):
    fill()
    for number in range(12):
        put(f"alone{number}/one.wav", tone(2000 + 50 * number))
    data, facts = prepare()
    assert facts.left_out["alone"] > 0
    assert data.meta.count["test"] == len(data.splits["test"].labels)
    assert min(np.bincount(data.splits["train"].labels)) >= 1


def test_a_recording_of_two_samples_is_too_short():
    assert hear(wav(np.ones(2, np.float32), 44100), Hearing(RATE, 2048, "start", "peak", 0.0, -60.0)).kind == "short"


def test_training_sounds_that_nobody_can_hear_end_in_a_sentence(here):
    for number in range(20):
        put(f"low/{number:02}.wav", tone(300 + number, level=5e-5))
    with pytest.raises(UserError, match="the training sounds are silent"):
        prepare(loudness="as_is", silence=-120.0)
