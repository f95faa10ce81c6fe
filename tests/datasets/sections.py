"""Sections `dataset` of params.yaml, and the sources that they name."""

from typing import get_args

from ganforge.datasets.settings import DatasetSettings
from ganforge.datasets.source import source_of

(UNION, _) = get_args(DatasetSettings)
VARIANTS = {get_args(variant.model_fields["name"].annotation)[0]: variant for variant in get_args(UNION)}

VALUES = {
    "held_out": "test",
    "labels": "use",
    "resolution": 8,
    "source": "none",
    "source_strength": "auto",
    "layout": "auto",
    "style": "twitter",
    "partners": "shown",
    "crop": "centre",
    "channels": "auto",
    "background": "#ffffff",
    "mirror": False,
    "test_share": 0.3,
    "min_side": 8,
    "max_megapixels": 50.0,
    "max_broken": 0.1,
    "path": "set",
    "config": "none",
    "revision": "main",
    "image": "image",
    "label": "label",
    "train": "train",
    "test": "test",
    "representation": "spectrogram",
    "rate": 8000,
    "samples": 2048,
    "placement": "start",
    "loudness": "peak",
    "fft": 128,
    "griffin_lim": 4,
    "min_seconds": 0.05,
    "silence": -60.0,
    "per_class": 20,
    "steps": 32,
    "stride": 16,
    "transpose": 0,
    "tempo": 90,
    "step_difference": 1.0,
    "voices": 2,
    "steps_per_quarter": 4,
    "widest": 60,
}


def section(name, **changes):
    """The section of a data set, of the keys that it has."""
    values = {key: value for key, value in VALUES.items() if key in VARIANTS[name].model_fields}
    return VARIANTS[name](**values | changes | {"name": name})


def source(name):
    """What fetches and prepares a data set."""
    return source_of(name)
