"""Projects real signals to codes: finds the code whose sample is nearest, by gradient descent.

Zhu et al. 2016, https://arxiv.org/abs/1609.03552, section 4.1; in w as by Karras et al. 2019,
https://arxiv.org/abs/1912.04958, appendix D.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganforge.features.extractor import Extractor
from ganforge.latents.space import Space
from ganforge.networks.sampling import STATISTICS_SEED
from ganforge.prepared.columns import Arrays

CANDIDATES = 10  # codes to optimise for each signal: as many of each of the nearest conditions
DRAWN = 64  # samples of each condition that the search can start from
MOST_DRAWN = 10_000  # samples of all conditions; with many conditions, fewer of each
STEPS = 200
LEARNING_RATE = 0.1  # in standard deviations of a code; falls to zero as a cosine
FEATURES = 0.1  # weight of the squared distance of features relative to that of values
PRIOR = 0.1  # cost of a squared standard deviation from the mean code, as a share of the mean sample's mean error
MEAN_OF = 1024  # samples in the mean sample
LEAST = 1e-4  # least probability of a label: a classifier's lower ones are not reliable
FAR = 0.3  # a signal with an error above this share of the mean sample's is far from what the generator draws
BATCH = 512  # candidates to optimise together


@dataclass(frozen=True)
class Projection:
    """The result of the projection of N signals.

    Attributes:
        codes: (N, entries) float32.
        asked: columns of the condition of each signal: the one with the best error, the most usual code, and the best
            probability from the extractor.
        signals: stored samples of the codes, (N, *shape).
        error: mean squared distance of values as networks see them plus, weighted by `FEATURES`, of features; (N,).
        mean_error: the error of the generator's mean sample, as a reference; (N,).
    """

    codes: np.ndarray
    asked: Arrays
    signals: np.ndarray
    error: np.ndarray
    mean_error: np.ndarray


def describe_error(share: float) -> str:
    """An explanation of an error, as a share of the mean sample's, in a sentence or two."""
    sentences = f"The reconstruction's error is {share:.1%} of the mean sample's."
    if share > FAR:
        sentences += (
            " The signal is far from what this generator draws. It may differ from the training data: a picture may be "
            "darker, inverted or cropped in another way."
        )
    return sentences


def project(
    signals: np.ndarray, space: Space, extractor: Extractor, steps: int = STEPS, pool: Arrays | None = None
) -> Projection:
    """Finds codes whose samples are near to given signals, and the condition that fits best.

    Args:
        signals: stored signals of the generator's kind, (N, *shape).
        space: codes of the generator.
        extractor: its features are compared in addition to the values.
        steps: steps of Adam.
        pool: see `ganforge.generator.Generator.sample`.
    """
    signals, search = np.array(signals), _Search(space, extractor, pool)  # a copy: arrays of files are read-only
    blocks = np.array_split(signals, max(1, -(-len(signals) * CANDIDATES // BATCH)))
    results = [search.run(block, steps) for block in blocks]
    codes, places, errors = (np.concatenate([result[kind] for result in results]) for kind in range(3))
    return Projection(
        codes,
        {name: column[places] for name, column in search.asked.items()},
        space.signals(codes),
        errors,
        search.errors_of_mean(signals).numpy(),
    )


class _Search:
    """The part of the search that all signals share: the codes to start from, and the comparison.

    Attributes:
        asked: columns of the conditions of the codes to start from.
    """

    def __init__(self, space: Space, extractor: Extractor, pool: Arrays | None) -> None:
        self.space, self.extractor, self.device = space, extractor, space.generator.device
        tried = space.generator.condition.examples(MOST_DRAWN)
        self.count = max(1, len(tried))
        self.drawn = max(CANDIDATES, min(DRAWN, MOST_DRAWN // self.count))
        given = [condition for condition in tried for _ in range(self.drawn)] or None
        codes, self.asked = space.draw(self.count * self.drawn, STATISTICS_SEED, given, pool=pool)
        self.knows_labels = extractor.views == 1 and len(space.classes) == self.count == extractor.classes
        self.codes = torch.from_numpy(codes).to(self.device)
        free = self.codes[:, space.free]
        self.mean, self.spread = free.mean(0), free.std(0).clamp(min=1e-6)
        with torch.no_grad():
            signals = self._signals(self.codes)
            self.features = torch.cat([extractor.features(block) for block in torch.split(signals, BATCH)])
            self.signals = signals.flatten(1)
            codes, _ = space.draw(MEAN_OF, STATISTICS_SEED, pool=pool)
            self.mean_sample = self._signals(torch.from_numpy(codes).to(self.device)).mean(0, keepdim=True)
            self.prior = PRIOR * float(self._compare(self.mean_sample, signals, self.features).mean())

    def run(self, stored: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Codes, rows of `asked` and errors of a few signals."""
        wanted = self._presented(stored)
        with torch.no_grad():
            features = self.extractor.features(wanted)
        doubt = self._doubt(stored)
        chosen = self._nearest(wanted, features, doubt)  # (N, candidates), the numbers of drawn codes
        candidates = chosen.shape[1]
        start = self.codes[chosen.flatten()]
        # Optimised in standard deviations of the free part of the code; the condition's part is fixed.
        place = ((start[:, self.space.free] - self.mean) / self.spread).clone().requires_grad_(True)
        wanted = wanted.repeat_interleave(candidates, 0)
        features = features.repeat_interleave(candidates, 0)
        optimiser = torch.optim.Adam([place], lr=LEARNING_RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for _ in range(steps):
            signals = self.space.module.synthesise(self._code(place, start))
            loss = self._compare(signals, wanted, features) + self.prior * place.square().mean(1)
            (place.grad,) = torch.autograd.grad(loss.sum(), place)
            optimiser.step()
            schedule.step()
        with torch.no_grad():
            codes = self._code(place, start)
            error = self._compare(self.space.module.synthesise(codes), wanted, features)
            cost = (error + self.prior * place.square().mean(1)).view(-1, candidates)
            cost += self.prior * doubt.gather(1, chosen // self.drawn)
        best = cost.argmin(1) + candidates * torch.arange(len(stored), device=self.device)
        return codes[best].cpu().numpy(), chosen.flatten()[best].cpu().numpy(), error[best].cpu().numpy()

    def errors_of_mean(self, stored: np.ndarray) -> Tensor:
        """The error of the mean sample for stored signals (N, *shape); (N,)."""
        with torch.no_grad():
            wanted = self._presented(stored)
            return self._compare(self.mean_sample.expand_as(wanted), wanted, self.extractor.features(wanted)).cpu()

    def _presented(self, stored: np.ndarray) -> Tensor:
        return self.space.generator.signal.presented(stored, self.device)

    def _doubt(self, stored: np.ndarray) -> Tensor:
        """-log of the extractor's probability of each label of each signal, (N, labels); 0 if it knows none of them."""
        if not self.knows_labels:
            return torch.zeros(len(stored), self.count, device=self.device)
        likely = torch.from_numpy(self.extractor.probabilities(stored)[:, 0])
        return -likely.clamp(min=LEAST).log().to(self.device)

    def _nearest(self, wanted: Tensor, features: Tensor, doubt: Tensor) -> Tensor:
        """The nearest drawn codes of each of the nearest conditions; (N, at most CANDIDATES)."""
        with torch.no_grad():
            values = torch.cdist(wanted.flatten(1), self.signals).square() / self.signals.shape[1]
            features = torch.cdist(features, self.features).square() / self.features.shape[1]
            distance = (values + FEATURES * features).view(len(wanted), -1, self.drawn)
            tried = min(CANDIDATES, distance.shape[1])
            conditions = (distance.amin(2) + self.prior * doubt).topk(tried, largest=False).indices
            of_each = distance.topk(CANDIDATES // tried, dim=2, largest=False).indices  # (N, conditions, of each)
            within = of_each.gather(1, conditions[:, :, None].expand(-1, -1, of_each.shape[2]))
            return (conditions[:, :, None] * self.drawn + within).flatten(1)

    def _code(self, place: Tensor, start: Tensor) -> Tensor:
        return torch.cat([self.mean + self.spread * place, start[:, place.shape[1] :]], dim=1)

    def _signals(self, codes: Tensor) -> Tensor:
        """Samples and features of any number of codes, in blocks."""
        return torch.cat([self.space.module.synthesise(block) for block in torch.split(codes, BATCH)])

    def _compare(self, signals: Tensor, wanted: Tensor, features: Tensor) -> Tensor:
        values = (signals - wanted).square().flatten(1).mean(1)
        return values + FEATURES * (self.extractor.features(signals) - features).square().mean(1)
