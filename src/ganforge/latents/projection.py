"""Which code does a real image have? The one whose signal is nearest to it, found by descending the distance.

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
from ganforge.scale import normalise

CANDIDATES = 10  # codes that are followed for each image: of those labels whose samples come nearest, as many of each
DRAWN = 64  # samples of each label that the search may begin at
MOST_DRAWN = 10_000  # samples of all labels; fewer of each where there are many labels
STEPS = 200
LEARNING_RATE = 0.1  # in standard deviations of a code; falls to zero as a cosine
FEATURES = 0.1  # what the squared distance of features counts beside that of pixels
PRIOR = 0.1  # what a squared standard deviation from the mean code costs, as a share of the mean image's mean error
MEAN_OF = 1024  # samples that their mean image is taken of
LEAST = 1e-4  # probability of a label; what a classifier finds less likely than that, it does not know better
FAR = 0.3  # share of the mean image's error from which on an image is far from all that the generator draws
BATCH = 512  # candidates that are followed together


@dataclass(frozen=True)
class Projection:
    """What was found for N images.

    Attributes:
        codes: (N, entries) float32.
        labels: (N,) int64, the label that serves best: by its error, by how usual its code is, and by what the
            extractor says of the image; None where the generator is unconditional.
        signals: what the generator makes of them, uint8 (N, *shape).
        error: mean squared distance of pixels in [-1, 1] and, weighed by `FEATURES`, of features; (N,).
        mean_error: the same of the generator's mean image, which knows nothing of the one that is sought; (N,).
    """

    codes: np.ndarray
    labels: np.ndarray | None
    signals: np.ndarray
    error: np.ndarray
    mean_error: np.ndarray


def describe_error(share: float) -> str:
    """What an error means that is this share of the mean image's, in a sentence or two."""
    told = f"The reconstruction's error is {share:.1%} of the mean image's."
    if share > FAR:
        told += (
            " That is far from all that this generator draws: is the picture lighter, darker, inverted or cropped "
            "otherwise than the training images?"
        )
    return told


def project(images: np.ndarray, space: Space, extractor: Extractor, steps: int = STEPS) -> Projection:
    """Finds codes whose signals are near to given images, and the label that serves best.

    Args:
        images: uint8 (N, *shape), of the generator's shape.
        space: where to look.
        extractor: whose features are compared beside the pixels.
        steps: of Adam.
    """
    images, search = np.array(images), _Search(space, extractor)  # a copy, since arrays of files cannot be written to
    parts = [
        search.run(block, steps) for block in np.array_split(images, max(1, -(-len(images) * CANDIDATES // BATCH)))
    ]
    codes, labels, errors = (np.concatenate([part[kind] for part in parts]) for kind in range(3))
    mean_error = search.distance(search.mean_image.expand(len(images), *space.generator.shape), images)
    return Projection(
        codes,
        labels if space.generator.classes else None,
        space.signals(codes),
        errors,
        mean_error.numpy(),
    )


class _Search:
    """What is the same for all images: where to begin, and how to compare."""

    def __init__(self, space: Space, extractor: Extractor) -> None:
        self.space, self.extractor, self.device = space, extractor, space.generator.device
        count = max(1, len(space.generator.classes))
        self.drawn = max(CANDIDATES, min(DRAWN, MOST_DRAWN // count))
        self.count, self.labels = count, np.repeat(np.arange(count), self.drawn)
        self.knows_labels = (
            extractor.clusters is None and extractor.parts == 1 and extractor.classifier.classes == count
        )
        self.codes = torch.from_numpy(
            space.draw(len(self.labels), STATISTICS_SEED, self.labels if space.generator.classes else None)[0]
        ).to(self.device)
        free = self.codes[:, space.free]
        self.mean, self.spread = free.mean(0), free.std(0).clamp(min=1e-6)
        with torch.no_grad():
            signals = self._signals(self.codes)
            self.features = torch.cat([self._features(block) for block in torch.split(signals, BATCH)])
            self.signals = signals.flatten(1)
            codes, _ = space.draw(MEAN_OF, STATISTICS_SEED)
            self.mean_image = self._signals(torch.from_numpy(codes).to(self.device)).mean(0)
            mean = self.mean_image[None]
            self.prior = PRIOR * float(self._compare(mean, signals, self.features).mean())

    def run(self, images: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Codes, labels and errors of a few images."""
        wanted = normalise(torch.from_numpy(images).to(self.device))
        with torch.no_grad():
            features = self._features(wanted)
        doubt = self._doubt(images)
        chosen = self._nearest(wanted, features, doubt)  # (N, candidates), the numbers of drawn codes
        candidates = chosen.shape[1]
        start = self.codes[chosen.flatten()]
        # Followed in standard deviations of the free part of the code; the label's own part stays.
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
        best = cost.argmin(1) + candidates * torch.arange(len(images), device=self.device)
        labels = self.labels[chosen.flatten()[best].cpu().numpy()]
        return codes[best].cpu().numpy(), labels, error[best].cpu().numpy()

    def distance(self, signals: Tensor, images: np.ndarray) -> Tensor:
        """How far signals (N, *shape) in [-1, 1] are from uint8 images; (N,)."""
        with torch.no_grad():
            wanted = normalise(torch.from_numpy(images).to(self.device))
            return self._compare(signals, wanted, self._features(wanted)).cpu()

    def _doubt(self, images: np.ndarray) -> Tensor:
        """-log of the extractor's probability of each label of each image, (N, labels); 0 if it knows none of them."""
        if not self.knows_labels:
            return torch.zeros(len(images), self.count, device=self.device)
        likely = torch.from_numpy(self.extractor.probabilities(images)[:, 0])
        return -likely.clamp(min=LEAST).log().to(self.device)

    def _nearest(self, wanted: Tensor, features: Tensor, doubt: Tensor) -> Tensor:
        """The drawn codes that are nearest, of each of the labels that come nearest; (N, at most CANDIDATES)."""
        with torch.no_grad():
            pixels = torch.cdist(wanted.flatten(1), self.signals).square() / self.signals.shape[1]
            features = torch.cdist(features, self.features).square() / self.features.shape[1]
            distance = (pixels + FEATURES * features).view(len(wanted), -1, self.drawn)
            tried = min(CANDIDATES, distance.shape[1])
            labels = (distance.amin(2) + self.prior * doubt).topk(tried, largest=False).indices
            of_each = distance.topk(CANDIDATES // tried, dim=2, largest=False).indices  # (N, labels, of each)
            within = of_each.gather(1, labels[:, :, None].expand(-1, -1, of_each.shape[2]))
            return (labels[:, :, None] * self.drawn + within).flatten(1)

    def _code(self, place: Tensor, start: Tensor) -> Tensor:
        return torch.cat([self.mean + self.spread * place, start[:, place.shape[1] :]], dim=1)

    def _signals(self, codes: Tensor) -> Tensor:
        """Those of any number of codes, drawn in blocks."""
        return torch.cat([self.space.module.synthesise(block) for block in torch.split(codes, BATCH)])

    def _compare(self, signals: Tensor, wanted: Tensor, features: Tensor) -> Tensor:
        pixels = (signals - wanted).square().flatten(1).mean(1)
        return pixels + FEATURES * (self._features(signals) - features).square().mean(1)

    def _features(self, signals: Tensor) -> Tensor:
        """Features of signals (N, *shape) in [-1, 1], those of their parts one after the other."""
        parts = signals.reshape(-1, signals.shape[1] // self.extractor.parts, *signals.shape[2:])
        features: Tensor = self.extractor.classifier(parts)[0]
        return (features / self.extractor.scale).reshape(len(signals), -1)
