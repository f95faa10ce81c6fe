"""What a person should know of a generator."""

import pytest

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.networks.storage import GeneratorConfig
from ganforge.publishing.card import model_card
from ganforge.signals.image import ImageSignal
from tests.pages.test_report import SCORES
from tests.sounds import SOUND
from tests.specs import spec
from tests.tracking.runs import META


@pytest.mark.parametrize(
    ("signal", "condition", "words"),
    [
        (
            ImageSignal((1, 8, 8)),
            Labels(("a", "b"), (1, 1)),
            "It draws images of 1 x 8 x 8; it can be asked for labels: a, b.",
        ),
        (SOUND, Captions(("", "low"), 2), "It draws sounds of 1 x 64; it can be asked for captions of up to 2 words"),
        (SOUND, Unconditional(), "it can be asked for nothing: it was trained without a condition."),
    ],
)
def test_it_says_what_is_drawn_and_what_can_be_asked_for(signal, condition, words):
    card = model_card(GeneratorConfig(spec(signal=signal, condition=condition), "x", 640), META, SCORES, {})
    assert words in " ".join(card.split())
    assert f"dcgan, 640 real {signal.plural} shown in training." in card


def test_many_classes_do_not_fill_the_card():
    names = [f"class {number}" for number in range(1000)]
    network = spec(condition=Labels(names, [1] * 1000))
    card = model_card(GeneratorConfig(network, "x", 640), META, SCORES, {})
    assert "labels: class 0, class 1, " in card and " ...." in card and "class 999" not in card
