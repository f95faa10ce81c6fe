"""The chapters for learners: short programs that run as they stand on their pages."""

import subprocess
import sys
from runpy import run_path

import pytest
from PIL import Image

from tests.project import ROOT

LEARN = run_path(str(ROOT / "docs" / "learn.py"))
PAGES, code_of = sorted(LEARN["CHAPTERS"].glob("[0-9]*.md")), LEARN["code_of"]


def test_there_are_six_chapters_and_none_has_more_than_forty_lines():
    lines = {page.name: [line for line in code_of(page).splitlines() if line.strip()] for page in PAGES}
    assert len(lines) == 6
    assert {name: len(code) for name, code in lines.items() if not 0 < len(code) <= 40} == {}


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_chapter_runs_within_two_minutes_and_leaves_its_picture(page, tmp_path):
    subprocess.run([sys.executable, "-c", code_of(page)], cwd=tmp_path, env=LEARN["alone"](), check=True, timeout=120)
    (picture,) = tmp_path.iterdir()
    assert picture.name == f"chapter_{page.name[0]}.png"
    assert len(Image.open(picture).convert("L").getcolors()) > 10
