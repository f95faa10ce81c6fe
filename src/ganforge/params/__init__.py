"""params.yaml as typed, validated objects.

There are no default values here: the pipeline sees only what is written in params.yaml, so whatever changes a
result has to stand there.
"""

from ganforge.params.compute import ComputeSettings
from ganforge.params.data import DatasetName, DatasetSettings, HuggingFaceSettings, ImagesSettings
from ganforge.params.learning import SMOOTHABLE, AugmentSettings, NetworkSettings, TrainSettings
from ganforge.params.reading import load_params, parse_params, read_yaml
from ganforge.params.results import (
    DirectionsSettings,
    EvaluationSettings,
    ExtractorSettings,
    GateSettings,
    SampleSettings,
)
from ganforge.params.study import AugmentationStudySettings, ClassicSettings
from ganforge.params.whole import Params, leaves
from ganforge.settings import LAST_SEED, Name, Schedule, Section, Seed

__all__ = [
    "LAST_SEED",
    "SMOOTHABLE",
    "AugmentSettings",
    "AugmentationStudySettings",
    "ClassicSettings",
    "ComputeSettings",
    "DatasetName",
    "DatasetSettings",
    "DirectionsSettings",
    "EvaluationSettings",
    "ExtractorSettings",
    "GateSettings",
    "HuggingFaceSettings",
    "ImagesSettings",
    "Name",
    "NetworkSettings",
    "Params",
    "SampleSettings",
    "Schedule",
    "Section",
    "Seed",
    "TrainSettings",
    "leaves",
    "load_params",
    "parse_params",
    "read_yaml",
]
