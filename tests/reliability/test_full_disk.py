"""A disk that is full, or that nobody may write to: one sentence, nothing lost, and on it goes once there is room."""

import errno
import subprocess
import time
from contextlib import suppress

import numpy as np
import pytest

from ganforge.files import write_array, write_blocks, write_durably
from tests.project import Project, digest

SENTENCE = "free space or change permissions, then run `dvc repro` again: it continues where it stopped."


def checkpoints(project: Project) -> dict[str, bytes]:
    """By name; they are made and removed while this looks."""
    found = {}
    for path in (project.root / ".ganforge").rglob("step-*.pt"):
        with suppress(FileNotFoundError):
            found[path.name] = path.read_bytes()
    return found


def stop_half_way(project: Project) -> None:
    """Leaves a training that was sent SIGTERM after its first checkpoint, and has saved another."""
    trainer = project.start("python", "-m", "pipeline.train", log=project.root / "stopped.log")
    while not checkpoints(project):
        assert trainer.poll() is None, (project.root / "stopped.log").read_text()
        time.sleep(0.01)
    first = set(checkpoints(project))
    trainer.terminate()
    assert trainer.wait(30) == 143
    assert max(checkpoints(project)) > min(first)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence that a stage ended in, with no word of Python."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.long
def test_a_training_whose_disk_is_full_goes_on_when_there_is_room(project):
    reference = digest(project.root / "models" / "generator")
    project.train_anew()
    stop_half_way(project)
    assert project.runs()["status"].tolist() == ["KILLED"]
    before = checkpoints(project)
    sentence = refused(project.run("python", "-m", "pipeline.train", most_bytes=30_000))
    assert sentence.startswith(f"train: {project.root / '.ganforge' / 'training'}")
    assert sentence.endswith(f"cannot be used (File too large); {SENTENCE}")
    assert checkpoints(project) == before
    assert not list((project.root / ".ganforge").rglob("*.tmp"))
    assert project.repro("train") == ["train"]
    assert digest(project.root / "models" / "generator") == reference


def test_samples_that_do_not_fit_on_the_disk_are_told_of(project):
    sentence = refused(project.run("python", "-m", "pipeline.sample", most_bytes=20_000))
    assert sentence == f"sample: samples/signal.npy cannot be used (File too large); {SENTENCE}"


@pytest.mark.long
def test_a_training_that_dvc_could_not_take_is_not_done_again(project):
    """As when the disk is full for DVC's cache: the stage has ended, DVC has failed, and runs it again."""
    project.train_anew()
    assert project.run("python", "-m", "pipeline.train").returncode == 0
    made = digest(project.root / "models" / "generator")
    rows = (project.root / "reports" / "training.csv").read_bytes()
    assert project.repro("train") == ["train"]
    assert digest(project.root / "models" / "generator") == made
    assert (project.root / "reports" / "training.csv").read_bytes() == rows  # times and all: nothing was trained
    assert project.repro("-f", "-s", "train") == ["train"]
    assert (project.root / "reports" / "training.csv").read_bytes() != rows  # DVC has it: this is another training


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_file_is_whole_or_the_one_before_on_a_disk_that_fills_up(small_disk):
    path = small_disk / "weights"
    write_durably(path, b"old")
    for write in (
        lambda: write_durably(path, bytes(2_000_000)),
        lambda: write_array(small_disk / "a.npy", np.zeros(2_000_000, np.uint8)),
        lambda: write_blocks(
            small_disk / "b.npy", (4, 500_000), (np.zeros((1, 500_000), np.uint8) for _ in range(4)), np.uint8
        ),
    ):
        with pytest.raises(OSError, match=r"No space left|written") as raised:
            write()
        assert raised.value.errno == errno.ENOSPC
        assert str(raised.value.filename).startswith(str(small_disk))
        for leftover in small_disk.glob("*.npy"):
            leftover.unlink()
    assert path.read_bytes() == b"old"
    assert [file.name for file in small_disk.iterdir()] == ["weights"]


def test_a_disk_that_is_read_only_is_told_of(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError, match="Read-only") as raised:
        write_durably(small_disk / "weights", b"new")
    assert raised.value.errno == errno.EROFS
    assert not list(small_disk.iterdir())
