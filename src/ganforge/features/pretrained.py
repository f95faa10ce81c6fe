"""Networks that were trained on photographs, as feature networks for any pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.errors import UserError
from ganforge.features.inception import Inception
from ganforge.features.network import FeatureNetwork, classes_of_view
from ganforge.features.squeezenet import SqueezeNet
from ganforge.objectives.classification import separate_labels
from ganforge.signals import Signal

Trunk = SqueezeNet | Inception
TRUNKS: dict[str, type[Trunk]] = {trunk.name: trunk for trunk in (SqueezeNet, Inception)}
LEARNT_FROM = 20_000  # signals, at most
REGULARISATION = 0.01  # C of the logistic regression: strong, since features may outnumber signals

UNKNOWN = -1e9  # the logit of a class that was never seen


class Pretrained(FeatureNetwork):
    """Features of a trunk, averaged over positions; logistic regression on them predicts classes.

    Pictures are resized to the trunk's size: the longer side to that size, the shorter one in proportion, but not below
    the trunk's minimum. Grey pictures become three equal channels.

    Args:
        trunk: the network.
        shape: (1 or 3, height, width) of a view.
        classes: number of labels of a view; 0 without labels.
    """

    pretrained = True
    axes = 2
    rows: Tensor
    columns: Tensor

    def __init__(self, trunk: Trunk, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.trunk, self.name, self.batch, self.classes = trunk, trunk.name, trunk.batch, classes
        self.classify: nn.Linear = nn.Linear(trunk.channels, max(1, classes))
        nn.init.zeros_(self.classify.weight)  # classes are not known yet
        nn.init.zeros_(self.classify.bias)
        sides = shape[1:]
        wanted = [max(trunk.least, round(side * trunk.side / max(sides))) for side in sides]
        for name, side, other in zip(("rows", "columns"), sides, wanted, strict=True):
            self.register_buffer(name, resizing(side, other), persistent=False)

    def activations(self, x: Tensor) -> list[Tensor]:
        """See `FeatureNetwork`."""
        return self.trunk.activations((self.rows @ x @ self.columns.T).expand(-1, 3, -1, -1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """See `FeatureNetwork`."""
        features = self.activations(x)[-1].mean((2, 3))
        return features, self.classify(features)


def resizing(side: int, wanted: int) -> Tensor:
    """The matrix (wanted, side) that resizes an axis by cubic interpolation, with antialiasing.

    Unlike PyTorch's resizing, it has a deterministic gradient on all devices.
    """
    unit = torch.eye(side)[None, None]  # a picture whose columns are axes with one value each
    resized: Tensor = nn.functional.interpolate(unit, (wanted, side), mode="bicubic", antialias=True)
    return resized[0, 0]


def guide_by(trunk: Trunk, shape: tuple[int, ...]) -> Callable[[Tensor], list[Tensor]]:
    """Outputs of each level of a trunk for pictures of one shape, to guide a training; differentiable.

    Pictures keep their size unless the trunk needs a larger one, which is faster than the size of `Pretrained`.

    Args:
        trunk: the trunk with its weights, on the device.
        shape: (1 or 3, height, width).
    """
    device = next(trunk.parameters()).device
    rows, columns = (resizing(side, max(trunk.least, side)).to(device) for side in shape[1:])
    enlarged = min(shape[1:]) < trunk.least

    def levels(x: Tensor) -> list[Tensor]:
        return trunk.activations((rows @ x @ columns.T if enlarged else x).expand(-1, 3, -1, -1))

    return levels


def build_pretrained(name: str, signal: Signal, classes: int) -> Pretrained:
    """A network without its weights; see `Pretrained`.

    Args:
        name: one of `TRUNKS`.
        signal: the kind of its input.
        classes: number of labels of a whole signal; 0 without labels.

    Raises:
        UserError: it does not accept such signals.
    """
    channels, *size = signal.view_shape
    if len(size) != 2 or channels not in (1, 3):
        raise UserError(
            f"extractor.name is {name}, which accepts only grey and colour pictures, but here a {signal.kind} has the "
            f"shape {signal.view_shape}: set it to classifier."
        )
    return Pretrained(TRUNKS[name](), signal.view_shape, classes_of_view(signal, classes))


def learn_classes(network: Pretrained, features: np.ndarray, labels: np.ndarray, views: int, seed: int) -> None:
    """Fits the classes of a pretrained network by logistic regression.

    Args:
        network: the network to fit.
        features: unscaled features of the signals, (N, views * features of a view).
        labels: labels of the signals, (N,).
        views: number of views of a signal.
        seed: seed of the choice of signals, if there are more than `LEARNT_FROM`.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(features))[:LEARNT_FROM])
    of_views = separate_labels(torch.from_numpy(labels[chosen]), network.classes, views).numpy()
    weight, bias = logistic_regression(features[chosen].reshape(len(of_views), -1), of_views, network.classes)
    with torch.no_grad():
        network.classify.weight.copy_(torch.from_numpy(weight))
        network.classify.bias.copy_(torch.from_numpy(bias))


def logistic_regression(features: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight (classes, features) and bias (classes,) that predict the ``labels`` (N,) from (N, features).

    A class without signals is never predicted.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    known = np.unique(labels)
    weight, bias = np.zeros((classes, features.shape[1])), np.full(classes, UNKNOWN)
    if len(known) < 2:
        bias[known] = 0
        return weight, bias
    features = features.astype(np.float64)
    scaler = StandardScaler().fit(features)
    fitted = LogisticRegression(C=REGULARISATION, max_iter=500).fit(scaler.transform(features), labels)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(known) == 2:  # scikit-learn keeps only the second of two
        coefficients, intercepts = np.concatenate([-coefficients, coefficients]) / 2, np.array([-1, 1]) * intercepts / 2
    weight[known] = coefficients / scaler.scale_
    bias[known] = intercepts - weight[known] @ scaler.mean_
    return weight, bias
