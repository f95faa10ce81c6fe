"""Data to train on."""

import pytest

from ganforge.prepared.meta import Prepared
from tests.handwritten import prepared_digits


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Small images with labels."""
    return prepared_digits(tmp_path_factory.mktemp("digits"))
