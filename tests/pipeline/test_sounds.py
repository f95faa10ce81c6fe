"""Sounds and music go through the whole pipeline, and can be played on every page."""

import io
import json
import shutil

import mido
import numpy as np
import pytest
import soundfile
from selenium.webdriver.common.by import By

from tests.browser import browser_at
from tests.demo.serving import demo_in
from tests.pipeline.test_toys import SMALLER
from tests.project import ALL, Project, copy_project
from tests.server import wait_until

RATE = 16000
SOUNDS = {
    "name": "sounds", "held_out": "test", "labels": "use", "representation": "spectrogram", "rate": 8000,
    "samples": 2048, "placement": "loudest", "loudness": "peak", "fft": 128, "griffin_lim": 8, "test_share": 0.25,
    "min_seconds": 0.05, "silence": -60.0, "max_broken": 0.05,
}  # fmt: skip
MUSIC = {
    "name": "midi", "held_out": "test", "labels": "ignore", "voices": 2, "steps": 32, "stride": 16, "transpose": 0,
    "steps_per_quarter": 4, "tempo": 120, "test_share": 0.3, "widest": 60, "max_broken": 0.05,
}  # fmt: skip


@pytest.fixture
def project(tmp_path, empty_store, python_at_once) -> Project:
    made = Project(copy_project(tmp_path / "project"), python_at_once)
    (made.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    shutil.copy(empty_store, made.root)
    return made


def put_sounds(root):
    """Two folders of ogg files in stereo; a broken one and a silent one beside them."""
    random = np.random.default_rng(0)
    for name, pitch in (("low", 300), ("high", 1200)):
        (root / "data" / "import" / name).mkdir(parents=True)
        for number in range(130):
            time = np.arange(RATE // 3) / RATE
            tone = np.sin(2 * np.pi * pitch * random.uniform(0.9, 1.1) * time) * np.exp(-5 * time)
            tone += 0.02 * random.standard_normal(len(time))
            soundfile.write(
                root / "data" / "import" / name / f"{number}.ogg", np.stack([tone, tone], 1) * 0.5, RATE, format="OGG"
            )
    (root / "data" / "import" / "low" / "broken.wav").write_bytes(b"RIFF, no more")
    soundfile.write(root / "data" / "import" / "high" / "silent.wav", np.zeros(RATE), RATE)


def put_music(root):
    """Pieces of two voices that walk up and down."""
    random = np.random.default_rng(0)
    (root / "data" / "import").mkdir(parents=True, exist_ok=True)
    for number in range(60):
        piece = mido.MidiFile(ticks_per_beat=480)
        for voice, base in enumerate((72, 48)):
            track = mido.MidiTrack()
            piece.tracks.append(track)
            for step in np.cumsum(random.integers(-2, 3, 24)):
                pitch = int(base + np.clip(step, -10, 10))
                track.append(mido.Message("note_on", note=pitch, velocity=80, time=0, channel=voice))
                track.append(mido.Message("note_off", note=pitch, velocity=0, time=240, channel=voice))
        piece.save(root / "data" / "import" / f"{number}.mid")


def durations(browser):
    """Seconds of every player on the page that is open."""
    return browser.execute_async_script(
        """const done = arguments[0], players = [...document.querySelectorAll('audio')];
        Promise.all(players.map(player => new Promise(resolve => {
            player.onloadedmetadata = () => resolve(player.duration);
            player.onerror = () => resolve(-1);
            player.preload = 'auto'; player.load();
        }))).then(done);"""
    )


@pytest.mark.long
def test_a_folder_of_sounds_is_learnt_listened_to_and_written(project, tmp_path):
    put_sounds(project.root)
    project.make_tiny({"dataset": SOUNDS, "augment": {"mode": "none"}})
    project.set(**SMALLER)
    assert project.repro() == ALL
    root, scores = project.root, project.metrics()
    assert {"silent", "clicks", "clipped", "inception_score"} <= scores["audio"].keys()
    facts = json.loads((root / "reports" / "data.json").read_text())
    assert facts["left_out"] == {"broken": 1, "silent": 1}
    for page, players in (("data", 2 * 4), ("report", 2 * 5 + 3 * 4)):
        with browser_at(f"file://{root}/reports/{page}.html") as browser:
            played = durations(browser)
            assert len(played) == players
            assert min(played) > 0.2
    done = project.run("ganforge", "sample", "--label", "high", "--count", "3", "--out", "highs")
    assert done.returncode == 0, done.stderr
    written = sorted((root / "highs").glob("*.wav"))
    assert [soundfile.info(path).frames for path in written] == [2048] * 3
    with demo_in(root, tmp_path / "log") as address, browser_at(address) as browser:
        wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#sound audio, #sound [data-testid]"), 60)
        assert browser.find_element(By.ID, "sound").is_displayed()


@pytest.mark.long
def test_a_folder_of_midi_files_is_learnt_listened_to_and_written(project):
    put_music(project.root)
    project.make_tiny({"dataset": MUSIC, "augment": {"mode": "none"}})
    project.set(**SMALLER)
    assert project.repro() == ALL
    root, scores = project.root, project.metrics()
    assert {"in_scale", "in_scale_real", "in_scale_markov", "voice_crossings"} <= scores["music"].keys()
    with browser_at(f"file://{root}/reports/report.html") as browser:
        played = durations(browser)
        assert len(played) > 10
        assert min(played) > 3  # two bars at 120 a minute take four seconds
    done = project.run("ganforge", "sample", "--count", "2", "--out", "pieces")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (root / "pieces").iterdir())
    assert names == ["000000.mid", "000000.wav", "000001.mid", "000001.wav", "sheet.png"]
    piece = mido.MidiFile(file=io.BytesIO((root / "pieces" / "000000.mid").read_bytes()))
    assert piece.length < 4.5
