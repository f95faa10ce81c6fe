"""Generators in a real registry."""

import base64
import hashlib
import io
import json
import socket

import mlflow
import numpy as np
import pytest
from mlflow.pyfunc.scoring_server import invocations
from PIL import Image

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.layout import GRID, LOCK, METRICS, PARAMS, PREPARED, RUN
from ganforge.params import load_params
from ganforge.prepared.meta import read_meta
from ganforge.publishing.registry import CHAMPION, refuse_worse, register
from ganforge.publishing.serving import prepare_service
from ganforge.runs.records import Record
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import recover_run, scoring_mark
from ganforge.tracking.store import connect, tracking_uri
from tests.pages.test_report import SCORES

NAME = "ganforge-digits"


class Version:
    """What is told of a champion."""

    name, version = NAME, "3"


def record(fd, spread=0.01, **params):
    quality = SCORES["quality"] | {"fd": fd, "fd_std": spread}
    return Record("x", {"dataset.name": "digits"} | params, SCORES | {"quality": quality}, None)


def test_a_better_one_or_one_as_good_may_follow():
    refuse_worse(record(0.1), None, None)
    refuse_worse(record(0.1), Version, record(0.2))
    refuse_worse(record(0.21), Version, record(0.2))


@pytest.mark.parametrize(
    ("after", "before", "words"),
    [
        (record(0.9), record(0.2), r"worse: Fréchet distance 0\.900, against 0\.200 of version 3 of ganforge-digits"),
        (record(0.1), record(0.2, **{"dataset.held_out": "validation"}), "measured on different data"),
        (record(0.9, None), record(0.2, None), "is worse"),
        (record(0.1), None, "can no longer be read from its run"),
    ],
)
def test_a_worse_one_is_refused_with_the_figures(after, before, words):
    with pytest.raises(UserError, match=f"{words}.*--force"):
        refuse_worse(after, Version, before)


def test_one_that_copies_its_training_images_is_refused_even_as_the_first():
    copied = {"copied_fraction": 0.9, "copied_fraction_real": 0.0}
    scores = SCORES | {"memorisation": SCORES["memorisation"] | copied}
    with pytest.raises(UserError, match=r"raises an alarm \(memorisation: 90\.0% .*--force"):
        refuse_worse(Record("x", {}, scores, None), None, None)


@pytest.fixture
def finished_here(project, default_store, monkeypatch):
    """A finished project to stand in."""
    monkeypatch.chdir(project.root)
    yield project
    mlflow.set_tracking_uri("")  # as it was


def ask(model, request):
    """What the server does with the body of a request."""
    done = invocations(json.dumps(request), "application/json", model, model.metadata.get_input_schema())
    assert done.status == 200
    return json.loads(done.response)["predictions"]


def test_a_registered_generator_draws_what_it_drew_before_and_refuses_bad_requests(finished_here):
    with pytest.raises(UserError, match=f"{NAME} has no {CHAMPION}"):
        prepare_service(NAME, "127.0.0.1", 5001)
    with pytest.raises(UserError, match="raises an alarm"):
        register()  # the small run of the tests covers only a part of the digits
    registered = register(force=True)
    assert (registered.version, registered.new) == ("1", True)
    assert not register().new
    assert f"models:/{NAME}@{CHAMPION}" in prepare_service(NAME, "127.0.0.1", 5001).command

    version = connect().get_model_version_by_alias(NAME, CHAMPION)
    assert "## Intended use" in version.description
    assert float(version.tags["quality/fd"]) == pytest.approx(finished_here.metrics()["quality"]["fd"], rel=1e-5)

    mlflow.set_tracking_uri(tracking_uri())
    model = mlflow.pyfunc.load_model(f"models:/{NAME}@{CHAMPION}")
    assert {"n", "seed", "label", "condition", "style", "truncation", "format"} == set(
        model.metadata.get_input_schema().inputs[0].type.to_dict()["properties"]
    )
    expected = Generator.load("models/generator").sample(3, seed=5, condition="7", truncation=0.5)
    request = {"n": 3, "seed": 5, "label": 7, "truncation": 0.5}
    drawn = ask(model, {"inputs": [request | {"format": "array"}]})
    assert np.array_equal([sample["array"] for sample in drawn], expected)
    assert [sample["label"] for sample in drawn] == [sample["condition"] for sample in drawn] == ["7"] * 3
    images = ask(model, {"inputs": [{"n": 3, "seed": 5, "condition": "7", "truncation": 0.5}]})
    pictures = [base64.b64decode(sample["png"]) for sample in images]
    assert np.array_equal([np.asarray(Image.open(io.BytesIO(picture))) for picture in pictures], expected[:, 0])
    files = ask(model, {"inputs": [request | {"format": "file"}]})
    assert [(sample["file"], sample["mime"]) for sample in files] == [(image["png"], "image/png") for image in images]
    for bad, words in (
        ({"n": 0}, "n is 0; allowed is a number of at least 1"),
        ({"n": 10**9}, "n is 1000000000; allowed is a number of at most 1000"),
        ({"n": "four"}, "n is 'four'; allowed is a whole number"),
        ({"label": "eleven"}, "label is 'eleven'; allowed is one of"),
        ({"label": [7]}, r"label is \[7\]; allowed is a text"),
        ({"label": "9" * 5000}, "label is '9999"),
        (5, "."),
        ({"format": "gif"}, "format is 'gif'; allowed is one of default, file, array, png"),
        ({"colour": 1}, "colour is not a key"),
        ({"condition": "eleven"}, "label is 'eleven'; allowed is one of"),
        ({"label": 1, "condition": 1}, "label is 1 and condition is 1; name one of them"),
        ({"truncation": 2}, "truncation is 2; allowed is a number of at most 1"),
    ):
        with pytest.raises(mlflow.exceptions.MlflowException, match=words) as refused:
            ask(model, {"inputs": [bad]})
        assert refused.value.get_http_status_code() == 400
    with pytest.raises(mlflow.exceptions.MlflowException, match="2 requests at once are too large"):
        ask(model, {"inputs": [{"n": 600}, {"n": 600}]})


def train_again(fd):
    """Leaves the files and the run of another training, whose samples are well but for their distance."""
    scores = json.loads(METRICS.read_text())
    scores["quality"] |= {"coverage": 1.0, "fd": fd, "fd_std": 0.01}
    scores["diversity"] |= {"classes_found": 10, "unique_fraction": 1.0}
    scores["memorisation"] |= {"auth_pct": 50.0, "auth_pct_real": 50.0}
    METRICS.write_text(json.dumps(scores))
    identity = Identity.new()
    RUN.write_text(identity.to_json())
    LOCK.write_text(f"{LOCK.read_text()}# {hashlib.md5(RUN.read_bytes()).hexdigest()}\n")
    params = load_params()
    run = recover_run(params, read_meta(PREPARED), identity, scoring_mark(params, scores))
    run.log_files({PARAMS: None, METRICS: None, GRID: None})
    run.end("FINISHED")


def test_a_worse_generator_is_refused_by_the_registry_unless_forced(finished_here):
    train_again(0.2)
    assert register().version == "1"
    train_again(0.9)
    with pytest.raises(UserError, match=r"is worse: Fréchet distance 0\.900, against 0\.200 of version 1 of .*--force"):
        register()
    assert len(connect().search_model_versions(f"name = '{NAME}'")) == 1
    forced = register(force=True)
    assert (forced.version, forced.worse[0]) == ("2", "Fréchet distance 0.900 (0.200)")
    train_again(0.1)
    assert register().version == "3"


def test_a_champion_that_a_person_registered_by_hand_can_only_be_replaced_by_force(finished_here):
    client = connect()
    client.create_registered_model(NAME)
    client.create_model_version(NAME, "runs:/none/model")
    client.set_registered_model_alias(NAME, CHAMPION, "1")
    train_again(0.1)
    with pytest.raises(UserError, match="can no longer be read from its run"):
        register()


def test_scores_of_another_generator_than_the_one_here_are_not_registered(finished_here):
    RUN.write_text(Identity.new().to_json())  # as of an older commit, where nobody has called dvc pull
    with pytest.raises(UserError, match="not those of the generator here: run `dvc pull`"):
        register()


def test_an_address_in_use_is_refused(finished_here):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="cannot listen on"):
        prepare_service(NAME, "127.0.0.1", taken.getsockname()[1])


def test_scores_that_do_not_belong_to_params_yaml_are_not_registered(finished_here):
    finished_here.set(objective__loss="hinge")
    with pytest.raises(UserError, match="run `make repro` first"):
        register()


def test_a_generator_that_no_run_recorded_is_not_registered(finished_here):
    (finished_here.root / "mlflow.db").unlink()
    with pytest.raises(UserError, match="MLflow has no finished run of this generator"):
        register()
