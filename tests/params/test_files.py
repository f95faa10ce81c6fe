"""What the recipes for own files have in common."""

import io

import numpy as np
import pytest
import soundfile
from PIL import Image

from ganforge.cli import main
from ganforge.layout import IMPORT
from tests.melodies import midi
from tests.settings import RECIPES, settings_text

COUNT = 60


def image(number):
    file = io.BytesIO()
    Image.new("RGB", (40, 40), (number, 9, 200)).save(file, "PNG")
    return file.getvalue()


def sound(number):
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(8000) / (number + 20)), 8000, format="WAV")
    return file.getvalue()


def piece(number):
    return midi([[(pitch, 4) for pitch in (40 + number, 60, 64, 67)] * 8])


@pytest.mark.parametrize(
    ("recipe", "speed", "suffix", "content", "broken"),
    [
        ("folder", "speed", "png", image, b"\x89PNG\r\n\x1a\n and then nothing"),
        ("sounds", "speed_of_sounds", "wav", sound, b"RIFF and then nothing"),
        ("midi", "speed_of_music", "mid", piece, b"MThd and then nothing"),
    ],
)
def test_too_many_broken_files_are_warned_of(own_folder, capsys, monkeypatch, recipe, speed, suffix, content, broken):
    monkeypatch.setattr(f"ganforge.commands.recipe.{speed}", lambda *_: 50.0)
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True)
    for number in range(COUNT):
        (own_folder / IMPORT / f"{number}.{suffix}").write_bytes(content(number))
    for number in range(9):
        (own_folder / IMPORT / f"broken{number}.{suffix}").write_bytes(broken)
    main(["recipe", recipe])
    said = capsys.readouterr().out
    assert "warning: 9 of 69 files that were looked at cannot be used. Remove them, or raise dataset.max_broken" in said
    main(["set", "dataset.max_broken=0.2"])
    main(["recipe", recipe])
    assert "cannot be used" not in capsys.readouterr().out
