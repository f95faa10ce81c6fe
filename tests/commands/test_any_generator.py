"""The commands with generators of any signal and any condition."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from ganforge.cli import main
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.features.classifier import untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.latents.directions import find_directions
from ganforge.latents.settings import DirectionsSettings
from ganforge.latents.space import Space
from ganforge.networks import mlp
from ganforge.networks.build import Family
from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import write_prepared
from ganforge.signals import SIGNALS
from ganforge.signals.image import ImageSignal
from tests.commands.saved import write_generator
from tests.settings import settings_text
from tests.sounds import SOUND, Sound
from tests.specs import spec


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def write_data(folder, kinds, **columns):
    write_prepared(
        folder / "data" / "prepared", dict.fromkeys(("train", "test"), Split(columns)), kinds, dataset="x", origin="x"
    )


def test_captions_are_asked_for_in_words_or_taken_from_the_test_split(tmp_path, monkeypatch, capsys):
    captions = Captions(("", "low", "high"), 2)
    monkeypatch.chdir(write_generator(tmp_path, spec("mlp", condition=captions)))
    model = Generator.load("models/generator")
    main(["sample", "--count", "2", "--condition", "high low", "--out", "one"])
    assert np.array_equal(pixels("one/000001.png"), model.sample(2, condition="high low")[1, 0])
    main(["sample", "--count", "3", "--conditions", "high,low", "--out", "turns"])
    assert np.array_equal(pixels("turns/000002.png"), model.sample(3, condition=["high", "low", "high"])[2, 0])
    for arguments, words in (
        ([], "this generator needs a caption for each sample, but none is given"),
        (["--condition", "loud"], "'loud' is not a word of the training data"),
        (["--conditions", "all"], "--conditions is all, but this generator asks for captions of up to 2 words"),
    ):
        with pytest.raises(SystemExit, match=rf"^ganforge: [^\n]*{words}[^\n]*[.]$"):
            main(["sample", *arguments])
    tokens = np.array([[2, 1], [1, 1], [2, 2]], np.int32)
    kinds = {"signal": Kind("image"), "tokens": Kind("tokens", {"vocabulary": ["", "low", "high"]})}
    write_data(tmp_path, kinds, signal=np.zeros((3, 1, 8, 8), np.uint8), tokens=tokens)
    main(["sample", "--count", "3", "--out", "drawn"])
    assert np.array_equal(pixels("drawn/000000.png"), model.sample(3, pool={"tokens": tokens})[0, 0])
    other = {**kinds, "tokens": Kind("tokens", {"vocabulary": ["", "red", "blue"]})}
    write_data(tmp_path, other, signal=np.zeros((3, 1, 8, 8), np.uint8), tokens=tokens)
    with pytest.raises(SystemExit, match="needs a caption for each sample"):  # the data here are others
        main(["sample"])


class Inverse(nn.Module):
    """The negative of its source; a weight, so that there is something to keep."""

    def __init__(self, network):
        super().__init__()
        self.weight = nn.Parameter(-torch.ones(()))

    def forward(self, latents, condition):
        return self.weight * condition["source"]


def test_a_source_is_the_name_of_a_file_and_what_draws_without_codes_is_not_edited(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(mlp, "FAMILY", Family(Inverse, Inverse))
    monkeypatch.chdir(write_generator(tmp_path, spec("mlp", condition=Source(ImageSignal((1, 8, 8))))))
    source = np.random.default_rng(0).integers(256, size=(8, 8), dtype=np.uint8)
    Image.fromarray(source).save("source.png")
    main(["sample", "--count", "2", "--condition", "source.png"])
    assert np.array_equal(pixels("generated/000001.png"), 255 - source)
    main(["info"])
    assert "Asks for    sources: images of 1 x 8 x 8" in capsys.readouterr().out
    Image.fromarray(source[:4]).save("small.png")
    (tmp_path / "params.yaml").write_text(settings_text().replace("threads: 2", "threads: 1"))
    for arguments, words in (
        (["sample", "--condition", "nowhere.png"], r"nowhere\.png cannot be read"),
        (
            ["sample", "--condition", "small.png"],
            r"small\.png is not a condition of this generator: the image has 8 x 4 pixels",
        ),
        (["sample"], "needs a source for each sample, but none is given"),
        (["sample", "--interpolate", "3", "--condition", "source.png"], "draws without codes to edit"),
        (["project", "source.png"], "draws without codes to edit"),
        (["edit", "source.png"], "draws without codes to edit"),
        (["augment"], "cannot be asked for labels, but for sources"),
    ):
        with pytest.raises(SystemExit, match=rf"^ganforge: [^\n]*{words}[^\n]*[.]$"):
            main(arguments)


def test_sounds_are_written_as_sounds_and_shown_as_pictures(tmp_path, monkeypatch):
    monkeypatch.setitem(SIGNALS, Sound.kind, Sound)
    monkeypatch.chdir(write_generator(tmp_path, spec("dcgan", signal=SOUND)))
    main(["sample", "--count", "3", "--video", "all.gif"])
    sample = Generator.load("models/generator").sample(3)[2]
    assert (tmp_path / "generated" / "000002.wav").read_bytes() == SOUND.encode(sample)
    assert pixels("generated/sheet.png").ndim == 2
    with Image.open("all.gif") as video:
        assert video.n_frames == 3


def test_a_code_is_projected_and_edited(tmp_path, monkeypatch, capsys):
    network = spec("dcgan", condition=Labels(("zero", "one"), (3, 4)), width=8)
    monkeypatch.chdir(write_generator(tmp_path, network))
    (tmp_path / "params.yaml").write_text(settings_text().replace("threads: 2", "threads: 1"))
    model, cpu = Generator.load("models/generator"), torch.device("cpu")
    signal, samples = model.signal, model.sample(200)
    clusters, classifier = Clusters.fit(samples, signal, 0), untrained_classifier(samples, signal, 0, cpu)
    Extractor.scaled_to(classifier, signal, samples, cpu, clusters).save(tmp_path / "models" / "extractor", None)
    few = DirectionsSettings(samples=200, components=1, strength=3.0, seed=1)
    find_directions(Space(model), None, few).save(tmp_path / "models" / "directions")
    Image.fromarray(samples[0, 0]).save("mine.png")
    main(["project", "mine.png"])
    assert re.search(r"mean sample's\..*\nThe condition that fits best is (zero|one)\.\n", capsys.readouterr().out)
    assert json.loads((tmp_path / "projected" / "code.json").read_text())["condition"] in ("zero", "one")
    main(["edit", "projected/code.json", "--direction", "to-one"])
    assert json.loads((tmp_path / "edited" / "code.json").read_text())["condition"] == "one"
    assert {file.name for file in (tmp_path / "edited").iterdir()} == {
        "code.json", "edited.png", "reconstruction.png", "sheet.png",
    }  # fmt: skip
