"""Coarse digits to fine ones: two sets side by side, and what each of them shows."""

import numpy as np
import pytest

from ganforge.conditions import condition_in
from ganforge.conditions.source import Source
from ganforge.datasets.digits import SOURCE as COARSE
from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.handwriting import SOURCE
from ganforge.prepared.meta import Prepared
from tests.datasets.sections import section


@pytest.fixture(scope="module")
def raw(tmp_path_factory, mnist_mirror):
    """Fetched from a mirror that has a folder of MNIST and none of its own."""
    folder = tmp_path_factory.mktemp("raw")
    for file in SOURCE.remote_files():
        fetch_file(file, "handwriting", folder, folder / "partial", str(mnist_mirror), lambda *_: None)
    for name, content in SOURCE.bundled_files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("held_out", ["test", "validation"])
def test_sources_are_the_coarse_digits_enlarged_and_keep_their_labels(raw, tmp_path, held_out):
    SOURCE.prepare(raw, tmp_path, section("handwriting", labels="use", held_out=held_out), lambda *_: None)
    data, coarse = Prepared.load(tmp_path), COARSE.read(raw)
    for name in ("train", "test"):
        columns = data.splits[name].columns
        assert columns["signal"].shape[1:] == columns["source"].shape[1:] == (1, 28, 28)
        assert len(columns["source"]) == len(columns["source_labels"])
    assert not data.meta.tested_by_pairs
    condition = condition_in(data.meta)
    assert isinstance(condition, Source) and condition.unpaired
    if held_out == "test":
        test = data.splits["test"].columns
        assert np.array_equal(test["source_labels"], coarse["test"].labels)
        centres = test["source"][:, 0, 1::7, 1::7].astype(float)  # a pixel of each second one of 8x8
        assert np.corrcoef(centres.ravel(), coarse["test"].signal[:, 0, ::2, ::2].ravel())[0, 1] > 0.8
