"""Runs to compare, from MLflow."""

import json

from ganforge.params import parse_params
from ganforge.runs.records import parse_record
from ganforge.tracking.identity import Identity
from ganforge.tracking.reading import previous_run, read_run
from ganforge.tracking.run import recover_run
from tests.pages.test_report import SCORES, png
from tests.runs.test_records import PARAMS, write_run
from tests.tracking.runs import META


def test_recorded_runs_are_found_again_and_the_one_before_is_the_last_that_was_finished(own_folder, defaults):
    params = parse_params(defaults)
    compared = parse_record("now", PARAMS.format(loss="x"), json.dumps(SCORES), None)

    def recorded(loss, *, end=True):
        run = recover_run(params, META, Identity.new())
        write_run(own_folder, loss, 0.5)
        run.log_files(
            {
                own_folder / "params.yaml": None,
                own_folder / "reports" / "metrics.json": None,
                own_folder / "samples" / "grid.png": "samples",
            }
        )
        if end:
            run.end("FINISHED")
        return run

    first, _ = recorded("hinge"), recorded("wasserstein", end=False)
    assert previous_run(compared, first.identity) is None
    current = recover_run(params, META, Identity.new())
    run = previous_run(compared, current.identity)
    assert run.params["objective.loss"] == "hinge"
    assert run.grid == png()
    assert read_run(first.run_id).params["objective.loss"] == "hinge"
    assert read_run(first.run_id[:10]).params == read_run(first.run_id).params
    assert read_run(current.run_id) is None
    assert read_run("0" * 32) is None
