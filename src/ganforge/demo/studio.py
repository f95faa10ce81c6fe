"""What the page does, without the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ganforge.datasets.single import read_single
from ganforge.errors import UserError
from ganforge.features.extractor import Extractor
from ganforge.latents import Directions, Space, describe_error, project
from ganforge.latents.directions import TO
from ganforge.networks.equalised import NormalisedInput
from ganforge.params import LAST_SEED, Params
from ganforge.signals import enlarged, picture_of

MIXED = 100  # steps from one seed to the other
SIDE = 448  # pixels; small images are enlarged towards this, by whole factors


@dataclass(frozen=True, eq=False)
class Origin:
    """What is edited: a code and its label (None where there are none), as an image was projected to."""

    code: np.ndarray
    label: int | None


@dataclass(frozen=True)
class Settings:
    """What a person has set.

    Attributes:
        seed: of the sample, 0 or more.
        label: of the sample, by name; None where the generator is unconditional.
        truncation: 0 to 1.
        other_seed: of the sample that it is mixed with.
        mix: 0 to 1, 1 being the other one.
        origin: what is edited in place of a sample.
        towards: a class that it is moved to, by name, or None.
        share: of the way there, 0 to 1.
        strengths: of directions, in standard deviations.
    """

    seed: int = 0
    label: str | None = None
    truncation: float = 1.0
    other_seed: int = 1
    mix: float = 0.0
    origin: Origin | None = None
    towards: str | None = None
    share: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)


class Studio:
    """A generator, its directions, and what finds images in it.

    Args:
        space: of the generator.
        directions: along which it can be edited.
        extractor: whose features images are compared by.
        params: how images are cropped.
    """

    def __init__(self, space: Space, directions: Directions, extractor: Extractor, params: Params) -> None:
        self.space, self.directions, self.extractor, self.params = space, directions, extractor, params
        self.classes = space.generator.classes
        self.can_truncate = space.name == "w" or not any(
            isinstance(layer, NormalisedInput) for layer in space.module.modules()
        )

    def picture(self, settings: Settings) -> np.ndarray:
        """The image for some settings: uint8 (height, width, 3), enlarged.

        Raises:
            UserError: one of them is out of its range.
        """
        code, label = self._code(settings)
        labels = None if label is None else np.array([label])
        for name, strength in settings.strengths.items():
            if strength:
                code = self.directions.edit(code, labels, name, strength)
        if settings.towards is not None and settings.share:
            code = self.directions.edit(code, labels, f"{TO}{settings.towards}", settings.share)
        return enlarge(self.space.signals(code)[0])

    def find(self, content: bytes, name: str) -> tuple[Origin, np.ndarray, np.ndarray, str]:
        """An image looked for among those that the generator can make.

        Args:
            content: of an image file.
            name: of it.

        Returns:
            where it was found; the image and its reconstruction, enlarged; and how well that went, in words.

        Raises:
            UserError: it is no image.
        """
        image = read_single(content, name, self.space.generator.shape, self.params)[None]
        found = project(image, self.space, self.extractor)
        label = None if found.labels is None else int(found.labels[0])
        told = describe_error(float(found.error[0] / found.mean_error[0]))
        if label is not None:
            told += f" It was found with the label {self.classes[label]}."
        elif self.directions.classes:
            label = int(self.extractor(found.signals).labels[0])
        return Origin(found.codes, label), enlarge(image[0]), enlarge(found.signals[0]), told

    def _code(self, settings: Settings) -> tuple[np.ndarray, int | None]:
        """The code (1, entries) before it is edited, and its label."""
        if settings.origin is not None:
            return settings.origin.code, settings.origin.label
        for seed in (settings.seed, settings.other_seed):
            if not 0 <= seed <= LAST_SEED:
                raise UserError(f"a seed is {seed}; allowed is 0 to {LAST_SEED}.")
        truncation = settings.truncation if self.can_truncate else 1.0
        code, labels = self.space.draw(1, settings.seed, settings.label, truncation)
        if settings.mix:
            other, _ = self.space.draw(1, settings.other_seed, settings.label, truncation)
            code = self.space.between(code[0], other[0], MIXED + 1)[[round(settings.mix * MIXED)]]
        if labels is None and self.directions.classes:
            labels = self.extractor(self.space.signals(code)).labels
        return code, None if labels is None else int(labels[0])


def enlarge(image: np.ndarray) -> np.ndarray:
    """uint8 (1 or 3, height, width) to (height, width, 3), every pixel repeated by a whole factor.

    Raises:
        UserError: it is no image.
    """
    if image.ndim != 3:
        raise UserError("this page shows images, but the generator here draws another kind of signal.")
    return np.array(enlarged(picture_of(image), SIDE).convert("RGB"))
