"""Spoken digits: zero to nine, fifty times each by six people; the Free Spoken Digit Dataset."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.decoding import Refusal
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.sound_intake import RecordingSource
from ganforge.errors import UserError

if TYPE_CHECKING:
    from ganforge.datasets.sound_settings import SpokenDigitsSettings

COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
ARCHIVE = "free-spoken-digit-dataset-26eb9aaf.zip"
ADDRESS = f"https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/{COMMIT}"
MD5 = "dddd47f69cf4678af70f9b693d84d563"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEST_RECORDINGS = 5  # the first ones of each digit and speaker, as the data set's page defines
MOST_BYTES = 1_000_000  # of a recording


class SpokenDigits(RecordingSource["SpokenDigitsSettings"]):
    """3,000 recordings at 8 kHz, named ``digit_speaker_number.wav``."""

    origin = "Free Spoken Digit Dataset (Jackson et al., CC BY-SA 4.0)"
    classes: Sequence[str] = NAMES

    def remote_files(self) -> Sequence[RemoteFile]:
        """GitHub's archive of a commit."""
        return [RemoteFile(ARCHIVE, (ADDRESS,), MD5, dataset="fsdd")]

    def speaker(self, item: Item) -> str:
        """See `RecordingSource`."""
        return PurePosixPath(item.name).stem.split("_")[1]

    def collect(
        self,
        raw: Path,
        workspace: Path,  # noqa: ARG002
        settings: SpokenDigitsSettings,  # noqa: ARG002
    ) -> tuple[Collection, Iterator[bytes | Refusal]]:
        """See `RecordingSource`; the first five recordings of each digit by each speaker are the test split."""
        path = raw / ARCHIVE
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(info.filename for info in archive.infolist() if info.filename.endswith(".wav"))
        except (zipfile.BadZipFile, OSError) as error:
            raise UserError(f"{path} is damaged ({error}): run `dvc repro -f fetch` to download it again.") from error
        items = [_item(name, path) for name in names]
        return Collection("spoken_digits", items, [], "the 10 classes are the digits"), _contents(path, names)


def _item(name: str, path: Path) -> Item:
    """The item that the name of a recording describes."""
    stem = PurePosixPath(name).stem
    try:
        digit, _, number = stem.split("_")
        label, split = NAMES[int(digit)], "test" if int(number) < TEST_RECORDINGS else "train"
    except (ValueError, IndexError):
        raise UserError(
            f"{path} contains {name}, which is not named digit_speaker_number.wav: run `dvc repro -f fetch` to "
            "download it again."
        ) from None
    return Item(PurePosixPath(name).name, str(path), label, split)


def _contents(path: Path, names: Sequence[str]) -> Iterator[bytes | Refusal]:
    """The contents of the recordings."""
    with zipfile.ZipFile(path) as archive:
        for name in names:
            if archive.getinfo(name).file_size > MOST_BYTES:
                yield Refusal("huge", f"it has more than {MOST_BYTES} bytes")
                continue
            try:
                yield archive.read(name)
            except (zipfile.BadZipFile, OSError, EOFError) as error:
                yield Refusal("broken", str(error))


SOURCE = SpokenDigits()
