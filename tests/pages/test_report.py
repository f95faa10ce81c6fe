"""The pages that people read."""

import io
import re

import numpy as np
import pandas as pd
from PIL import Image

from ganforge.pages.page import Section, pictures
from ganforge.pages.report import render_comparison, render_ranking, render_report
from ganforge.runs.records import Record
from pipeline.report import helped

SCORES = {
    "n": {"real": 355, "fake": 355, "seeds": 3},
    "quality": {"fd": 0.25, "fd_std": 0.017, "fd_floor": 0.127, "fd_ratio": 1.97}
    | {f"{name}{suffix}": 0.9 for name in ("precision", "recall", "density", "coverage") for suffix in ("", "_real")},
    "diversity": {
        "class_kl": 0.0,
        "classes_found": 10,
        "classes": 10,
        "unique_fraction": 1.0,
        "unique_fraction_real": 1.0,
    },
    "memorisation": {"compared": 355, "auth_pct": 40.0, "auth_pct_real": 50.0},
    "classifier": {"extractor_accuracy": 0.989},
}


def png() -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), dtype=np.uint8)).save(content, "PNG")
    return content.getvalue()


def record(name="new", params=None, quality=None, auth_pct=40.0) -> Record:
    scores = SCORES | {
        "quality": SCORES["quality"] | (quality or {}),
        "memorisation": SCORES["memorisation"] | {"auth_pct": auth_pct},
    }
    return Record(name, params or {"train.loss": "relativistic"}, scores, png())


def test_the_page_stands_alone(tmp_path):
    (tmp_path / "grid.png").write_bytes(png())
    sections = [
        Section("Samples", pictures([("drawn & shown", tmp_path / "grid.png")])),
        Section("Absent", pictures([("", tmp_path / "no.png")])),
    ]
    page = render(sections=sections)
    assert "&lt;digits&gt;" in page
    assert "<digits>" not in page
    assert "drawn &amp; shown" in page
    assert "Absent" not in page
    assert "No sign of copied training images or of collapse." in page
    assert "Nothing was recorded before." in page
    assert "Samples are 1.97 times as far from the training images as real test images are: close to real" in page
    assert "The generator is that of 8 of 9." in page
    assert re.findall(r'(?:src|href)="([^"]{10})', page) == ["data:image"]


def test_the_page_says_alarms_and_what_changed_since_the_run_before():
    previous = record("old <run>", {"train.loss": "hinge"}, {"fd": 0.5})
    page = render(previous=previous, current=record(quality={"coverage": 0.2}))
    assert "only 20% of the real test data have a sample close by" in page
    assert "No sign of copied training images" not in page
    assert "<th>old &lt;run&gt;" in page
    assert '<td class="wrap">train.loss<td class="wrap">hinge<td class="wrap">relativistic' in page
    assert 'class="better">better' in page


def test_the_word_for_the_data_is_that_of_the_signal():
    page = render(data="waveforms")
    assert "<th>real waveforms" in page
    assert "as far from the training waveforms as real test waveforms are" in page
    assert "No sign of copied training waveforms" in page
    assert "image" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def render(*, data="images", sections=(), previous="Nothing was recorded before.", current=None) -> str:
    return render_report(
        title="<digits>",
        data=data,
        current=current or record(),
        previous=previous,
        chosen="The generator is that of 8 of 9.",
        sections=sections,
        environment={"torch.version": "2"},
    )


def test_two_runs_stand_side_by_side():
    page = render_comparison(record("old", {"train.loss": "hinge"}, {"fd": 0.5}), record())
    assert page.count("data:image/png") == 2
    assert '<td class="wrap">hinge' in page
    assert 'class="better">better' in page


def test_runs_are_ranked_in_a_table_above_their_samples():
    page = render_ranking([record("near"), record("far")], ["", "fd"], [["near", "0.25"], ["far", "<0.5>"]])
    assert page.index("near") < page.index("&lt;0.5&gt;")
    assert page.count("data:image/png") == 2


def test_the_page_says_when_a_training_was_helped():
    images = [100.0, 200.0, 300.0, 1400.0]
    table = pd.DataFrame({"images": images, "helps": [0.0, 1.0, 1.0, 2.0]})
    assert "was about to fail after 200, 1,400 images, and continued" in helped(table, "images")
    assert helped(pd.DataFrame({"images": images, "helps": [0.0] * 4}), "images") == ""
    assert helped(pd.DataFrame({"images": images}), "images") == ""
