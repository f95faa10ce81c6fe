"""Which code does a real signal have? The one whose signal is nearest to it, found by descending the distance.

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

CANDIDATES = 10  # codes that are followed for each signal: of those conditions that come nearest, as many of each
DRAWN = 64  # samples of each condition that the search may begin at
MOST_DRAWN = 10_000  # samples of all conditions; fewer of each where there are many
STEPS = 200
LEARNING_RATE = 0.1  # in standard deviations of a code; falls to zero as a cosine
FEATURES = 0.1  # what the squared distance of features counts beside that of values
PRIOR = 0.1  # what a squared standard deviation from the mean code costs, as a share of the mean sample's mean error
MEAN_OF = 1024  # samples that their mean sample is taken of
LEAST = 1e-4  # probability of a label; what a classifier finds less likely than that, it does not know better
FAR = 0.3  # share of the mean sample's error from which on a signal is far from all that the generator draws
BATCH = 512  # candidates that are followed together


@dataclass(frozen=True)
class Projection:
    """What came of the search for N signals.

    Attributes:
        codes: (N, entries) float32.
        asked: columns of the condition of each, of those that can be asked for one by one the one that serves best: by
            its error, by how usual its code is, and by what the extractor says of the signal.
        signals: what the generator makes of the codes, (N, *shape) as they are stored.
        error: mean squared distance of values as networks see them and, weighed by `FEATURES`, of features; (N,).
        mean_error: the same of the generator's mean sample, which knows nothing of the one that is sought; (N,).
    """

    codes: np.ndarray
    asked: Arrays
    signals: np.ndarray
    error: np.ndarray
    mean_error: np.ndarray


def describe_error(share: float) -> str:
    """What an error means that is this share of the mean sample's, in a sentence or two."""
    sentences = f"The reconstruction's error is {share:.1%} of the mean sample's."
    if share > FAR:
        sentences += (
            " That is far from all that this generator draws: is it of another kind than the training data, as a "
            "picture is that is darker, inverted or cropped otherwise?"
        )
    return sentences


def project(
    signals: np.ndarray, space: Space, extractor: Extractor, steps: int = STEPS, pool: Arrays | None = None
) -> Projection:
    """Finds codes whose signals are near to given ones, and the condition that serves best.

    Args:
        signals: (N, *shape) as they are stored, of the generator's kind.
        space: where to look.
        extractor: whose features are compared beside the values.
        steps: of Adam.
        pool: see `ganforge.generator.Generator.sample`.
    """
    signals, search = np.array(signals), _Search(space, extractor, pool)  # a copy: arrays of files cannot be written to
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
    """What is the same for all signals: where to begin, and how to compare.

    Attributes:
        asked: columns of the conditions of the codes that it begins at.
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
        # Followed in standard deviations of the free part of the code; the condition's own part stays.
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
        """How far the mean sample is from stored ones (N, *shape); (N,)."""
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
        """The drawn codes that are nearest, of each of the conditions that come nearest; (N, at most CANDIDATES)."""
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
        """Those of any number of codes, drawn in blocks."""
        return torch.cat([self.space.module.synthesise(block) for block in torch.split(codes, BATCH)])

    def _compare(self, signals: Tensor, wanted: Tensor, features: Tensor) -> Tensor:
        values = (signals - wanted).square().flatten(1).mean(1)
        return values + FEATURES * (self.extractor.features(signals) - features).square().mean(1)
