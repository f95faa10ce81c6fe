"""Batches are a function of (seed, step), and an epoch shows every image once."""

import torch

from ganforge.training.batches import Batches


def batches(seed=0) -> Batches:
    return Batches(torch.arange(10)[:, None].to(torch.uint8), torch.arange(10), 3, seed)


def test_an_epoch_shows_no_image_twice_and_labels_stay_with_their_images():
    source = batches()
    for epoch in range(4):
        shown = []
        for step in range(3 * epoch, 3 * epoch + 3):
            images, labels = source[step]
            assert torch.equal(images[:, 0].long(), labels)
            shown += labels.tolist()
        assert len(set(shown)) == 9


def test_a_step_gives_the_same_batch_in_any_order_of_asking():
    forwards, backwards = batches(), batches()
    wanted = [forwards[step][1].tolist() for step in range(12)]
    assert [backwards[step][1].tolist() for step in reversed(range(12))] == wanted[::-1]
    assert [batches(seed=1)[step][1].tolist() for step in range(12)] != wanted
