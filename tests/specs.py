"""Small networks for tests."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from ganforge.conditions import Condition, Unconditional
from ganforge.conditions.labels import Labels
from ganforge.networks.settings import NetworkSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal

FAMILIES = ("mlp", "dcgan", "resnet", "progressive", "style")
COMMON = {"conditional": "auto", "latent_dim": 4, "width": 4, "discriminator_width": "same"}
OPTIONS = {
    "mlp": {"sampling": "normal", "spectral_norm": False},
    "dcgan": {"sampling": "normal", "spectral_norm": False, "attention": False, "refinement": False},
    "resnet": {"sampling": "normal", "spectral_norm": False, "attention": False},
    "progressive": {},
    "style": {},
}


def network(name: str = "dcgan", **settings: Any) -> NetworkSettings:
    """Settings of a family, small unless they say otherwise; options that it does not have are left out."""
    wanted = {key: value for key, value in settings.items() if key in {*COMMON, *OPTIONS[name]}}
    return TypeAdapter(NetworkSettings).validate_python({"name": name, **COMMON, **OPTIONS[name], **wanted})


def labels(classes: int) -> Condition:
    """So many equally frequent classes, called after their numbers; no condition where there are none."""
    return Labels([str(number) for number in range(classes)], [1] * classes) if classes else Unconditional()


def spec(
    name: str = "dcgan",
    shape: Sequence[int] = (1, 8, 8),
    classes: int = 0,
    *,
    signal: Signal | None = None,
    condition: Condition | None = None,
    **settings: Any,
) -> NetworkSpec:
    """A network of a family; of images with class labels unless signal and condition are given."""
    return NetworkSpec(network(name, **settings), signal or ImageSignal(shape), condition or labels(classes))
