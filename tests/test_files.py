"""npy files that need not fit into memory, of any kind of number."""

import numpy as np
import pytest

from ganforge.files import GrowingArray, read_array, read_blocks, write_array, write_blocks

DTYPES = ["uint8", "int16", "int32", "int64", "float16", "float32"]


def array_of(dtype, *shape):
    return np.random.default_rng(0).normal(0, 50, shape).astype(dtype)


def saved(array, path):
    """What numpy writes."""
    np.save(path, array)
    return path.read_bytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_blocks_make_the_array_that_numpy_would(tmp_path, dtype):
    array = array_of(dtype, 7, 3, 5)
    write_blocks(tmp_path / "a.npy", array.shape, (array[:3], array[3:4], array[4:]), dtype)
    assert (tmp_path / "a.npy").read_bytes() == saved(array, tmp_path / "b.npy")
    assert np.array_equal(read_array(tmp_path / "a.npy", mapped=True), array)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (6,), (2, 5)])
def test_rows_make_the_array_that_numpy_would(tmp_path, dtype, shape):
    array = array_of(dtype, 11, *shape)
    growing = GrowingArray(tmp_path / "a.npy", dtype)
    for row in array:
        growing.append(row)
    growing.close()
    assert growing.shape == array.shape
    assert (tmp_path / "a.npy").read_bytes() == saved(array, tmp_path / "b.npy")


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_is_read_back_block_by_block(tmp_path, dtype):
    array = array_of(dtype, 10, 4, 6)
    for ordered in (array, np.asfortranarray(array), array[:, ::-1]):
        write_array(tmp_path / "a.npy", ordered)
        blocks = list(read_blocks(tmp_path / "a.npy", 4))
        assert [len(block) for block in blocks] == [4, 4, 2]
        assert np.array_equal(np.concatenate(blocks), ordered)
        assert blocks[0].dtype == array.dtype


def test_numbers_of_another_kind_are_not_converted(tmp_path):
    with pytest.raises(ValueError, match="a block of float64 in a file of uint8"):
        write_blocks(tmp_path / "a.npy", (2, 3), [np.zeros((2, 3))], np.uint8)
    growing = GrowingArray(tmp_path / "b.npy", np.float32)
    with pytest.raises(ValueError, match="a block of float64 in a file of float32"):
        growing.append(np.zeros(3))
    growing.append(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match=r"a row of shape \(4,\) behind rows of shape \(3,\)"):
        growing.append(np.zeros(4, np.float32))
