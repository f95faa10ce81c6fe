"""How near translated signals, and trivial answers, are to the partners of their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from ganforge.evaluation.inputs import Real
from ganforge.features.extractor import Extractor
from ganforge.objectives.paired import perceptual_distance
from ganforge.prepared.columns import SIGNAL, SOURCE
from ganforge.signals import Signal
from ganforge.signals.image import have_one_size, with_channels

AT_ONCE = 100  # pairs
THUMBNAIL = 16  # pixels of a side of pictures when partners are searched for
SIGMA, WINDOW = 1.5, 11  # standard deviation and width of SSIM's Gaussian window, in pixels
FIRST = 5  # the partner should be among so many nearest ones

CPU = torch.device("cpu")


def closeness(drawn: np.ndarray, partners: np.ndarray, signal: Signal) -> dict[str, float]:
    """Means over pairs.

    Args:
        drawn: stored (N, *shape).
        partners: stored (N, *shape).
        signal: of both.

    Returns:
        ``l1``: mean absolute difference, of -1..1. For pictures also ``psnr`` in dB and ``ssim`` (Wang et al. 2004),
        with a third of its window below 22 pixels.
    """
    sums: dict[str, float] = {}
    for one, other in _presented(drawn, partners, signal):
        for name, values in _of_pairs(one, other, pictures=signal.is_picture).items():
            sums[name] = sums.get(name, 0.0) + float(values.double().sum())
    return {name: total / len(drawn) for name, total in sums.items()}


def _of_pairs(one: Tensor, other: Tensor, *, pictures: bool) -> dict[str, Tensor]:
    """`closeness` of each pair of a batch, (batch,) each."""
    values = {"l1": (one - other).abs().flatten(1).mean(1)}
    if pictures:
        from torchmetrics.functional.image import structural_similarity_index_measure

        squares = (one - other).square().flatten(1).mean(1) / 4
        values["psnr"] = -10 * squares.clamp_min(1e-10).log10()
        sigma = SIGMA if min(one.shape[2:]) >= 2 * WINDOW else SIGMA / 3
        values["ssim"] = structural_similarity_index_measure(
            (one + 1) / 2, (other + 1) / 2, sigma=sigma, data_range=1.0, reduction="none"
        )
    return values


def perceptual(drawn: np.ndarray, partners: np.ndarray, extractor: Extractor) -> float:
    """The mean of `ganforge.objectives.paired.perceptual_distance`, measured with the extractor; arguments as above."""
    total = 0.0
    with torch.inference_mode():
        for one, other in _presented(drawn, partners, extractor.signal, extractor.device):
            total += float(perceptual_distance(extractor.activations(one), extractor.activations(other)).sum())
    return total / len(drawn)


def _presented(
    drawn: np.ndarray, partners: np.ndarray, signal: Signal, device: torch.device = CPU
) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs as networks see them, some at a time."""
    for start in range(0, len(drawn), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        yield signal.presented(np.array(drawn[rows]), device), signal.presented(np.array(partners[rows]), device)


def retrieval(drawn: np.ndarray, rows: np.ndarray, candidates: np.ndarray, signal: Signal) -> tuple[float, float]:
    """How often the partner is the nearest of all candidates, and how often it is one of the five nearest.

    Pictures are compared at 16x16 pixels, by the sum of squared differences: this ignores how sharp they are.

    Args:
        drawn: stored (N, *shape).
        rows: (N,) int64, the candidate that is the partner.
        candidates: stored (M, *shape).
        signal: of both.
    """
    known, wanted = thumbnails(candidates, signal), torch.from_numpy(np.asarray(rows))
    first, among = 0, 0
    for start in range(0, len(drawn), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        distances = torch.cdist(thumbnails(drawn[block], signal), known)
        nearer = (distances < distances.gather(1, wanted[block, None])).sum(1)
        first, among = first + int((nearer == 0).sum()), among + int((nearer < FIRST).sum())
    return first / len(drawn), among / len(drawn)


def thumbnails(stored: np.ndarray, signal: Signal) -> Tensor:
    """Signals (N, *shape) as vectors (N, values) of the means of areas."""
    blocks = []
    for start in range(0, len(stored), AT_ONCE):
        x = signal.presented(np.array(stored[start : start + AT_ONCE]), CPU)
        if x.dim() == 4:
            x = torch.nn.functional.adaptive_avg_pool2d(x, (min(THUMBNAIL, x.shape[2]), min(THUMBNAIL, x.shape[3])))
        blocks.append(x.flatten(1))
    return torch.cat(blocks)


def variety(draws: np.ndarray) -> float:
    """The mean absolute difference between two draws of one source, of -1..1; draws are stored (K, N, *shape)."""
    pairs = [(one, other) for one in range(len(draws)) for other in range(one)]
    differences = [np.abs(draws[one].astype(np.float32) - draws[other]).mean() for one, other in pairs]
    return float(np.mean(differences)) / 127.5


def best_of(draws: np.ndarray, partners: np.ndarray) -> float:
    """The mean over sources of the least mean absolute difference from the partner, of -1..1, among draws."""
    axes = tuple(range(1, partners.ndim))
    distances = [np.abs(draw.astype(np.float32) - partners).mean(axis=axes) for draw in draws]
    return float(np.min(distances, axis=0).mean()) / 127.5


def style_of(drawn: np.ndarray, extractor: Extractor) -> np.ndarray:
    """Means and standard deviations over positions of the channels of all levels, (N, 2 * channels of all levels).

    Where channels respond is the content of a picture; how strongly and how unevenly they respond is its style
    (Huang and Belongie 2017, https://arxiv.org/abs/1703.06868).

    Args:
        drawn: stored (N, *shape).
        extractor: the network with these levels.
    """
    blocks = []
    with torch.inference_mode():
        for start in range(0, len(drawn), AT_ONCE):
            shown = extractor.signal.presented(np.array(drawn[start : start + AT_ONCE]), extractor.device)
            levels = [level.float().flatten(2) for level in extractor.activations(shown)]
            moments = [moment for level in levels for moment in (level.mean(2), level.std(2, correction=0))]
            blocks.append(torch.cat(moments, 1).cpu().numpy())
    return np.concatenate(blocks)


def told_apart(signals: np.ndarray, sources: np.ndarray, judged: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The share of each that a logistic regression classifies as signals; it is trained on signals and sources.

    Args:
        signals, sources: features to learn from, (N, features) and (M, features); both have the same weight.
        judged: features by name.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000))
    truth = np.repeat([1, 0], [len(signals), len(sources)])
    classifier.fit(np.concatenate([signals, sources]), truth)
    return {name: float(classifier.predict(features).mean()) for name, features in judged.items()}


def untranslated(real: Real) -> np.ndarray | None:
    """Sources of the test data as answers to themselves: stored (M, *shape), their channels averaged or repeated.

    None if their size differs from that of signals.
    """
    sources, signals = np.array(real.test.columns[SOURCE]), real.test.signal
    return with_channels(sources, signals.shape[1]) if have_one_size(sources, signals) else None


def trivial_answers(real: Real) -> dict[str, np.ndarray]:
    """Answers that need no learning, for every source of the test data: stored (M, *shape) by name.

    ``source``, if there is one: `untranslated`; ``mean_picture``: the mean of the training data; ``other_partner``, if
    every source has a partner: that of another source, drawn at random; ``nearest_pair``, if the training used pairs:
    the signal of the pair whose source is nearest, by `thumbnails`.
    """
    train, test = real.train, real.test
    shape, sources = test.signal.shape, untranslated(real)
    answers: dict[str, np.ndarray] = {} if sources is None else {"source": sources}
    total = np.zeros(shape[1:])
    for start in range(0, len(train), AT_ONCE):
        total += train.signal[start : start + AT_ONCE].sum(0, dtype=np.float64)
    mean = (total / len(train)).round().astype(test.signal.dtype)
    answers["mean_picture"] = np.broadcast_to(mean, shape)
    if real.tested_by_pairs:
        order = np.random.default_rng(0).permutation(len(test))
        others = np.empty_like(order)
        others[order] = np.roll(order, 1)
        answers["other_partner"] = np.array(test.signal)[others]
    if not real.learnt_by_pairs:
        return answers
    like_source = _source_signal(real)
    known, wanted = (thumbnails(split.columns[SOURCE], like_source) for split in (train, test))
    nearest = torch.cat([torch.cdist(rows, known).argmin(1) for rows in torch.split(wanted, AT_ONCE)])
    answers["nearest_pair"] = np.array(train.columns[SIGNAL][nearest.numpy()])
    return answers


def _source_signal(real: Real) -> Signal:
    """The kind of the sources: that of the signals, in the shape of the sources."""
    return type(real.signal)(real.test.columns[SOURCE].shape[1:], {})
