"""What a served generator answers, without a server."""

import base64
import io

import numpy as np
import pytest
import torch
from mlflow.exceptions import MlflowException
from PIL import Image

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.source import Source
from ganforge.generator import Generator
from ganforge.networks.build import build_generator
from ganforge.networks.storage import GeneratorConfig
from ganforge.publishing.served import ServedGenerator
from ganforge.signals.image import ImageSignal
from ganforge.translating.translation import translate
from tests.sounds import SOUND
from tests.specs import labels, spec
from tests.translators import file_of, random_picture, translator

IMAGE = ImageSignal((1, 8, 8))
CAPTIONS = Captions(("", "low", "high"), 2)


class Inverse(torch.nn.Module):
    """The negative of its source."""

    def forward(self, latents, condition):
        return -condition["source"]


def served(signal=IMAGE, condition=None, module=None):
    torch.manual_seed(0)
    network = spec(signal=signal, condition=condition or Unconditional())
    model = ServedGenerator()
    module = module or build_generator(network).eval()
    model.generator = Generator(module, GeneratorConfig(network, "x", 0), torch.device("cpu"))
    return model


def decoded(answer):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(answer["png"]))))


def test_labels_are_asked_for_by_name_and_number_for_all_or_each():
    model = served(condition=labels(3))
    expected = model.generator.sample(2, seed=4, condition=2)
    for given in ({"label": 2}, {"label": "2"}, {"condition": 2}, {"condition": "2"}, {"condition": [2, 2]}):
        answers = model.predict([{"n": 2, "seed": 4, **given}])
        assert np.array_equal([decoded(answer) for answer in answers], expected[:, 0])
        assert [(answer["index"], answer["label"], answer["condition"]) for answer in answers] == [
            (0, "2", "2"), (1, "2", "2"),
        ]  # fmt: skip


def test_captions_are_texts():
    model = served(condition=CAPTIONS)
    (answer,) = model.predict([{"condition": "High low", "format": "array"}])
    assert answer["condition"] == "high low" and "label" not in answer
    assert np.array_equal(answer["array"], model.generator.sample(1, condition="high low")[0])
    with pytest.raises(MlflowException, match="needs a caption for each sample, but none is given"):
        model.predict([{"n": 1}])
    with pytest.raises(MlflowException, match="'loud' is not a word of the training data"):
        model.predict([{"condition": "loud"}])


def test_sources_are_files_or_numbers():
    model = served(condition=Source(IMAGE), module=Inverse())
    source = np.random.default_rng(0).integers(256, size=IMAGE.shape, dtype=np.uint8)
    file = base64.b64encode(IMAGE.encode(source)).decode()
    for given in (file, source.tolist(), [file], [source.tolist()]):
        (answer,) = model.predict([{"condition": given}])
        assert np.array_equal(decoded(answer), 255 - source[0])
        assert answer["condition"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("no base64", "condition is 'no base64'; allowed is the content of a file as base64, or nested lists"),
        (base64.b64encode(b"not an image").decode(), "the image cannot be read"),
        (base64.b64encode(ImageSignal((1, 9, 9)).encode(np.zeros((1, 9, 9), np.uint8))).decode(), "9 x 9 pixels; "),
        ([[[256] * 8] * 8], "the source is int64 of shape"),
        ([[[0.5] * 8] * 8], "the source is float64 of shape"),
        ([[1], [2, 3]], "the source is object of shape"),
        (3, "the source is int64 of shape"),
        (None, "needs a source for each sample, but none is given"),
    ],
    ids=["text", "file", "size", "too large", "no whole number", "ragged", "number", "nothing"],
)
def test_what_is_no_source_is_refused_in_a_sentence(given, words):
    with pytest.raises(MlflowException, match=words) as refusal:
        served(condition=Source(IMAGE), module=Inverse()).predict([{"condition": given}])
    assert refusal.value.get_http_status_code() == 400


def served_translator(derived=None):
    model = ServedGenerator()
    model.generator = translator("translator", derived)
    return model


def base64_of(picture, form="PNG"):
    return base64.b64encode(file_of(picture, form)).decode()


def test_a_translator_takes_a_png_of_any_size_and_answers_with_one():
    model, wide, tall = served_translator(), random_picture(3, 30, 70), random_picture(3, 41, 17)
    answers = model.predict([{"n": 2, "seed": 4, "condition": base64_of(wide)}])
    expected = translate(model.generator, wide, 2, seed=4)
    for answer, picture in zip(answers, expected, strict=True):
        assert np.array_equal(np.moveaxis(decoded(answer), -1, 0), picture)
    assert [(answer["seed"], answer["index"], answer["condition"]) for answer in answers] == [
        (4, 0, None),
        (4, 1, None),
    ]
    both = model.predict([{"n": 2, "seed": 4, "condition": [base64_of(tall), base64_of(wide)]}])
    assert [decoded(answer).shape for answer in both] == [(41, 17, 3), (30, 70, 3)]
    assert both[1] == answers[1], "picture i depends on (seed, i) and its source alone"
    assert decoded(model.predict([{"condition": base64_of(wide, "JPEG")}])[0]).shape == (30, 70, 3)
    (array,) = model.predict([{"condition": base64_of(wide), "seed": 4, "format": "array"}])
    assert np.array_equal(array["array"], expected[0])


def test_a_served_translator_of_shrunk_sources_makes_pictures_larger():
    (answer,) = served_translator("small").predict([{"condition": base64_of(random_picture(3, 30, 70))}])
    assert decoded(answer).shape == (60, 140, 3)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            {"condition": base64.b64encode(b"x").decode()},
            "the image cannot be read .*; allowed is a PNG, JPEG or other",
        ),
        (
            {"n": 3, "condition": ["Qk0=", "Qk0="]},
            "condition has 2 sources; allowed is one, or as many as n, which is 3",
        ),
        ({"truncation": 0.5, "condition": "Qk0="}, "truncation is 0.5, but this generator translates; allowed is 1"),
        ({"n": 1000, "condition": base64_of(np.zeros((3, 200, 200), np.uint8))}, "have 40.0 million pixels"),
        ({}, "needs a source for each sample, but none is given"),
    ],
)
def test_what_a_translator_cannot_do_is_refused_in_a_sentence(request_, words):
    with pytest.raises(MlflowException, match=words) as refusal:
        served_translator().predict([request_])
    assert refusal.value.get_http_status_code() == 400


def test_sounds_are_files_to_listen_to_or_numbers():
    model = served(SOUND)
    expected = model.generator.sample(1)
    (file,) = model.predict([{}])
    assert (file["mime"], base64.b64decode(file["file"])) == ("audio/wav", SOUND.encode(expected[0]))
    assert np.array_equal(np.float32(model.predict([{"format": "array"}])[0]["array"]), expected[0])
    with pytest.raises(MlflowException, match="format is 'png', but this generator draws audio/wav; allowed is file"):
        model.predict([{"format": "png"}])


def test_what_was_trained_without_a_condition_is_asked_for_nothing():
    assert served().predict([{}])[0]["condition"] is None
    with pytest.raises(MlflowException, match="the condition is 'red', but this generator was trained without a"):
        served().predict([{"condition": "red"}])


def test_a_served_translator_of_many_styles_draws_in_the_one_that_is_named_or_in_all_by_turns():
    model, picture = ServedGenerator(), random_picture(3, 30, 70)
    model.generator = translator("styled")
    turns = model.predict([{"n": 2, "seed": 4, "condition": base64_of(picture)}])
    assert [answer["condition"] for answer in turns] == ["ink", "oil"]
    named = model.predict([{"n": 2, "seed": 4, "condition": base64_of(picture), "style": "oil"}])
    assert [answer["condition"] for answer in named] == ["oil", "oil"]
    assert named[1] == turns[1]
    assert named[0]["png"] != turns[0]["png"]
    expected = translate(model.generator, picture, 2, seed=4, style="oil")
    assert np.array_equal(np.moveaxis(decoded(named[0]), -1, 0), expected[0])
    with pytest.raises(MlflowException, match="style is 'chalk'; allowed is one of ink, oil"):
        model.predict([{"condition": base64_of(picture), "style": "chalk"}])
    with pytest.raises(MlflowException, match="allowed is none: this generator has a single style"):
        served_translator().predict([{"condition": base64_of(picture), "style": "ink"}])
