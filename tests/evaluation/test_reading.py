"""The words and figures that stand beside the scores."""

import pytest

from ganforge.evaluation.reading import explain_score, headline, markdown_table, number, rows, score_keys, shown
from tests.pages.test_report import SCORES


def test_each_score_stands_beside_that_of_real_data():
    table = {row.meaning.label: (row.value, row.real) for row in rows(SCORES)}
    assert table["Fréchet distance"] == ("0.250 ± 0.017", "0.127")
    assert table["classes found"] == ("10", "")
    assert "label obeyed" not in table


@pytest.mark.parametrize("found", [0, 1.0, 10])
def test_counts_are_whole_numbers(found):
    scores = {"diversity": {"classes_found": found, "classes_found_real": 1.0}}
    assert [(row.value, row.real) for row in rows(scores)] == [(f"{found:.0f}", "1")]


def test_a_score_has_as_many_decimals_as_its_spread():
    for value, spread, text in ((-0.01734, 0.00081, "-0.0173"), (1.274, 0.28, "1.27"), (0.0002, 0.0036, "0.0002")):
        assert number(value, spread) == text
    assert [number(value) for value in (1.0, 2.0, 2.157, 100.0, 123.4)] == ["1.000", "2", "2.16", "100", "123"]


@pytest.mark.parametrize(
    ("ratio", "spread", "words"),
    [
        (1.27, 0.28, "as close as real ones"),
        (1.9, 0.1, "close"),
        (4.0, 0.1, "some way"),
        (30.0, 2.0, "far from"),
        (4.9, 2.1, "some way"),
        (0.05, 0.01, "copies"),
    ],
)
def test_the_headline_says_what_the_ratio_means(ratio, spread, words):
    assert words in headline({"quality": {"fd_ratio": ratio, "fd_ratio_std": spread}})


def test_a_score_is_explained_by_its_key_or_its_group():
    text = explain_score("quality.fd_ratio")
    assert text.startswith("quality.fd_ratio (ratio to its floor; lower is better)\n    distance divided by")
    assert explain_score("quality.recall_real") == explain_score("quality.recall")
    assert all(key in explain_score(key) for key in score_keys())
    assert "music.in_scale_markov: Markov chain" in explain_score("music.in_scale_markov")
    assert max(map(len, explain_score("translation").splitlines())) <= 100
    assert explain_score("quality").count("\nquality.") > 3
    assert explain_score("train.beta2") == explain_score("qualiti") == ""


@pytest.mark.parametrize(
    ("classifier", "warning"),
    [
        (0.79, " The distance is measured with a classifier that recognises only 79% of the real test data: it"),
        (0.8, " The distance is measured with a classifier of these data, which may ignore what its classes have in"),
        (None, " Without labels, the distance is measured with an untrained network, which may not notice that a"),
    ],
)
def test_the_headline_warns_of_features_that_see_little(classifier, warning):
    known = {} if classifier is None else {"classifier": {"extractor_accuracy": classifier}}
    sentence = headline({"quality": {"fd_ratio": 1.9, "fd_ratio_std": 0.1}} | known)
    assert f"close to real ones.{warning}" in sentence


@pytest.mark.parametrize("accuracy", [{}, {"classifier": {"extractor_accuracy": 0.5}}])
def test_the_headline_says_so_where_a_pretrained_network_measured(accuracy):
    sentence = headline({"quality": {"fd_ratio": 1.9, "pretrained_features": 1.0}} | accuracy)
    assert sentence.endswith("ones. The distance is measured with a network that was trained on photographs.")


def test_scores_that_only_some_data_have_are_explained_too():
    scores = SCORES | {"classifier": {"cas": 0.91, "cas_real": 0.98}, "task": {"modes": 998, "kl": 0.0213}}
    table = {row.meaning.label: (row.value, row.real) for row in rows(scores)}
    assert table["learnt from samples"] == ("0.910", "0.980")
    assert table["modes"] == ("998", "")
    assert table["mode divergence"] == ("0.021", "")


def test_the_word_for_the_data_is_that_of_the_signal():
    assert "as far from the training waveforms as real test waveforms are" in headline(SCORES, "waveforms")
    assert markdown_table(SCORES, "waveforms").startswith("| score | samples | real waveforms | what it says |\n")
    assert "image" not in markdown_table(SCORES) + headline(SCORES)


def test_a_score_is_shown_with_its_spread_and_an_absent_one_as_a_dash():
    assert shown(SCORES, "quality.fd") == "0.250 ± 0.017"
    assert shown(SCORES, "quality.recall") == "0.900"
    assert shown(SCORES, "task.modes") == "-"
