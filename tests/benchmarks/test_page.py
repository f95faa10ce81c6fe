"""The pages of results: written from the figures in docs/results."""

import json
from pathlib import Path

from benchmarks.page import COLUMNS, write_pages
from benchmarks.sound_page import sounds_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_published_pages_hold_the_published_figures(tmp_path):
    figures = {path.stem: json.loads(path.read_text()) for path in (DOCS / "results").glob("*.json")}
    write_pages(tmp_path, figures)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    pages = ("results.md", "results_panel.md", "results_sounds.md")
    assert written == {name: (DOCS / "explanation" / name).read_text() for name in pages}


def test_scores_of_sounds_have_those_of_real_ones_beside_them():
    def run(name, silent):
        scores = {
            "quality": {"fd_ratio": 2.0, "recall": 0.5, "recall_real": 0.8},
            "classifier": {"conditional_accuracy": 0.9, "extractor_accuracy": 0.99},
            "audio": {"silent": silent, "silent_real": 0.02},
        }
        return {"name": name, "seconds": 90.0, "images": 1200, "scores": scores}

    part = {"machine": "an abacus", "runs": [run("seed 0", 0.0), run("seed 1", 0.25)], "sounds": {"real": "real.mp3"}}
    lines = sounds_page({"spoken_digits": part}, lambda part: f"On {part['machine']}.").splitlines()
    assert "| | seed 0 | seed 1 | real |" in lines
    assert "| training | 1.5 min | 1.5 min | |" in lines
    assert "| recall | 0.5 | 0.5 | 0.8 |" in lines
    assert "| label obeyed | 0.9 | 0.9 | 0.99 |" in lines
    assert "| silent | 0 | 0.25 | 0.02 |" in lines
    assert not any("pitch" in line for line in lines)  # it is not known of words
    assert '<audio controls preload="metadata" src="../sounds/spoken_digits_real.mp3"></audio>' in lines
    assert "On an abacus." in lines


def test_a_distance_has_as_many_decimals_as_its_spread():
    scores = {"quality": {"fd": 0.037712, "fd_std": 0.00028}}
    assert COLUMNS["fd"]({"scores": scores}) == "0.0377 ± 0.0003"
