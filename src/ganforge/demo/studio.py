"""The actions of the page, without the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ganforge.datasets.common_settings import DataSettings
from ganforge.errors import UserError
from ganforge.features.extractor import Extractor
from ganforge.latents.directions import TO, Directions, labels_of
from ganforge.latents.projection import describe_error, project
from ganforge.latents.reading import read_signal
from ganforge.latents.space import Space
from ganforge.prepared.columns import Arrays
from ganforge.settings import LAST_SEED
from ganforge.signals import enlarged, picture_of
from ganforge.signals.recording import levels_of

MIXED = 100  # steps from one seed to the other
SIDE = 448  # pixels; small pictures are enlarged towards this, by whole factors
SHOWN, SMALL_SIDE = 64, 96  # first samples, and the side of their pictures
MOST_CHOICES = 1000


@dataclass(frozen=True, eq=False)
class Origin:
    """The code of a projected signal, and its labels (1,) or None, to edit."""

    code: np.ndarray
    labels: np.ndarray | None


@dataclass(frozen=True)
class Settings:
    """The settings of a user.

    Attributes:
        seed: seed of the sample, 0 or more.
        condition: the condition in words; None draws it as in training.
        truncation: 0 to 1.
        other_seed: seed of the sample to mix it with.
        mix: 0 to 1; 1 is the other sample.
        origin: a projected signal to edit instead of a sample.
        towards: name of a class to move it to, or None.
        share: share of the way there, 0 to 1.
        strengths: strengths of directions, in standard deviations.
    """

    seed: int = 0
    condition: str | None = None
    truncation: float = 1.0
    other_seed: int = 1
    mix: float = 0.0
    origin: Origin | None = None
    towards: str | None = None
    share: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)


class Studio:
    """A generator with its directions, to draw, edit and project.

    Attributes:
        choices: the conditions to choose from, in words.
        takes_text: whether a user can write the condition.
        can_truncate: see `ganforge.networks.latent.LatentGenerator`.

    Args:
        space: codes of the generator.
        directions: directions to edit along.
        extractor: feature network that compares signals.
        settings: section `dataset` of params.yaml, which says how to crop pictures.
        pool: see `ganforge.generator.Generator.sample`.
    """

    def __init__(
        self,
        space: Space,
        directions: Directions,
        extractor: Extractor,
        settings: DataSettings,
        pool: Arrays | None = None,
    ) -> None:
        self.space, self.directions, self.extractor = space, directions, extractor
        self.settings, self.pool = settings, pool
        self.signal, condition = space.generator.signal, space.generator.condition
        examples = condition.examples(MOST_CHOICES)
        self.choices = (condition.titles(condition.parse(examples, len(examples))) or []) if examples else []
        self.takes_text = bool(condition.columns) and not self.choices and not condition.from_files
        self.can_truncate = space.module.can_truncate

    def picture(self, settings: Settings) -> np.ndarray:
        """The sample for some settings as a picture: uint8 (height, width, 3), enlarged; errors as of `draw`."""
        return self.shown(self.draw(settings))

    def draw(self, settings: Settings) -> np.ndarray:
        """The sample for some settings, stored (*shape).

        Raises:
            UserError: one of them is out of its range.
        """
        code, labels = self._code(settings)
        for name, strength in settings.strengths.items():
            if strength:
                code = self.directions.edit(code, labels, name, strength)
        if settings.towards is not None and settings.share:
            code = self.directions.edit(code, labels, f"{TO}{settings.towards}", settings.share)
        stored: np.ndarray = self.space.signals(code)[0]
        return stored

    def samples(self) -> tuple[list[np.ndarray], list[Settings]]:
        """The first samples: their pictures, uint8 (height, width, 3), and the settings of each.

        Conditions to choose from appear in turn.
        """
        wanted: list[str | None] = [*self.choices] or [None]
        settings = [Settings(seed, wanted[seed % len(wanted)]) for seed in range(SHOWN)]
        codes = np.concatenate([self._code(each)[0] for each in settings])
        return [self._small(stored) for stored in self.space.signals(codes)], settings

    def heard(self, stored: np.ndarray) -> tuple[int, np.ndarray] | None:
        """The sound of a signal (*shape): samples per second and int16 (samples,); None if it cannot be played."""
        return (self.signal.rate, levels_of(self.signal.sound(stored))) if self.signal.rate else None

    def find(self, content: bytes, name: str) -> tuple[Origin, np.ndarray, np.ndarray, str]:
        """Projects a signal to a code of the generator.

        Args:
            content: content of its file.
            name: name of the file.

        Returns:
            The code; enlarged pictures of the signal and of its reconstruction; and a sentence about the error.

        Raises:
            UserError: the file is not a signal.
        """
        given = read_signal(content, name, self.signal, self.settings)
        projection = project(given[None], self.space, self.extractor, pool=self.pool)
        remark = describe_error(float(projection.error[0] / projection.mean_error[0]))
        titles = self.space.generator.condition.titles(projection.asked) if projection.asked else None
        if titles:
            remark += f" The condition that fits best is {titles[0]}."
        origin = Origin(projection.codes, self._labels(projection.codes, projection.asked))
        return origin, self.shown(given), self.shown(projection.signals[0]), remark

    def _code(self, settings: Settings) -> tuple[np.ndarray, np.ndarray | None]:
        """The unedited code (1, entries), and its labels (1,) or None."""
        if settings.origin is not None:
            return settings.origin.code, settings.origin.labels
        for seed in (settings.seed, settings.other_seed):
            if not 0 <= seed <= LAST_SEED:
                raise UserError(f"the seed is {seed}; allowed is 0 to {LAST_SEED}.")
        truncation = settings.truncation if self.can_truncate else 1.0
        code, asked = self.space.draw(1, settings.seed, settings.condition, truncation, self.pool)
        if settings.mix:
            other, _ = self.space.draw(1, settings.other_seed, settings.condition, truncation, self.pool)
            code = self.space.between(code[0], other[0], MIXED + 1)[[round(settings.mix * MIXED)]]
        return code, self._labels(code, asked)

    def _labels(self, code: np.ndarray, asked: Arrays) -> np.ndarray | None:
        """The labels (1,) of a sample, if there are directions towards classes."""
        return labels_of(self.space, code, asked, self.extractor) if self.directions.classes else None

    def _small(self, stored: np.ndarray) -> np.ndarray:
        """A signal as a picture within `SMALL_SIDE` pixels."""
        picture = enlarged(picture_of(self.signal.picture(stored)), SMALL_SIDE).convert("RGB")
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        return np.array(picture)

    def shown(self, stored: np.ndarray) -> np.ndarray:
        """A signal (*shape) as a picture, uint8 (height, width, 3), every pixel repeated by a whole factor."""
        return np.array(enlarged(picture_of(self.signal.picture(stored)), SIDE).convert("RGB"))
