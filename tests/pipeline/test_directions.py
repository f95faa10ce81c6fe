"""The stage that looks for directions, with generators of any kind."""

import json

import numpy as np
import pytest
import torch

from ganforge.conditions.captions import Captions
from ganforge.conditions.source import Source
from ganforge.features.classifier import untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.latents.directions import Directions
from ganforge.layout import DIRECTION_FIGURES, DIRECTIONS, EXTRACTOR, GENERATOR, PREPARED
from ganforge.networks import mlp
from ganforge.networks.build import Family
from ganforge.params import Params, parse_params
from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import write_prepared
from ganforge.signals.image import ImageSignal
from pipeline.directions import main
from tests.commands.saved import write_generator
from tests.specs import spec

CAPTIONS = Captions(("", "low", "high"), 2)


@pytest.fixture
def params(defaults) -> Params:
    defaults["directions"] |= {"samples": 100, "components": 2}
    defaults["compute"] |= {"device": "cpu", "threads": 1}
    return parse_params(defaults)


class Inverse(torch.nn.Module):
    """The negative of its source; a weight, so that there is something to keep."""

    def __init__(self, network):
        super().__init__()
        self.weight = torch.nn.Parameter(-torch.ones(()))

    def forward(self, latents, condition):
        return self.weight * condition["source"]


def test_a_generator_without_codes_gets_an_empty_list(own_folder, params, monkeypatch):
    monkeypatch.setattr(mlp, "FAMILY", Family(Inverse, Inverse))
    write_generator(own_folder, spec("mlp", condition=Source(ImageSignal((1, 8, 8)))))
    main(params)
    assert Directions.load(DIRECTIONS, Generator.load(GENERATOR)).names == []
    assert [path.name for path in DIRECTION_FIGURES.iterdir()] == ["effects.json"]
    assert json.loads((DIRECTION_FIGURES / "effects.json").read_text()) == []


def test_captions_come_from_the_test_split(own_folder, params):
    write_generator(own_folder, spec("dcgan", condition=CAPTIONS))
    images = np.random.default_rng(0).integers(256, size=(50, 1, 8, 8), dtype=np.uint8)
    split = Split({"signal": images, "tokens": np.ones((50, 2), np.int32)})
    kinds = {"signal": Kind("image"), "tokens": Kind("tokens", {"vocabulary": list(CAPTIONS.vocabulary)})}
    write_prepared(PREPARED, {"train": split, "test": split}, kinds, dataset="x", origin="x")
    signal, cpu = ImageSignal((1, 8, 8)), torch.device("cpu")
    clusters, classifier = Clusters.fit(images, signal, 0), untrained_classifier(images, signal, 0, cpu)
    Extractor.scaled_to(classifier, signal, images, cpu, clusters).save(EXTRACTOR, None)
    main(params)
    names = ["brightness", "width", "slant", "pca-1", "pca-2", "sefa-1", "sefa-2"]
    assert Directions.load(DIRECTIONS, Generator.load(GENERATOR)).names == names
    effects = json.loads((DIRECTION_FIGURES / "effects.json").read_text())
    assert [effect["name"] for effect in effects] == names
    assert len(list(DIRECTION_FIGURES.glob("*.png"))) == len(names)
