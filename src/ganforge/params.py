"""params.yaml as typed, validated objects; the only reader of that file.

There are no default values here: the pipeline sees only what is written in params.yaml, so whatever changes a
result has to stand there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ganforge.errors import UserError, first_line
from ganforge.layout import PARAMS
from ganforge.refusal import sentence_of

DatasetName = Literal[
    "digits",
    "mnist",
    "fashion_mnist",
    "kmnist",
    "stacked_mnist",
    "emnist",
    "cifar10",
    "svhn",
    "stl10",
    "flowers102",
    "celeba",
    "folder",
    "huggingface",
]
NetworkName = Literal["mlp", "dcgan", "resnet", "progressive", "style"]
LossName = Literal["minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]
OptimiserName = Literal["adam", "adamw", "sgd"]
TransformationName = Literal["colour", "translation", "cutout"]
PrecisionName = Literal["float32", "tf32", "bfloat16"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]

Name = Annotated[str, Field(min_length=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Memory = Annotated[float, Field(ge=0, lt=1)]
Interval = Annotated[int, Field(ge=1)]

# Which choices go together; what is missing here has no place for the option.
SMOOTHABLE = ("minimax", "non_saturating", "least_squares")  # losses with a target for the score of real images
NORMALISABLE = ("mlp", "dcgan", "resnet")  # families whose discriminator spectral norm does not undo
ATTENTIVE = ("dcgan", "resnet")  # families with a place for self-attention


class Section(BaseModel):
    """A group of keys: strict types, nothing unknown, no default."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


Value = TypeVar("Value", bound=float)


class Schedule(Section, Generic[Value]):
    """A number that changes as images are shown: ``start`` up to the share ``begin`` of the run, ``end`` at its end."""

    start: Value
    end: Value
    shape: Literal["linear", "cosine"]
    begin: Share


class DatasetParams(Section):
    """What there is to learn."""

    name: DatasetName
    resolution: Literal["native"] | Annotated[int, Field(ge=8, le=1024)]
    labels: Literal["use", "ignore"]
    held_out: Literal["test", "validation"]


class ImagesParams(Section):
    """How image files of any format and size become arrays, for data sets that are made of them."""

    crop: Literal["centre", "none", "pad"]
    channels: Literal["auto", 1, 3]
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    mirror: bool
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    min_side: Annotated[int, Field(ge=1)]
    max_megapixels: Annotated[float, Field(gt=0, le=10_000)]
    max_broken: Share


class HuggingFaceParams(Section):
    """Which data set of Hugging Face's, for `dataset.name: huggingface`."""

    path: Name
    config: Name
    revision: Name
    image: Name
    label: Name
    train: Name
    test: Name

    @model_validator(mode="after")
    def _splits_differ(self) -> HuggingFaceParams:
        if self.train == self.test:
            raise ValueError(
                f"huggingface.train and huggingface.test are both {self.train!r}: name another split to hold out, or "
                "none for a part of the same"
            )
        return self


class ExtractorParams(Section):
    """The classifier whose features the scores are computed on."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    seed: Seed


class NetworkParams(Section):
    """The generator and the discriminator; sizes that follow from the data are not asked for."""

    name: NetworkName
    conditional: Literal["auto", "never"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    width: Annotated[int, Field(ge=4, le=2048, multiple_of=4)]
    attention: bool
    spectral_norm: bool

    @model_validator(mode="after")
    def _has_a_place_for_them(self) -> NetworkParams:
        if self.attention and self.name not in ATTENTIVE:
            raise ValueError(
                f"network.attention is true, but {self.name} has no place for it: set it to false, "
                f"or network.name to {' or '.join(ATTENTIVE)}"
            )
        if self.spectral_norm and self.name not in NORMALISABLE:
            raise ValueError(
                f"network.spectral_norm is true, but {self.name} scales its weights already: set it to false, "
                f"or network.name to {', '.join(NORMALISABLE[:-1])} or {NORMALISABLE[-1]}"
            )
        return self


class TrainParams(Section):
    """How the two networks are optimised. Lengths are counted in real images shown."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    batch_size: Annotated[int, Field(ge=2, le=65536)]
    discriminator_steps: Annotated[int, Field(ge=1, le=100)]
    loss: LossName
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    r1: Weight | Schedule[Weight]
    r1_interval: Interval
    r2: Weight | Schedule[Weight]
    r2_interval: Interval
    wgan_gp: Weight | Schedule[Weight]
    wgan_gp_interval: Interval
    optimiser: OptimiserName
    learning_rate: Rate | Schedule[Share]
    discriminator_rate: Annotated[float, Field(gt=0, le=1000)]
    beta1: Memory
    beta2: Memory | Schedule[Memory]
    weight_decay: Share
    ema_half_life: Weight | Schedule[Weight]
    standing_statistics: Annotated[int, Field(ge=0)]
    best_every: Annotated[int, Field(ge=0)]
    best_samples: Annotated[int, Field(ge=2, le=10**6)]
    on_failure: Literal["stop", "warn"]
    patience: Annotated[int, Field(ge=1)]
    precision: PrecisionName
    seed: Seed

    @model_validator(mode="after")
    def _long_enough(self) -> TrainParams:
        if self.images < self.batch_size * self.discriminator_steps:
            raise ValueError(
                f"train.images is {self.images}, less than train.batch_size times train.discriminator_steps, "
                f"{self.batch_size * self.discriminator_steps}: show at least as many images as one step takes"
            )
        return self

    @model_validator(mode="after")
    def _options_that_exist(self) -> TrainParams:
        if self.label_smoothing and self.loss not in SMOOTHABLE:
            raise ValueError(
                f"train.label_smoothing is {self.label_smoothing}, but {self.loss} has no target to smooth: set it to "
                f"0, or train.loss to {', '.join(SMOOTHABLE[:-1])} or {SMOOTHABLE[-1]}"
            )
        if self.loss == "wasserstein" and not (self.r1 or self.r2 or self.wgan_gp):
            raise ValueError(
                "train.loss is wasserstein, but nothing keeps the discriminator's slope in bounds: set train.wgan_gp "
                "(10 is usual) or train.r1"
            )
        if self.weight_decay and self.optimiser == "adam":
            raise ValueError(
                f"train.weight_decay is {self.weight_decay}, but adam decays no weights: set it to 0, or "
                "train.optimiser to adamw or sgd"
            )
        return self


class AugmentParams(Section):
    """What the discriminator is shown instead of the images as they are, where there are few of them."""

    mode: Literal["none", "always", "adaptive"]
    transformations: Annotated[list[TransformationName], Field(min_length=1)]
    target: Annotated[float, Field(gt=-1, lt=1)]
    speed: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _each_once(self) -> AugmentParams:
        if len(set(self.transformations)) < len(self.transformations):
            raise ValueError(f"augment.transformations is {self.transformations}: name each one once")
        return self


class SampleParams(Section):
    """How many images are drawn, and from which seeds."""

    count: Literal["auto"] | Annotated[int, Field(ge=2)]
    seeds: Annotated[list[Seed], Field(min_length=1, max_length=100)]
    show_per_class: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _seeds_differ(self) -> SampleParams:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"sample.seeds is {self.seeds}: name each seed once, or the spread of the scores is a lie")
        return self


class DirectionsParams(Section):
    """How directions are found that samples can be edited along."""

    samples: Annotated[int, Field(ge=100, le=10**6)]
    components: Annotated[int, Field(ge=1, le=100)]
    strength: Annotated[float, Field(gt=0, le=100)]
    seed: Seed


class EvaluationParams(Section):
    """How samples are scored."""

    neighbours: Annotated[int, Field(ge=1, le=100)]
    cas_images: Annotated[int, Field(ge=0, le=10**12)]
    inception: bool


class ClassicParams(Section):
    """Classic augmentation of the images that a classifier learns from: how far each change goes, to both sides."""

    rotation: Annotated[float, Field(ge=0, le=180)]
    translation: Annotated[float, Field(ge=0, le=0.5)]
    scale: Annotated[float, Field(ge=0, le=0.5)]
    mirror: bool


class AugmentationStudyParams(Section):
    """The study of `make augmentation`: what generated images are worth to a classifier that has few real ones."""

    per_class: Annotated[list[Interval], Field(min_length=1)]
    seeds: Annotated[list[Seed], Field(min_length=2, max_length=100)]
    validation_per_class: Interval
    generated_per_class: Interval
    shares: Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    classifier_images: Annotated[int, Field(ge=1, le=10**12)]
    classic: ClassicParams

    @model_validator(mode="after")
    def _each_once(self) -> AugmentationStudyParams:
        for key in ("per_class", "seeds", "shares"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"augmentation_study.{key} is {values}: name each one once")
        return self


class ComputeParams(Section):
    """Where it runs: no stage depends on it. It changes rounding; several processes draw noise each for itself."""

    device: DeviceName
    threads: Annotated[int, Field(ge=1, le=1024)]
    processes: Annotated[int, Field(ge=1, le=1024)]
    cuda_graphs: bool
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86400)]


class GateParams(Section):
    """What new scores have to reach before ``ci/retrain`` lets them in, by their keys as in ``quality.fd``."""

    most: dict[Name, float]
    least: dict[Name, float]
    worse_by: dict[Name, Weight]
    alarms: Literal["refuse", "warn"]


class Params(Section):
    """The whole of params.yaml."""

    dataset: DatasetParams
    images: ImagesParams
    huggingface: HuggingFaceParams
    extractor: ExtractorParams
    network: NetworkParams
    train: TrainParams
    augment: AugmentParams
    sample: SampleParams
    evaluation: EvaluationParams
    directions: DirectionsParams
    gate: GateParams
    augmentation_study: AugmentationStudyParams
    compute: ComputeParams

    @model_validator(mode="after")
    def _enough_samples(self) -> Params:
        if self.sample.count != "auto" and self.sample.count <= self.evaluation.neighbours:
            raise ValueError(
                f"sample.count is {self.sample.count}, not more than evaluation.neighbours, "
                f"{self.evaluation.neighbours}: draw more samples or look at fewer neighbours"
            )
        return self

    @model_validator(mode="after")
    def _adaptive_augmentation_has_a_sign_to_go_by(self) -> Params:
        if self.augment.mode == "adaptive" and self.train.loss == "wasserstein":
            raise ValueError(
                "augment.mode is adaptive, but wasserstein's scores have no sign that tells real from generated: "
                "set it to none or always, or choose another train.loss"
            )
        return self

    @model_validator(mode="after")
    def _processes_share_a_batch(self) -> Params:
        if self.compute.processes > 1 and self.compute.device == "mps":
            raise ValueError("compute.processes is more than 1, but mps has one device: set it to 1")
        if self.train.batch_size % self.compute.processes or self.train.batch_size < 2 * self.compute.processes:
            raise ValueError(
                f"train.batch_size is {self.train.batch_size}, which compute.processes, {self.compute.processes}, "
                "cannot share equally with at least 2 images each: change one of them"
            )
        return self

    def flat(self) -> dict[str, Any]:
        """Every value under its dotted key, as in ``train.loss`` or ``train.learning_rate.start``."""
        return dict(leaves(self.model_dump(mode="json")))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of nested dictionaries, below ``path``."""
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        yield from leaves(inner, f"{path}.{key}" if path else str(key))


def load_params(path: Path = PARAMS) -> Params:
    """Read and validate ``path``.

    Raises:
        UserError: one sentence that names the first key at fault, what was found and what is allowed.
    """
    return parse_params(read_yaml(path), str(path))


def read_yaml(path: Path) -> Any:
    """The contents of a YAML 1.2 file, read as the pipeline reads it (``1e-3`` is a number)."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is not in {Path.cwd()}: run this in the root of the project.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): put a readable UTF-8 file there.") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise UserError(f"{path} is not valid YAML ({where}{problem}): mend that line.") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError) as error:
        raise UserError(
            f"{path} holds something that YAML's reader cannot take in ({first_line(error)}): begin again from the "
            "params.yaml that comes with the project."
        ) from None


def parse_params(values: Any, source: str = "params.yaml") -> Params:
    """Validate ``values``, the parsed contents of ``source``; see `load_params`."""
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise UserError(sentence_of(error, Params, source)) from None
