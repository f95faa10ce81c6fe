"""The feature extractor, above all on signals of several views."""

import json

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.features.classifier import build_classifier, untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor, read_config
from ganforge.signals.image import ImageSignal, StackedImageSignal
from tests.features.extractors import trained
from tests.handwritten import splits

CPU = torch.device("cpu")
STACKED = StackedImageSignal((3, 8, 8))
DIGIT = ImageSignal((1, 8, 8))


@pytest.fixture(scope="module")
def extractor(stacks) -> Extractor:
    """Trained on stacks of three digits."""
    return trained(stacks["train"], 1000, STACKED)


def test_a_thousand_classes_are_told_by_a_classifier_of_ten(extractor, stacks):
    assert extractor.network.classes == 10
    assert extractor.classes == 1000
    assert np.mean(extractor(stacks["test"].signal).labels == stacks["test"].labels) > 0.9


def test_features_of_training_signals_have_a_root_mean_square_of_one(extractor, stacks):
    values = extractor(stacks["train"].signal).values
    assert np.sqrt(np.mean(values**2)) == pytest.approx(1, rel=1e-4)


def test_features_of_a_signal_are_those_of_its_views_side_by_side(extractor, stacks):
    signals = stacks["test"].signal
    features = extractor(signals).values
    assert features.shape == (700, 384)
    alone = Extractor(extractor.network, DIGIT, extractor.scale, CPU)
    for view in range(3):
        expected = alone(signals[:, view : view + 1]).values
        assert np.allclose(features[:, 128 * view : 128 * (view + 1)], expected, atol=1e-5)


def test_features_of_what_networks_see_are_those_of_what_is_stored_and_differentiable(extractor, stacks):
    signals = stacks["test"].signal[:9]
    x = STACKED.presented(signals, CPU).requires_grad_()
    features = extractor.features(x)
    assert np.allclose(features.detach().numpy(), extractor(signals).values, atol=1e-5)
    features.sum().backward()
    assert torch.isfinite(x.grad).all() and x.grad.any()


def test_activations_are_those_of_every_view_at_several_depths(extractor, stacks):
    x = STACKED.presented(stacks["test"].signal[:4], CPU).requires_grad_()
    levels = extractor.activations(x)
    assert [tuple(level.shape) for level in levels] == [(12, 16, 4, 4), (12, 32, 2, 2), (12, 64, 1, 1)]
    sum(level.sum() for level in levels).backward()
    assert torch.isfinite(x.grad).all() and x.grad.any()


def test_the_confidence_in_a_label_is_the_product_over_its_views(extractor, stacks):
    signals, labels = stacks["test"].signal[:50], stacks["test"].labels[:50]
    of_views = extractor.probabilities(signals)
    assert of_views.shape == (50, 3, 10)
    assert np.allclose(of_views.sum(2), 1, atol=1e-5)
    digits = np.stack([labels // 100, labels // 10 % 10, labels % 10], axis=1)
    expected = [
        np.prod([row[view][digit] for view, digit in enumerate(wanted)]) for row, wanted in zip(of_views, digits)
    ]
    assert np.allclose(extractor.confidence(signals, labels), expected)


def test_its_views_survive_saving(extractor, stacks, tmp_path):
    extractor.save(tmp_path, 0.9)
    assert json.loads((tmp_path / "config.json").read_text()) == read_config(tmp_path)
    assert read_config(tmp_path) | {"scale": 1} == {
        "name": "classifier",
        "signal": {"kind": "stacked_image", "shape": [3, 8, 8], "about": {}},
        "classes": 1000,
        "scale": 1,
        "accuracy": 0.9,
    }
    loaded, before = Extractor.load(tmp_path, CPU), extractor(stacks["test"].signal)
    assert loaded.views == 3
    after = loaded(stacks["test"].signal)
    assert np.array_equal(after.values, before.values)
    assert np.array_equal(after.labels, before.labels)


def test_classes_that_do_not_fit_the_views_are_refused(tmp_path, extractor):
    with pytest.raises(ValueError, match="10 classes do not split into 3 equal views"):
        build_classifier(STACKED, 10)
    extractor.save(tmp_path, 0.9)
    (tmp_path / "config.json").write_text(json.dumps(read_config(tmp_path) | {"classes": 10}))
    with pytest.raises(UserError, match="holds no usable extractor"):
        Extractor.load(tmp_path, CPU)


def test_without_labels_clusters_stand_in_for_classes_and_survive_saving(tmp_path):
    images = splits()["train"].signal
    classifier, clusters = untrained_classifier(images, DIGIT, 0, CPU), Clusters.fit(images, DIGIT, 0)
    extractor = Extractor.scaled_to(classifier, DIGIT, images, CPU, clusters)
    assert extractor.classes == 0
    before = extractor(images[:200])
    assert np.array_equal(before.labels, clusters(images[:200]))
    assert len(np.unique(before.labels)) > 10
    extractor.save(tmp_path, None)
    after = Extractor.load(tmp_path, CPU)(images[:200])
    assert np.array_equal(after.values, before.values)
    assert np.array_equal(after.labels, before.labels)
