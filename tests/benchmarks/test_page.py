"""The pages of results: written from the figures in docs/results."""

import json
from pathlib import Path

from benchmarks.page import COLUMNS, write_pages

DOCS = Path(__file__).parents[2] / "docs"


def test_the_published_pages_hold_the_published_figures(tmp_path):
    figures = {path.stem: json.loads(path.read_text()) for path in (DOCS / "results").glob("*.json")}
    write_pages(tmp_path, figures)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {name: (DOCS / "explanation" / name).read_text() for name in ("results.md", "results_panel.md")}


def test_a_distance_has_as_many_decimals_as_its_spread():
    scores = {"quality": {"fd": 0.037712, "fd_std": 0.00028}}
    assert COLUMNS["fd"]({"scores": scores}) == "0.0377 ± 0.0003"
