"""Which stages ran, and why."""

from ganforge.retraining.stages import Stage, stage_begun, with_reasons

LOCK = """
schema: '2.0'
stages:
  train:
    cmd: train
    deps:
    - {path: src/training, md5: a}
    - {path: data/prepared, md5: b}
    params:
      params.yaml:
        train: {loss: hinge, learning_rate: {start: 0.1, end: 0.01}}
    outs:
    - {path: models/generator, md5: c}
"""


def test_lines_of_dvc_are_understood():
    assert stage_begun("Running stage 'train':\n") == Stage("train", "ran")
    assert stage_begun("Stage 'look' didn't change, skipping\n") == Stage("look", "unchanged")
    cached = "Stage 'train' is cached - skipping run, checking out outputs\n"
    assert stage_begun(cached) == Stage("train", "taken from the cache")
    assert stage_begun("> exec python -m pipeline.train\n") is None


def test_reasons_are_the_parameters_and_files_that_differ():
    other = LOCK.replace("start: 0.1", "start: 0.2").replace("md5: b", "md5: d").replace("md5: c", "md5: e")
    (stage,) = with_reasons([Stage("train", "ran")], LOCK, other)
    assert stage.reasons == ("train.learning_rate.start", "data/prepared")
    assert with_reasons([Stage("train", "ran")], LOCK, LOCK)[0].reasons == ()
    assert with_reasons([Stage("train", "ran")], "", LOCK)[0].reasons == ()
