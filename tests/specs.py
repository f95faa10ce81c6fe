"""Small networks and short trainings for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from ganforge.compute import ComputeSettings
from ganforge.conditions import Condition, Unconditional
from ganforge.conditions.labels import Labels
from ganforge.networks.settings import NetworkSettings
from ganforge.networks.spec import NetworkSpec
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal
from ganforge.training.settings import AugmentSettings, TrainSettings
from ganforge.training.setup import Plan

FAMILIES = ("mlp", "dcgan", "resnet", "progressive", "style", "modulated")
COMMON = {"conditional": "auto", "latent_dim": 4, "width": 4, "discriminator_width": "same"}
OPTIONS = {
    "mlp": {"sampling": "normal", "spectral_norm": False},
    "dcgan": {"sampling": "normal", "spectral_norm": False, "attention": False, "refinement": False},
    "resnet": {"sampling": "normal", "spectral_norm": False, "attention": False},
    "progressive": {},
    "style": {},
    "modulated": {},
    "wavegan": {"sampling": "normal", "spectral_norm": False, "phase_shuffle": 2},
    "unet": {},
    "translator": {"blocks": 2},
    "styled": {"blocks": 2},
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


PLAN: dict[str, dict[str, Any]] = {
    "network": {"name": "dcgan", "latent_dim": 8, "width": 8, "refinement": True},
    "objective": {
        "name": "adversarial",
        "loss": "relativistic",
        "label_smoothing": 0.0,
        "r1": 0.1,
        "r1_interval": 8,
        "r2": 0.1,
        "r2_interval": 8,
        "wgan_gp": 0.0,
        "wgan_gp_interval": 1,
    },
    "train": {
        "images": 640,
        "batch_size": 32,
        "discriminator_steps": 1,
        "optimiser": "adam",
        "learning_rate": {"start": 0.004, "end": 0.00006, "shape": "cosine", "begin": 0.0},
        "discriminator_rate": 1.0,
        "beta1": 0.0,
        "beta2": 0.9,
        "weight_decay": 0.0,
        "ema_half_life": 200.0,
        "standing_statistics": 64,
        "best_every": 0,
        "best_samples": 200,
        "on_failure": "stop",
        "patience": 20000,
        "precision": "float32",
        "seed": 0,
    },
    "augment": {"mode": "none"},
    "compute": {"device": "cpu", "threads": 1, "processes": 1, "cuda_graphs": False, "checkpoint_seconds": 10.0},
}
"""Settings of a training that takes a second."""

AUGMENTED = {"transformations": ["colour", "translation", "cutout"]}
AUGMENT: dict[str, dict[str, Any]] = {
    "none": {},
    "always": AUGMENTED,
    "adaptive": {**AUGMENTED, "target": 0.6, "speed": 1000},
}


def plan(**changes: Mapping[str, Any]) -> Plan:
    """`PLAN` with other values in some sections, as in plan(train={"seed": 1}, augment={"mode": "always"})."""
    values = {name: {**section, **changes.pop(name, {})} for name, section in PLAN.items()}
    assert not changes, f"{list(changes)} are no sections of a plan"
    augment = AUGMENT.get(values["augment"]["mode"], {}) | values["augment"]
    objective = values["objective"] if values["objective"]["name"] != "regression" else {"name": "regression"}
    return Plan(
        network=network(**values["network"]),
        objective=TypeAdapter(ObjectiveSettings).validate_python(objective),
        train=TrainSettings(**values["train"]),
        augment=TypeAdapter(AugmentSettings).validate_python(augment),
        compute=ComputeSettings(**values["compute"]),
    )
