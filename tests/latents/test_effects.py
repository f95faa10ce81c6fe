"""What editing changes, measured."""

import numpy as np

from ganforge.latents.directions import find_directions
from ganforge.latents.effects import Effect, measure_effects
from tests.latents.test_directions import PARAMS, Planted


class Judge:
    """Takes what is bright for the class ``light``."""

    def __call__(self, signals):
        return type("Seen", (), {"labels": (signals.reshape(len(signals), -1).mean(1) > 100).astype(int)})


def test_effects_tell_what_changes_and_what_becomes_of_the_class():
    space = Planted()
    effects = {
        effect.name: effect for effect in measure_effects(space, find_directions(space, None, PARAMS), Judge(), 1.0)
    }
    brighter = effects["brightness"]
    assert brighter.changes["brightness"] > 0.5 and 0.5 < brighter.recognised < 1
    assert effects["to-light"].recognised > 0.9 > 1 - effects["to-dark"].recognised
    assert all(np.isfinite(list(effect.changes.values())).all() for effect in effects.values())


def test_the_sentence_tells_large_changes_only():
    effect = Effect("slant", 3.0, 0.976, {"brightness": 0.1, "slant": 2.94})
    assert effect.sentence() == "slant: slant +2.9 sd; 98% keep their class."
    assert Effect("to-7", 1.0, 0.9, {}).sentence() == "to-7; 90% are recognised as that class."
    assert Effect("sefa-1", 3.0, None, {"slant": 0.2}).sentence() == "sefa-1: no measured attribute changes."
    assert Effect("sefa-1", 3.0, 0.9, {}).sentence() == "sefa-1; 90% keep their class.", "where nothing is measured"
