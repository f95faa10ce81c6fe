"""Networks that were trained on photographs, as feature networks."""

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.errors import UserError
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor, unscaled_features
from ganforge.features.inception import fetch_inception
from ganforge.features.pretrained import TRUNKS, build_pretrained, learn_classes, resizing
from ganforge.features.squeezenet import read_squeezenet
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal, StackedImageSignal
from tests.evaluation.judging import Judge, of_classes, repeated
from tests.features.test_squeezenet import WEIGHTS, needs_weights
from tests.handwritten import splits

CPU = torch.device("cpu")
COLOUR = ImageSignal((3, 20, 32))


def pictures_of(labels: np.ndarray) -> np.ndarray:
    """Noise that is brighter in one of the channels, by its label."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 128, (len(labels), 3, 20, 32))
    pictures[np.arange(len(labels)), labels % 3] += 120
    return pictures.astype(np.uint8)


def taught(train, classes):
    """A network that learnt the classes of some pictures."""
    network = network_of("squeezenet", COLOUR, classes)
    features = unscaled_features(network, COLOUR, train.signal, CPU)
    learn_classes(network, features, train.labels, 1, 0)
    return network


def network_of(name, signal, classes):
    torch.manual_seed(0)
    return build_pretrained(name, signal, classes).eval()


@pytest.mark.parametrize(("side", "wanted"), [(20, 60), (32, 96), (200, 96), (96, 96), (1, 32)])
def test_resizing_is_cubic_interpolation_without_aliasing(side, wanted):
    x = torch.rand(2, 3, side, 7)
    expected = nn.functional.interpolate(x, (wanted, 7), mode="bicubic", antialias=True)
    assert torch.allclose(resizing(side, wanted) @ x, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["squeezenet", pytest.param("inception", marks=pytest.mark.long)])
def test_features_are_the_means_of_the_last_of_several_levels(name):
    network = network_of(name, COLOUR, 0)
    x = torch.rand(1, 3, 20, 32, requires_grad=True)
    levels = network.activations(x)
    assert [level.shape[2] for level in levels] == sorted((level.shape[2] for level in levels), reverse=True)
    features, logits = network(x)
    assert torch.equal(features, levels[-1].mean((2, 3)))
    assert logits.shape == (1, 1)
    features.sum().backward()
    assert x.grad.abs().sum() > 0


def test_grey_pictures_look_like_colour_pictures_without_colour():
    grey, colour = network_of("squeezenet", ImageSignal((1, 20, 32)), 0), network_of("squeezenet", COLOUR, 0)
    x = torch.rand(2, 1, 20, 32)
    assert torch.allclose(grey(x)[0], colour(x.expand(-1, 3, -1, -1))[0], atol=1e-5)


@pytest.mark.parametrize("present", [(0, 1, 2), (0, 2), (1, 2), (1,)])
def test_classes_are_learnt_even_where_some_have_no_pictures(present):
    labels = np.array(present)[np.arange(90) % len(present)]
    train = Split.of(pictures_of(labels), labels)
    network = taught(train, 3)
    seen = Extractor(network, COLOUR, 1.0, CPU)(train.signal)
    assert np.mean(seen.labels == labels) > 0.95


def test_two_classes_have_the_probabilities_of_a_logistic_regression():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = np.arange(60) % 2
    train = Split.of(pictures_of(labels), labels)
    extractor = Extractor(taught(train, 2), COLOUR, 1.0, CPU)
    features = extractor(train.signal).values
    expected = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500)).fit(features, labels)
    probabilities = extractor.probabilities(train.signal)[:, 0]
    assert np.allclose(probabilities, expected.predict_proba(features), atol=1e-3)


def test_it_survives_saving_with_classes_and_with_clusters(tmp_path):
    labels = np.arange(9) % 3
    signals = pictures_of(labels)
    known = taught(Split.of(signals, labels), 3)
    unknown = network_of("squeezenet", COLOUR, 0)
    for name, network, clusters in (("known", known, None), ("unknown", unknown, Clusters.fit(signals, COLOUR, 0))):
        before = Extractor.scaled_to(network, COLOUR, signals, CPU, clusters)
        before.save(tmp_path / name, None)
        after = Extractor.load(tmp_path / name, CPU)
        assert after.network.name == "squeezenet"
        assert np.array_equal(after(signals).values, before(signals).values)
        assert np.array_equal(after(signals).labels, before(signals).labels)


def test_without_labels_nothing_depends_on_chance():
    trunk = network_of("squeezenet", COLOUR, 0).trunk
    states = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        network = build_pretrained("squeezenet", COLOUR, 0)
        network.trunk = trunk
        states.append(network.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_views_are_looked_at_one_by_one():
    stacked = StackedImageSignal((3, 8, 8))
    network = network_of("squeezenet", stacked, 1000)
    assert network.classes == 10
    assert Extractor(network, stacked, 1.0, CPU)(np.zeros((2, 3, 8, 8), np.uint8)).values.shape == (2, 3 * 512)


@pytest.mark.parametrize("name", TRUNKS)
def test_what_is_no_picture_is_refused(name):
    with pytest.raises(UserError, match=rf"extractor.name is {name}, which accepts .* set it to classifier"):
        build_pretrained(name, ImageSignal((2, 8, 8)), 0)


def test_weights_of_inception_that_cannot_be_had_end_in_a_sentence(monkeypatch, tmp_path):
    from torchvision.models import Inception_V3_Weights

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(Inception_V3_Weights.IMAGENET1K_V1.value, "url", "http://127.0.0.1:1/weights-00000000.pth")
    with pytest.raises(UserError, match=r"weights of Inception cannot be downloaded .*extractor.name to squeezenet"):
        fetch_inception()


@needs_weights
@pytest.mark.long
def test_squeezenet_punishes_planted_faults_in_unlabelled_digits():
    digits = splits()
    train, test = digits["train"].rows(np.arange(400)), digits["test"].rows(np.arange(120))
    signal = ImageSignal((1, 8, 8))
    network = network_of("squeezenet", signal, 0)
    network.trunk = read_squeezenet(WEIGHTS)
    clusters = Clusters.fit(train.signal, signal, 0)
    judge = Judge(Extractor.scaled_to(network.eval(), signal, train.signal, CPU, clusters), train, test, 0)
    ratios = {
        name: judge(signals)["quality"]["fd_ratio"]
        for name, signals in (
            ("none", digits["test"].rows(np.arange(120, 240)).signal),
            ("missing", repeated(of_classes(test, {0, 1, 2, 3, 4}), len(test)).signal),
            ("noise", np.random.default_rng(0).integers(0, 256, test.signal.shape, dtype=np.uint8)),
        )
    }
    assert ratios["none"] < 1.3 < ratios["missing"] < ratios["noise"]
