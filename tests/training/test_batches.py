"""The order of the images is a function of seed and step, wherever they lie and whoever shares them."""

import numpy as np
import torch

from ganforge.training.batches import Order, ResidentBatches, StreamedBatches


def batches(seed=0, part=(0, 1)) -> ResidentBatches:
    return ResidentBatches(torch.arange(10)[:, None], torch.arange(10), Order(10, 4, seed, part))


def test_a_step_is_the_same_whenever_it_is_asked_for():
    one, two = batches(), batches()
    later = two[5]
    for step in range(5):
        one[step]
    assert all(torch.equal(a, b) for a, b in zip(one[5], later, strict=True))


def test_an_epoch_shows_no_image_twice_and_epochs_differ():
    shuffled = batches()
    first, second = ([int(i) for step in steps for i in shuffled[step][1]] for steps in ((0, 1), (2, 3)))
    assert len(set(first)) == 8
    assert first != second
    assert [int(i) for i in batches(seed=1)[0][1]] != first[:4]


def test_labels_stay_with_their_images():
    images, labels = batches()[3]
    assert torch.equal(images[:, 0], labels)


def test_parts_make_up_the_whole_batch():
    parts = [batches(part=(rank, 2))[3][1] for rank in range(2)]
    assert torch.equal(torch.cat(parts), batches()[3][1])


def test_images_that_stay_in_their_file_come_in_the_same_batches(tmp_path):
    stored = np.random.default_rng(0).integers(0, 256, (50, 1, 3, 3), dtype=np.uint8)
    np.save(tmp_path / "train.npy", stored)
    labels = torch.arange(50)
    order = Order(50, 8, 3, (1, 2))
    streamed = StreamedBatches(np.load(tmp_path / "train.npy", mmap_mode="r"), labels, order, torch.device("cpu"))
    resident = ResidentBatches(torch.from_numpy(stored), labels, Order(50, 8, 3, (1, 2)))
    for step in [*range(14), 30, 2]:
        assert all(torch.equal(a, b) for a, b in zip(streamed[step], resident[step], strict=True))
