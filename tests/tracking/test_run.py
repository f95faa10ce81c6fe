"""The MLflow run, in a real store."""

import json

from ganforge.params import parse_params
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import SCORING_TAG, recover_run, scoring_mark, settings_tags
from ganforge.tracking.store import connect
from tests.tracking.runs import META, picture, rows, steps


def test_a_run_holds_params_data_and_code(store, params):
    run = recover_run(params, META, Identity.new())
    stored = run.client.get_run(run.run_id)
    assert stored.data.params["objective.loss"] == "relativistic"
    assert "sample.count" not in stored.data.params
    assert (stored.data.tags["ganforge.signal"], stored.data.tags["ganforge.condition"]) == ("image", "labels")
    assert stored.info.run_name.startswith("digits dcgan relativistic")
    assert stored.inputs.dataset_inputs[0].dataset.name == "digits"
    assert (store / "mlflow.db").exists()
    assert stored.info.artifact_uri.startswith((store / "mlartifacts").as_uri())


def test_what_networks_are_not_told_is_no_condition(store, defaults):
    defaults["network"]["conditional"] = "never"
    run = recover_run(parse_params(defaults), META, Identity.new())
    assert run.client.get_run(run.run_id).data.tags["ganforge.condition"] == "none"


def test_a_killed_training_goes_on_in_its_run_and_no_step_is_recorded_twice(store, params):
    first = recover_run(params, META, Identity.new())
    first.log_rows(rows(64, 128))
    first.log_grids([picture(store, 0), picture(store, 64)])
    second = recover_run(params, META, first.identity)
    assert second.run_id == first.run_id
    second.log_history(rows(64, 128, 192))
    second.log_grids([picture(store, 0), picture(store, 64), picture(store, 192)])
    assert steps(second) == [64, 128, 192]
    assert second.grids_held() == {0, 64, 192}
    files = second.client.list_artifacts(second.run_id, "images")
    assert len([file for file in files if file.path.endswith(".png")]) == 3
    second.end("KILLED")
    assert second.client.get_run(second.run_id).info.status == "KILLED"
    third = recover_run(params, META, second.identity)
    third.end("FINISHED")
    ended = third.client.get_run(third.run_id).info
    third.end("FINISHED")
    assert third.client.get_run(third.run_id).info.end_time == ended.end_time
    assert ended.status == "FINISHED"


def test_a_row_that_is_sent_twice_is_there_once(store, params):
    """As when a server takes what its client has given up on."""
    run = recover_run(params, META, Identity.new())
    run.log_rows(rows(64, 128))
    run.log_rows(rows(64, 128))
    assert steps(run) == [64, 128]


def test_a_run_that_is_gone_is_made_again_once(store, params):
    lost = Identity.new()
    gone = recover_run(params, META, lost)
    gone.client.delete_run(gone.run_id)
    again = recover_run(params, META, gone.identity)
    again.log_history(rows(64))
    assert again.run_id != gone.run_id
    third = recover_run(params, META, gone.identity)
    assert third.run_id == again.run_id
    third.log_history(rows(64, 128))
    assert steps(third) == [64, 128]


def test_a_store_that_never_saw_the_run_gets_it(store, params):
    elsewhere = Identity("f" * 32, "e" * 32, {"torch.version": "2.0"})
    run = recover_run(params, META, elsewhere)
    tags = run.client.get_run(run.run_id).data.tags
    assert tags["ganforge.training"] == "f" * 32
    assert tags["torch.version"] == "2.0"  # that of the training, not of today


def test_a_run_whose_maker_was_killed_gets_its_parameters(store, params):
    identity = Identity.new()
    client = connect()
    experiment = client.create_experiment("ganforge")
    made = client.create_run(experiment, tags={"ganforge.training": identity.training})
    run = recover_run(params, META, identity)
    assert run.run_id == made.info.run_id
    assert client.get_run(run.run_id).data.params["objective.loss"] == "relativistic"


def test_scores_are_metrics_and_later_ones_replace_them(store, params):
    run = recover_run(params, META, Identity.new())
    run.log_scores({"quality": {"fd": 2.0}, "n": {"real": 3}})
    run.log_scores({"quality": {"fd": 1.5}})
    assert run.client.get_run(run.run_id).data.metrics == {"quality/fd": 1.5, "n/real": 3}


def test_a_generator_that_is_scored_in_another_way_gets_another_run(store, params, defaults):
    identity = Identity.new()
    defaults["sample"]["seeds"] = [7]
    other = parse_params(defaults)
    first, second = {"quality": {"fd": 2.0, "fd_std": 0.1}}, {"quality": {"fd": 3.0}}
    runs = {}
    for settings, scores in ((params, first), (other, second), (params, first), (other, second)):
        mark = scoring_mark(settings, scores)
        run = recover_run(settings, META, identity, mark)
        run.log_scores(scores)
        run.set_tags({SCORING_TAG: mark})
        run.end("FINISHED")
        identity = run.identity
        runs.setdefault(mark, set()).add(run.run_id)
        flat = {f"quality/{name}": value for name, value in scores["quality"].items()}
        assert run.client.get_run(run.run_id).data.metrics == flat
    assert [len(ids) for ids in runs.values()] == [1, 1]


def test_an_identity_survives_as_text(tmp_path):
    identity = Identity.new()
    (tmp_path / "run.json").write_text(identity.to_json())
    assert Identity.load(tmp_path / "run.json") == identity
    assert json.loads(identity.to_json())["run_id"] is None


def test_the_generator_is_a_model_of_its_run_once_and_has_the_scores(store, params):
    folder = store / "generator"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    run = recover_run(params, META, Identity.new())
    experiment = run.client.get_run(run.run_id).info.experiment_id
    begun = run.client.create_logged_model(experiment, "generator", run.run_id, params={"network.name": "dcgan"})
    model = run.log_model(folder, {"network.name": "dcgan"})
    assert model == begun.model_id, "the call before was interrupted"
    run.log_scores({"quality": {"fd_ratio": 1.5}}, model)
    assert recover_run(params, META, run.identity).log_model(folder, {}) == model
    known = run.client.get_logged_model(model)
    assert (known.name, known.source_run_id, known.params["network.name"]) == ("generator", run.run_id, "dcgan")
    assert [(metric.key, metric.value) for metric in known.metrics] == [("quality/fd_ratio", 1.5)]
    assert run.client.get_run(run.run_id).data.metrics["quality/fd_ratio"] == 1.5
    assert [file.path for file in run.client.list_logged_model_artifacts(model)] == ["config.json"]


def test_tags_are_the_settings_that_made_and_scored_the_samples(params):
    tags = settings_tags(params)
    assert {"sample.count", "extractor.name", "evaluation.neighbours", "compute.threads"} <= tags.keys()
    assert not [name for name in tags if name.startswith(("gate.", "directions.", "augmentation_study."))]
