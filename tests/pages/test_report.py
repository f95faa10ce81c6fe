"""The pages that people read, and the words that stand beside the numbers."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ganforge.evaluation.meanings import headline, number, rows
from ganforge.pages.page import Section, pictures
from ganforge.pages.report import render_comparison, render_report
from ganforge.runs.records import Record, changed_params, changed_scores

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


def verdicts(before, after) -> dict[str, str]:
    return {change.label: change.verdict for change in changed_scores(before, after)}


def test_each_score_stands_beside_that_of_real_images():
    table = {row.meaning.label: (row.value, row.real) for row in rows(SCORES)}
    assert table["Fréchet distance"] == ("0.250 ± 0.017", "0.127")
    assert table["classes found"] == ("10", "")
    assert "label obeyed" not in table


def test_a_score_has_as_many_decimals_as_its_spread():
    for value, spread, shown in ((-0.01734, 0.00081, "-0.0173"), (1.274, 0.28, "1.27"), (0.0002, 0.0036, "0.0002")):
        assert number(value, spread) == shown
    assert [number(value) for value in (1.0, 2.0, 2.157, 100.0, 123.4)] == ["1.000", "2", "2.16", "100", "123"]


@pytest.mark.parametrize(
    ("ratio", "spread", "words"),
    [
        (1.27, 0.28, "not to be told"),
        (1.9, 0.1, "close"),
        (9.0, 0.1, "some way"),
        (30.0, 2.0, "far from"),
        (5.0, 2.1, "some way"),
        (0.05, 0.01, "copies"),
    ],
)
def test_the_headline_says_what_the_ratio_means(ratio, spread, words):
    assert words in headline({"quality": {"fd_ratio": ratio, "fd_ratio_std": spread}})


@pytest.mark.parametrize(
    ("classifier", "warning"),
    [
        (0.79, " The classifier behind that is right about only 79% of the real test images, so that it may miss"),
        (0.8, ""),
        (None, " Without labels an untrained network measures that, which may miss a whole kind of image."),
    ],
)
def test_the_headline_warns_of_features_that_see_little(classifier, warning):
    known = {} if classifier is None else {"classifier": {"extractor_accuracy": classifier}}
    told = headline({"quality": {"fd_ratio": 1.9, "fd_ratio_std": 0.1}} | known)
    assert warning in told and told.endswith("close to real ones.") == (not warning)


def test_scores_that_only_some_data_have_are_explained_too():
    scores = SCORES | {"classifier": {"cas": 0.91, "cas_real": 0.98}, "task": {"modes": 998, "kl": 0.0213}}
    table = {row.meaning.label: (row.value, row.real) for row in rows(scores)}
    assert table["learnt from samples"] == ("0.910", "0.980")
    assert table["modes"] == ("998", "")
    assert table["mode divergence"] == ("0.021", "")


def test_what_changed_says_which_way_is_better():
    before = record("old", {"train.loss": "hinge", "train.seed": 0}, {"fd": 0.5, "recall": 0.98}, auth_pct=70.0)
    after = record("new", {"train.loss": "relativistic", "train.seed": 0, "train.r1": 0.1})
    assert changed_params(before, after) == [("train.loss", "hinge", "relativistic"), ("train.r1", "-", "0.1")]
    told = verdicts(before, after)
    assert told["Fréchet distance"] == "better"
    assert told["recall"] == "worse"
    assert told["precision"] == "the same"
    assert told["not copied, in %"] == "better"  # nearer to the 50 % of real images
    assert told["class divergence"] == "the same"
    assert told["ratio to its floor"] == "the same"


def test_what_other_samples_would_change_as_much_is_much_the_same():
    told = verdicts(record(quality={"fd": 0.27, "recall": 0.92}), record())
    assert told["Fréchet distance"] == told["recall"] == "much the same"


@pytest.mark.parametrize("key", ["dataset.resolution", "extractor.images", "sample.count"])
def test_scores_that_were_measured_differently_get_no_verdict(key):
    told = verdicts(record(params={key: 1}, quality={"fd": 0.5}), record(params={key: 2}))
    assert set(told.values()) == {"measured differently"}


def test_another_length_of_one_classifiers_training_leaves_the_other_scores_comparable():
    before, after = (record(params={"evaluation.cas_images": images}) for images in (0, 60000))
    scores = [one.scores["classifier"] | {"cas": 0.9} for one in (before, after)]
    before, after = (replace(one, scores=one.scores | {"classifier": of}) for one, of in zip((before, after), scores))
    told = verdicts(before, after)
    assert told["learnt from samples"] == "measured differently"
    assert told["Fréchet distance"] == "the same"


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
    assert "No sign of copied training images" in page
    assert "Nothing was recorded before." in page
    assert "Samples are 1.97 times as far from the training images as real test images are: close to real" in page
    assert "The generator is that of 8 of 9 images." in page
    assert re.findall(r'(?:src|href)="([^"]{10})', page) == ["data:image"]


def test_the_page_tells_alarms_and_what_changed_since_the_run_before():
    previous = record("old <run>", {"train.loss": "hinge"}, {"fd": 0.5})
    page = render(alarms=["memorisation: all of it"], previous=previous)
    assert "memorisation: all of it" in page
    assert "No sign of copied training images" not in page
    assert "<th>old &lt;run&gt;" in page
    assert '<td class="wrap">train.loss<td class="wrap">hinge<td class="wrap">relativistic' in page
    assert 'class="better">better' in page


def render(*, alarms=(), sections=(), previous="Nothing was recorded before.") -> str:
    return render_report(
        title="<digits>",
        scores=SCORES,
        alarms=alarms,
        sections=sections,
        previous=previous,
        chosen="The generator is that of 8 of 9 images.",
        current=record(),
        environment={"torch.version": "2"},
    )


def test_two_runs_stand_side_by_side():
    page = render_comparison(record("old", {"train.loss": "hinge"}, {"fd": 0.5}), record())
    assert page.count("data:image/png") == 2
    assert '<td class="wrap">hinge' in page
    assert 'class="better">better' in page
