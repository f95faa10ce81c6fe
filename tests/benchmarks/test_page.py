"""The page of results: written from the figures that are kept beside it."""

import json
from pathlib import Path

from benchmarks.page import COLUMNS, write_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_published_page_holds_the_published_figures(tmp_path):
    figures = {path.stem: json.loads(path.read_text()) for path in (DOCS / "results").glob("*.json")}
    write_page(tmp_path / "results.md", figures)
    assert (tmp_path / "results.md").read_text() == (DOCS / "explanation" / "results.md").read_text()


def test_a_distance_has_as_many_decimals_as_its_spread():
    scores = {"quality": {"fd": 0.037712, "fd_std": 0.00028}}
    assert COLUMNS["fd"]({"scores": scores}) == "0.0377 ± 0.0003"
