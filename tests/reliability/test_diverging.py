"""A training that runs away: the stage ends in a sentence, and the last good generator is kept and named."""

import re
from pathlib import Path

import pytest

from ganforge.generator import Generator


@pytest.mark.long
def test_the_last_good_generator_of_a_diverging_training_is_kept_and_named(project):
    rising = {"start": 0.002, "end": 1.0, "shape": "linear", "begin": 0.5}
    project.set(train__learning_rate=rising, objective__loss="least_squares", objective__r1=0.0, objective__r2=0.0)
    project.set(train__optimiser="sgd", train__beta1=0.9, train__on_failure="stop")
    done = project.run("dvc", "repro", "train")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    sentence = next(line for line in done.stderr.splitlines() if line.startswith("train: training"))
    found = re.match(
        r"train: training diverged at step (\d+), after (\d+) real signals: .*(?:nan|inf).*; "
        r"lower train\.learning_rate or raise objective\.r1 and objective\.r2, then train again; "
        r"the last good generator, after (\d+) images, is in (.*)\.$",
        sentence,
    )
    assert found, sentence
    step, failed_at, good_at = (int(found[place]) for place in (1, 2, 3))
    assert good_at < failed_at == 64 * step
    generator = Generator.load(Path(found[4]))
    assert generator.config.images == good_at
    assert generator.sample(4).std() > 0
    assert project.runs().iloc[0]["status"] == "FAILED"
    assert "failed to reproduce 'train'" in done.stderr
