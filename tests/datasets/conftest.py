"""What the tests of somebody's images share."""

import pytest

from ganforge.layout import IMPORT


@pytest.fixture
def folder(own_folder):
    """An empty data/import, in a folder to stand in."""
    IMPORT.mkdir(parents=True)
    return IMPORT
