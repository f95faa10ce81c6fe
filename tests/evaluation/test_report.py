"""The page that people read, and the words that stand beside the numbers."""

import re

import numpy as np
from PIL import Image

from ganforge.evaluation.meanings import rows
from ganforge.evaluation.report import write_report

SCORES = {
    "n": {"real": 355, "fake": 355, "seeds": 3},
    "quality": {"fd": 0.25, "fd_std": 0.017, "fd_floor": 0.127, "fd_ratio": 1.97}
    | {f"{name}{suffix}": 0.9 for name in ("precision", "recall", "density", "coverage") for suffix in ("", "_real")},
    "diversity": {"class_kl": 0.0, "classes_found": 10, "unique_fraction": 1.0},
    "classifier": {"extractor_accuracy": 0.989},
}


def test_each_score_stands_beside_that_of_real_images():
    table = {label: (value, real) for label, value, real, _ in rows(SCORES)}
    assert table["Fréchet distance"] == ("0.250 ± 0.017", "0.127")
    assert table["classes found"] == ("10", "")
    assert "label obeyed" not in table


def test_scores_that_only_some_data_have_are_explained_too():
    scores = SCORES | {"classifier": {"cas": 0.91, "cas_real": 0.98}, "task": {"modes": 998, "kl": 0.0213}}
    table = {label: (value, real) for label, value, real, _ in rows(scores)}
    assert table["learnt from samples"] == ("0.910", "0.980")
    assert table["modes"] == ("998", "")
    assert table["mode divergence"] == ("0.021", "")


def test_the_page_stands_alone(tmp_path):
    Image.fromarray(np.zeros((4, 4), dtype=np.uint8)).save(tmp_path / "grid.png")
    write_report(
        tmp_path / "report.html",
        title="<digits>",
        scores=SCORES,
        pictures=[("Samples", "drawn & shown", tmp_path / "grid.png"), ("Absent", "", tmp_path / "no.png")],
        params={"train.loss": "relativistic"},
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;digits&gt;" in page
    assert "<digits>" not in page
    assert "train.loss" in page
    assert "Absent" not in page
    assert re.findall(r'(?:src|href)="([^"]{10})', page) == ["data:image"]
