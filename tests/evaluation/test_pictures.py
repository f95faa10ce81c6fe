"""Which sources and samples stand side by side."""

import numpy as np
import pytest

from ganforge.evaluation.inputs import Real, Samples
from ganforge.evaluation.pictures import pair_rows, pair_sheet
from ganforge.features.extractor import Features
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal

SIGNAL = ImageSignal((3, 4, 4))
COUNT = 20


def pictures(count, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, channels, 4, 4), dtype=np.uint8)


def scene(*, tested, back=False, seeds=2):
    """Samples of two seeds, whose sources are grey and those of the test data in another order."""
    sources, partners, drawn = pictures(COUNT, 1, 1), pictures(COUNT, 3, 2), pictures(seeds * COUNT, 3, 3)
    rows = np.tile(np.arange(COUNT)[::-1], seeds)
    columns = {"signal": drawn, "source": sources[rows], "rows": rows}
    if back:
        columns["returned"] = pictures(seeds * COUNT, 1, 4)
    test = Split({"signal": partners, "source": sources})
    nothing = Features(np.zeros((COUNT, 1), np.float32), np.zeros(COUNT, int))
    return Samples(columns, seeds), Real(test, test, nothing.values, nothing, np.zeros(1, int), 0, SIGNAL, tested)


@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("back", [True, False])
def test_a_row_is_the_source_its_draws_its_partner_and_the_way_back(tested, back):
    samples, real = scene(tested=tested, back=back)
    rows = np.array([3, 0])
    sheet, columns = pair_sheet(samples, real, rows)
    assert columns == 3 + tested + back
    for line, place in zip(sheet.reshape(2, columns, 3, 4, 4), rows):
        of_test = COUNT - 1 - place
        expected = [np.repeat(real.test.columns["source"][of_test], 3, axis=0)]
        expected += [samples.signal[place], samples.signal[COUNT + place]]
        expected += [real.test.signal[of_test]] if tested else []
        expected += [np.repeat(samples.columns["returned"][place], 3, axis=0)] if back else []
        assert np.array_equal(line, np.stack(expected))


def test_the_best_and_the_worst_are_shown_where_partners_are_known():
    samples, real = scene(tested=True)
    rows = pair_rows(samples, real)
    partners = real.test.signal[samples.columns["rows"][:COUNT]]
    distance = np.abs(samples.signal[:COUNT].astype(float) - partners).mean((1, 2, 3))
    assert rows["best"][0] == distance.argmin()
    assert rows["worst"][0] == distance.argmax()
    assert list(pair_rows(*scene(tested=False))) == ["first"]
