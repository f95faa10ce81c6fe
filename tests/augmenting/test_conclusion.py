"""What repetitions say together."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ganforge.augmenting.arms import ARMS, BOTH, CLASSIC, GENERATED, REAL
from ganforge.augmenting.conclusion import as_scores, estimate, findings, headline


def table(gain, luck=0.1, per_class=50, seeds=5, noise=0.001):
    """Trials in which the GAN adds ``gain``, and repetitions differ by ``luck``."""
    random = np.random.default_rng(0)
    rows = []
    for seed in range(seeds):
        base = 0.8 + luck * random.normal()
        for arm in ARMS:
            accuracy = base + gain * (arm == BOTH) + noise * random.normal()
            rows.append((per_class, seed, arm, 0.1, 0.5, accuracy, True))
            rows.append((per_class, seed, arm, 0.5, 0.4, 0.0, False))
    return pd.DataFrame(rows, columns=["per_class", "seed", "arm", "share", "validation", "accuracy", "chosen"])


def test_the_interval_is_that_of_a_t_test():
    values = [0.91, 0.93, 0.90, 0.95, 0.92]
    interval = estimate(values)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval.mean - interval.margin == pytest.approx(low)
    assert interval.mean + interval.margin == pytest.approx(high)
    assert str(interval) == "92.2 ± 2.4"


def test_a_small_gain_is_seen_although_repetitions_differ_by_much_more():
    (finding,) = findings(table(gain=0.018))
    assert finding.accuracy[BOTH].margin > 0.05
    assert finding.gain[BOTH].mean == pytest.approx(0.018, abs=0.002) and finding.gain[BOTH].margin < 0.003
    assert set(finding.gain) == {REAL, GENERATED, BOTH}, "the reference is compared with nothing"
    assert finding.sentence().startswith("At 50 real images of each class the GAN adds 1.")


def test_harm_is_called_harm():
    (finding,) = findings(table(gain=-0.03))
    assert "does harm: it costs 3." in finding.sentence() or "does harm: it costs 2.9" in finding.sentence()


def test_what_may_be_chance_is_called_that():
    (finding,) = findings(table(gain=0.001, noise=0.01))
    assert "makes no difference beyond chance" in finding.sentence()


def test_few_repetitions_are_said_to_be_few():
    assert "from only 3 repetitions, which is too few to decide by" in findings(table(0.02, seeds=3))[0].sentence()
    assert "repetitions" not in findings(table(0.02, seeds=5))[0].sentence()


def test_every_number_of_images_is_a_finding_and_a_group_of_scores():
    results = findings(pd.concat([table(0.02, per_class=100), table(0.0, per_class=10)]))
    assert [finding.per_class for finding in results] == [10, 100]
    scores = as_scores(results)
    assert scores["100_per_class"]["gain_real_classic_gan"] == results[1].gain[BOTH].mean
    assert scores["10_per_class"]["accuracy_real_classic_margin"] == results[0].accuracy[CLASSIC].margin


def test_looking_in_several_places_asks_for_more():
    """At one of four numbers of images the interval just leaves zero out: that happens by chance too often."""
    sure, scarcely = table(0.02, per_class=10), table(0.0025, per_class=50)
    others = [table(0.0, per_class=size) for size in (100, 500)]
    results = findings(pd.concat([sure, scarcely, *others]))
    assert results[1].helps and not results[1].helps_beside(4)
    assert headline(results) == "It helps at 10 real images of each class only."
    assert headline(results[1:2]) == "It helps at 50 real images of each class."
    assert headline(results[2:]).startswith("It does not help here")


def test_the_headline_concludes_nothing_from_few_repetitions():
    assert headline(findings(table(0.02, seeds=3))) == ("3 repetitions do not show whether it helps: make 5 or more.")
