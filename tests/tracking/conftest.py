"""An empty default store, and the default parameters."""

import pytest

from ganforge.params import parse_params


@pytest.fixture
def params(defaults):
    return parse_params(defaults)


@pytest.fixture
def store(own_folder):
    """An empty default store in a folder of its own."""
    return own_folder
