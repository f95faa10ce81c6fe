"""The distance of each class."""

import numpy as np
import pytest

from ganforge.evaluation.classes import FEWEST, class_distances
from ganforge.features.frechet import Gaussian, frechet_distance


def test_each_class_is_compared_with_itself_at_equal_numbers():
    random = np.random.default_rng(0)
    centres = np.array([[0, 0, 0], [5, 0, 0], [0, 5, 0]], dtype=np.float32)

    def draw(counts, shift=0.0):
        labels = np.repeat(np.arange(3), counts)
        features = centres[labels] + random.normal(size=(len(labels), 3)).astype(np.float32)
        features[labels == 1] += shift
        return features.astype(np.float32), labels

    train, test = draw([200, 200, 200]), draw([50, 40, FEWEST - 1])
    seeds = [draw([60, 30, 50], shift=2.0), draw([60, 50, 50], shift=2.0)]
    distances = class_distances(train, test, seeds, 3)
    assert distances.classes.tolist() == [0, 1]  # of class 2 there are too few test images
    assert distances.worst == 1
    reference = Gaussian.fit(train[0][train[1] == 1])
    drawn = [frechet_distance(reference, Gaussian.fit(x[y == 1][:30])) for x, y in seeds]
    assert distances.fd[1] == pytest.approx(np.mean(drawn))
    assert distances.floor[1] == pytest.approx(frechet_distance(reference, Gaussian.fit(test[0][test[1] == 1][:30])))


def test_data_without_labels_have_no_classes_to_compare():
    """Groups take the place of labels, and test data may lack the last ones."""
    features = np.random.default_rng(2).normal(size=(90, 3))
    train, test = (features, np.arange(90) % 3), (features, np.arange(90) % 2)
    assert class_distances(train, test, [train], 0).worst is None


def test_one_class_alone_is_not_the_worst_of_any():
    random = np.random.default_rng(1)
    features = random.normal(size=(90, 3))
    labels = np.repeat([0, 1], [80, 10])  # too few of the second
    distances = class_distances((features, labels), (features, labels), [(features, labels)], 2)
    assert distances.worst is None
    drawn = (features[:80], labels[:80])  # samples that lack a class are another matter
    real = (np.concatenate([features, features]), np.repeat([0, 1], [80, 100]))
    assert class_distances(real, real, [drawn], 2).worst == 0
