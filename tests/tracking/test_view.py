"""The view in which MLflow's pages open, in a real store."""

import json

from ganforge.evaluation.registry import meanings
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import recover_run
from ganforge.tracking.store import connect
from ganforge.tracking.view import CHARTS, COLUMNS, TAG, save_view
from tests.tracking.runs import META, rows


def test_the_address_names_the_experiment_and_a_view_that_is_kept(store, params):
    client = connect()
    address = save_view(client)
    experiment = client.get_experiment_by_name("ganforge")
    assert address.startswith(f"#/experiments/{experiment.experiment_id}/runs?viewStateShareKey=ganforge&")
    client.set_experiment_tag(experiment.experiment_id, TAG, "changed by a person")
    assert save_view(client) == address
    assert client.get_experiment(experiment.experiment_id).tags[TAG] == "changed by a person"


def test_columns_and_curves_name_what_runs_have(store, params):
    save_view(connect())
    run = recover_run(params, META, Identity.new())
    run.log_rows([row | {"loss_discriminator": 1.0, "fd": 2.0} for row in rows(64)])
    run.log_scores({"quality": dict.fromkeys(("fd_ratio", "recall"), 1.0)})  # as `ganforge.evaluation` names them
    data = run.client.get_run(run.run_id).data
    shown = {column.split("`")[1]: column.split(".")[0] for column in COLUMNS}
    assert [name for name, kind in shown.items() if kind == "params" and name not in data.params] == []
    assert [name for name, kind in shown.items() if kind == "metrics" and name not in data.metrics] == []
    assert {"quality.fd_ratio", "quality.recall"} <= meanings().keys()
    assert [name for curve in CHARTS for name in curve if name not in data.metrics] == []
    tag = json.loads(run.client.get_experiment_by_name("ganforge").tags[TAG])
    state = json.loads(tag["state"])
    assert {chart["metricSectionId"] for chart in state["compareRunCharts"]} == {"ganforge"}
    assert len({chart["uuid"] for chart in state["compareRunCharts"]}) == len(CHARTS) + 1
