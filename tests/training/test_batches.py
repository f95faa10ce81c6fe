"""The order of the items is a function of seed and step, wherever they lie and whoever shares them."""

from functools import partial

import numpy as np
import pytest
import torch

from ganforge.training.batches import Order, ResidentBatches, StreamedBatches, choose_batches

CPU = torch.device("cpu")


def batches(seed=0, part=(0, 1)) -> ResidentBatches:
    columns = {"signal": torch.arange(10)[:, None], "labels": torch.arange(10)}
    return ResidentBatches(columns, Order(10, 4, seed, part))


def labels(batch) -> list[int]:
    return batch["labels"].tolist()


def same(one, two) -> bool:
    return one.keys() == two.keys() and all(
        torch.equal(one[name], two[name]) and one[name].dtype == two[name].dtype for name in one
    )


def chosen(groups, seed=3, part=(0, 1)):
    return choose_batches(groups, partial(Order, batch_size=8, seed=seed, part=part), CPU)


@pytest.fixture
def streaming(monkeypatch):
    """Nothing fits into memory."""
    monkeypatch.setattr("ganforge.training.batches.fits", lambda size, device: False)


def test_a_step_is_the_same_whenever_it_is_asked_for():
    one, two = batches(), batches()
    later = two[5]
    for step in range(5):
        one[step]
    assert same(one[5], later)


def test_an_epoch_shows_no_item_twice_and_epochs_differ():
    shuffled = batches()
    first, second = ([label for step in steps for label in labels(shuffled[step])] for steps in ((0, 1), (2, 3)))
    assert len(set(first)) == 8
    assert first != second
    assert labels(batches(seed=1)[0]) != first[:4]


def test_labels_stay_with_their_signals():
    batch = batches()[3]
    assert torch.equal(batch["signal"][:, 0], batch["labels"])


def test_parts_make_up_the_whole_batch():
    of_parts = [batches(part=(rank, 2))[3]["labels"] for rank in range(2)]
    assert torch.equal(torch.cat(of_parts), batches()[3]["labels"])


DTYPES = {"signal": np.float32, "source": np.uint8, "tokens": np.int32, "short": np.float16, "labels": np.int64}


def test_columns_that_stay_in_their_files_come_in_the_same_batches_whatever_they_hold(tmp_path):
    random = np.random.default_rng(0)
    stored, mapped = {}, {}
    for name, dtype in DTYPES.items():
        stored[name] = random.uniform(0, 256, (50, 1, 3, 3)).astype(dtype)
        np.save(tmp_path / f"{name}.npy", stored[name])
        mapped[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    streamed = StreamedBatches(mapped, Order(50, 8, 3, (1, 2)), CPU)
    columns = {name: torch.from_numpy(column) for name, column in stored.items()}
    resident = ResidentBatches(columns, Order(50, 8, 3, (1, 2)))
    assert {name: column.numpy().dtype for name, column in streamed[0].items()} == DTYPES
    for step in [*range(14), 30, 2]:
        assert same(streamed[step], resident[step])


def test_columns_of_one_group_stay_together():
    for step in range(9):
        batch = chosen([{"signal": np.arange(40), "source": np.arange(40)}])[step]
        assert torch.equal(batch["signal"], batch["source"])


@pytest.mark.parametrize("sources", [40, 17, 300])
def test_groups_are_shuffled_apart_even_where_they_are_of_equal_length(sources):
    apart = chosen([{"signal": np.arange(40), "labels": np.arange(40)}, {"source": np.arange(sources)}])
    pairs, seen = 0, []
    for step in range(40):
        batch = apart[step]
        assert len(batch["signal"]) == len(batch["source"]) == 8
        assert torch.equal(batch["signal"], batch["labels"])
        pairs += int((batch["signal"] == batch["source"]).sum())
        seen.append(batch["source"])
    assert pairs < 0.1 * 40 * 8  # by chance one of forty, or fewer
    epoch = torch.cat(seen[: sources // 8]).tolist()
    assert len(set(epoch)) == len(epoch)
    again = chosen([{"signal": np.arange(40), "labels": np.arange(40)}, {"source": np.arange(sources)}])
    assert same(again[21], apart[21])


def test_parts_of_groups_that_are_shuffled_apart_make_up_the_whole_batch():
    groups = [{"signal": np.arange(40)}, {"source": np.arange(30)}]
    of_parts = [chosen(groups, part=(rank, 2))[7] for rank in range(2)]
    for name, column in chosen(groups)[7].items():
        assert torch.equal(torch.cat([batch[name] for batch in of_parts]), column)


@pytest.mark.parametrize("lengths", [(50,), (50, 50), (50, 33)])
def test_groups_that_do_not_fit_come_in_the_same_batches(lengths, request):
    groups = [
        {f"group {number}": np.random.default_rng(number).normal(size=(length, 3))}
        for number, length in enumerate(lengths)
    ]
    resident = chosen(groups)
    request.getfixturevalue("streaming")
    streamed = chosen(groups)
    readers = [streamed] if len(lengths) == 1 else streamed.groups
    assert all(isinstance(reader, StreamedBatches) for reader in readers)
    for step in [*range(14), 30, 2]:
        assert same(streamed[step], resident[step])
