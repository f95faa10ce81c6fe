"""params.yaml as typed, validated objects.

There are no default values here: the pipeline sees only what is written in params.yaml, so whatever changes a
result has to stand there.
"""

from ganforge.params.compute import ComputeParams
from ganforge.params.data import DatasetName, DatasetParams, HuggingFaceParams, ImagesParams
from ganforge.params.learning import SMOOTHABLE, AugmentParams, NetworkParams, TrainParams
from ganforge.params.reading import load_params, parse_params, read_yaml
from ganforge.params.results import DirectionsParams, EvaluationParams, ExtractorParams, GateParams, SampleParams
from ganforge.params.section import LAST_SEED, Name, Schedule, Section, Seed
from ganforge.params.study import AugmentationStudyParams, ClassicParams
from ganforge.params.whole import Params, leaves

__all__ = [
    "LAST_SEED",
    "SMOOTHABLE",
    "AugmentParams",
    "AugmentationStudyParams",
    "ClassicParams",
    "ComputeParams",
    "DatasetName",
    "DatasetParams",
    "DirectionsParams",
    "EvaluationParams",
    "ExtractorParams",
    "GateParams",
    "HuggingFaceParams",
    "ImagesParams",
    "Name",
    "NetworkParams",
    "Params",
    "SampleParams",
    "Schedule",
    "Section",
    "Seed",
    "TrainParams",
    "leaves",
    "load_params",
    "parse_params",
    "read_yaml",
]
