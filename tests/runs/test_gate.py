"""What keeps new scores out."""

import json
from dataclasses import replace

import pytest

from ganforge.errors import UserError
from ganforge.runs.gate import check_gate, judge
from ganforge.runs.settings import GateSettings
from tests.records import measured_record

OPEN = GateSettings(most={}, least={}, worse_by={}, alarms="refuse")


@pytest.fixture
def record():
    return measured_record()


def with_scores(record, **groups):
    scores = json.loads(json.dumps(record.scores))
    for group, values in groups.items():
        scores[group] |= values
    return replace(record, scores=scores)


def sentences(findings, *, refused=True):
    return [finding.sentence for finding in findings if finding.refused == refused]


def gate(**asked):
    return OPEN.model_copy(update=asked)


def test_a_gate_that_asks_nothing_lets_everything_in(record):
    assert judge(record, None, OPEN) == []


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.000002, "0.000"), (0.907, "0.907"), (1.1576, "1.16"), (2.0, "2"), (1234.5, "1234")]
)
def test_a_score_beyond_its_bound_is_refused_with_both_figures(record, ratio, shown):
    record = with_scores(record, quality={"fd_ratio": ratio})
    assert judge(record, None, gate(most={"quality.fd_ratio": ratio})) == []
    (sentence,) = sentences(judge(record, None, gate(most={"quality.fd_ratio": 0.9 * ratio})))
    assert sentence == f"ratio to its floor (quality.fd_ratio) is {shown}, at most {0.9 * ratio:g} is allowed"
    (sentence,) = sentences(judge(record, None, gate(least={"classifier.conditional_accuracy": 0.999})))
    assert sentence == "label obeyed (classifier.conditional_accuracy) is 0.994, at least 0.999 is allowed"


def test_a_score_may_be_worse_than_the_base_s_by_so_much_and_no_more(record):
    ratio = record.scores["quality"]["fd_ratio"]
    worse = with_scores(record, quality={"fd_ratio": ratio + 0.3})
    assert judge(worse, record, gate(worse_by={"quality.fd_ratio": 0.31})) == []
    (sentence,) = sentences(judge(worse, record, gate(worse_by={"quality.fd_ratio": 0.29})))
    assert "0.3 worse than the base; at most 0.29 is allowed" in sentence
    assert judge(record, worse, gate(worse_by={"quality.fd_ratio": 0.0})) == []  # better
    coverage = record.scores["quality"]["coverage"]
    lower = with_scores(record, quality={"coverage": coverage - 0.1})
    assert sentences(judge(lower, record, gate(worse_by={"quality.coverage": 0.05})))
    assert judge(record, lower, gate(worse_by={"quality.coverage": 0.05})) == []


def test_a_score_whose_best_is_that_of_real_images_is_measured_from_there(record):
    real = record.scores["memorisation"]["auth_pct_real"]
    below, above = (with_scores(record, memorisation={"auth_pct": real + distance}) for distance in (-3, 5))
    asked = gate(worse_by={"memorisation.auth_pct": 1})
    assert sentences(judge(above, below, asked))
    assert judge(below, above, asked) == []


def test_scores_of_other_data_are_not_compared_and_that_is_said(record):
    other = replace(record, params={**record.params, "dataset.name": "mnist"})
    worse = with_scores(record, quality={"fd_ratio": 9.0})
    findings = judge(worse, other, gate(worse_by={"quality.fd_ratio": 0.1}))
    assert sentences(findings) == []
    assert "not compared" in sentences(findings, refused=False)[0]


def test_a_score_that_is_not_measured_is_said_and_refuses_nothing(record):
    findings = judge(record, None, gate(least={"task.modes": 1000}))
    assert sentences(findings, refused=False) == ["modes (task.modes) is not measured for these data"]
    assert sentences(findings) == []


def test_alarms_refuse_or_warn_as_the_gate_says(record):
    copied = with_scores(record, memorisation={"copied_fraction": 0.5})
    assert "memorisation" in sentences(judge(copied, None, OPEN))[0]
    assert "memorisation" in sentences(judge(copied, None, gate(alarms="warn")), refused=False)[0]


def test_a_name_that_is_no_score_is_refused():
    with pytest.raises(UserError, match=r"gate\.most names 'quality\.fd_rato', no score; allowed are quality\.fd,"):
        check_gate(gate(most={"quality.fd_rato": 2.0}))


def test_what_is_no_number_is_refused(record):
    broken = with_scores(record, quality={"fd_ratio": float("nan"), "coverage": float("nan")})
    for asked in (
        gate(most={"quality.fd_ratio": 2.0}),
        gate(least={"quality.coverage": 0.1}),
        gate(worse_by={"quality.fd_ratio": 9.0}),
    ):
        assert len(sentences(judge(broken, record, asked))) == 1


def test_a_score_that_the_base_has_may_not_go_missing(record):
    less = json.loads(json.dumps(record.scores))
    del less["classifier"]["cas"]
    asked = gate(worse_by={"classifier.cas": 0.1})
    (sentence,) = sentences(judge(replace(record, scores=less), record, asked))
    assert sentence == "learnt from samples (classifier.cas) is no longer measured, although the base has it"
    (sentence,) = sentences(judge(record, replace(record, scores=less), asked), refused=False)
    assert "the base has no value to compare it with" in sentence


def test_scores_of_other_images_are_not_compared_though_parameters_are_the_same(record):
    one, other = replace(record, data="a"), replace(with_scores(record, quality={"fd_ratio": 9.0}), data="b")
    asked = gate(worse_by={"quality.fd_ratio": 0.1})
    assert "not compared" in sentences(judge(other, one, asked), refused=False)[0]
    assert sentences(judge(replace(other, data="a"), one, asked))
