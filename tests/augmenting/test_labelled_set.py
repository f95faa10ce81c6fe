"""A labelled set of generated images on disk."""

import numpy as np
import pandas as pd
import pytest
import torch
from torchvision.datasets import ImageFolder

from ganforge.augmenting.labelled_set import MANIFEST, Filter, Inspector, folder_name, write_set
from ganforge.conditions import Unconditional
from ganforge.conditions.labels import Labels
from ganforge.errors import UserError
from ganforge.features.classifier import build_classifier
from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.networks.build import build_generator
from ganforge.networks.storage import GeneratorConfig
from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal
from tests.sounds import SOUND
from tests.specs import spec

CPU = torch.device("cpu")
NAMES = ("ä b", "c/d", "c_d")


def generator_of(signal: Signal, condition=None) -> Generator:
    torch.manual_seed(0)
    condition = condition or Labels(NAMES, (5, 5, 5))
    network = spec("dcgan", signal=signal, condition=condition, latent_dim=8, width=8)
    return Generator(build_generator(network).eval(), GeneratorConfig(network, "x", 1), CPU)


def extractor_of(signal: Signal) -> Extractor:
    torch.manual_seed(1)
    return Extractor(build_classifier(signal, 3), signal, 1.0, CPU)


@pytest.fixture(scope="module")
def generator():
    return generator_of(ImageSignal((3, 16, 16)))


@pytest.fixture(scope="module")
def extractor():
    return extractor_of(ImageSignal((3, 16, 16)))


@pytest.fixture(scope="module")
def inspector(generator, extractor):
    return Inspector(extractor, extractor(generator.sample(300, seed=7)).values)


def test_the_set_is_balanced_and_image_folder_reads_it_with_its_labels(generator, inspector, tmp_path):
    write_set(tmp_path / "set", generator, inspector, 7, 3, Filter(0, 0))
    table = pd.read_csv(tmp_path / "set" / "manifest.csv")
    assert table["class"].value_counts().to_dict() == dict.fromkeys(NAMES, 7)
    folder = ImageFolder(tmp_path / "set")
    assert folder.classes == sorted(["ä b", "c_d", "c_d_2"]) and len(folder) == 21
    row = table[table["file"] == "c_d/000004.png"].iloc[0]
    image, _ = next(item for item, (path, _) in zip(folder, folder.samples) if path.endswith("c_d/000004.png"))
    drawn = generator.sample(row["index"] + 1, seed=int(row["seed"]), condition=int(row["label"]))[-1]
    assert np.array_equal(np.moveaxis(np.asarray(image), -1, 0), drawn), "the table says how to draw it again"


def test_confidence_is_the_softmax_of_the_classifier(generator, extractor, inspector):
    images, labels = generator.sample(20, seed=1), np.arange(20) % 3
    _, logits = extractor.network(torch.from_numpy(images).float() / 127.5 - 1)
    wanted = torch.softmax(logits, 1)[torch.arange(20), torch.from_numpy(labels)].detach().numpy()
    assert inspector(images, labels)[0] == pytest.approx(wanted, rel=1e-4)


def test_copies_of_training_images_are_left_out(generator, extractor, tmp_path):
    originals = generator.sample(40, seed=0, condition=1)
    inspector = Inspector(extractor, extractor(originals).values)
    confidence, distance = inspector(originals, np.full(40, 1))
    assert distance.max() < 1e-3 and ((confidence > 0) & (confidence < 1)).all()
    write_set(tmp_path / "set", generator, inspector, 10, 0, Filter(0, 0.01))
    table = pd.read_csv(tmp_path / "set" / "manifest.csv")
    assert table["distance"].min() >= 0.01
    assert table[table["label"] == 1]["index"].min() == 40, "the first forty of that class are the originals"


def test_a_filter_that_lets_hardly_anything_through_ends_in_a_sentence_and_leaves_nothing(
    generator, inspector, tmp_path
):
    with pytest.raises(UserError, match=r"only 0 of 250 images of class ä b have a confidence of at least 1.0"):
        write_set(tmp_path / "set", generator, inspector, 5, 0, Filter(1.0, 0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "folder"), [("cat", "cat"), ("a/b", "a_b"), ("..", "_"), (".x", "_x")])
def test_class_names_never_leave_the_folder(name, folder):
    assert folder_name(name) == folder


def test_sounds_with_labels_become_a_set_of_files_to_listen_to(tmp_path):
    generator, extractor = generator_of(SOUND), extractor_of(SOUND)
    inspector = Inspector(extractor, extractor(generator.sample(30, seed=7)).values)
    write_set(tmp_path / "set", generator, inspector, 4, 3, Filter(0, 0))
    table = pd.read_csv(tmp_path / "set" / MANIFEST)
    assert len(table) == 12 and all(file.endswith(".wav") for file in table["file"])
    last = table.iloc[-1]
    drawn = generator.sample(last["index"] + 1, seed=3, condition=int(last["label"]))[-1]
    assert (tmp_path / "set" / last["file"]).read_bytes() == SOUND.encode(drawn)


def test_a_generator_that_draws_no_labels_makes_no_set(inspector, tmp_path):
    with pytest.raises(UserError, match="of x cannot be asked for labels, but for nothing"):
        write_set(tmp_path / "set", generator_of(SOUND, Unconditional()), inspector, 4, 3, Filter(0, 0))
    assert list(tmp_path.iterdir()) == []
