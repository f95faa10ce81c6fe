"""What takes turns in a process of its own lives there in the environment that it was given."""

import os

import pytest

from benchmarks.turns import alternate, own_process
from pipeline import WAITING


def tell_spins(connection):
    """In place of seconds."""
    while connection.recv():
        connection.send(float(os.environ.get("GOMP_SPINCOUNT", -1)))


def die(connection):
    os._exit(1)


@pytest.mark.parametrize(
    ("environment", "spins"),
    [(WAITING, 30_000), ({"GOMP_SPINCOUNT": "7"}, 7), ({"OMP_WAIT_POLICY": "ACTIVE"}, -1)],
    ids=["the pipeline's", "another number", "another policy"],
)
def test_a_process_waits_as_it_is_told_and_this_one_as_before(environment, spins):
    before = dict(os.environ)
    with own_process(tell_spins, environment=environment) as play:
        assert os.environ == before
        assert play(1) == spins


def test_a_process_that_dies_is_noticed():
    with own_process(die) as play, pytest.raises((EOFError, ConnectionError)):
        play(1)


def test_the_first_round_is_not_counted():
    played = []
    seconds = alternate({"a": lambda steps: played.append(steps) or 6.0, "b": lambda steps: 3.0}, rounds=2, steps=3)
    assert seconds == {"a": [2.0, 2.0], "b": [1.0, 1.0]}
    assert played == [3, 3, 3]
