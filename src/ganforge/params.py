"""params.yaml as typed, validated objects; the only reader of that file.

There are no default values here: DVC sees only what is written in params.yaml, so whatever changes a result has to
stand there.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ganforge.errors import UserError

PARAMS_FILE = Path("params.yaml")

DatasetName = Literal["digits", "mnist", "fashion_mnist", "kmnist", "cifar10", "svhn"]
NetworkName = Literal["mlp", "dcgan", "resnet"]
LossName = Literal["relativistic", "non_saturating"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]

Seed = Annotated[int, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A group of keys: strict types, nothing unknown, no default."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class DatasetParams(Section):
    """What there is to learn."""

    name: DatasetName
    resolution: Literal["native"] | Annotated[int, Field(ge=8, le=1024)]


class ExtractorParams(Section):
    """The classifier whose features the scores are computed on."""

    images: Annotated[int, Field(ge=1)]
    seed: Seed


class NetworkParams(Section):
    """The generator and the discriminator; sizes that follow from the data are not asked for."""

    name: NetworkName
    conditional: Literal["auto", "never"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    width: Annotated[int, Field(ge=4, le=2048, multiple_of=4)]


class TrainParams(Section):
    """How the two networks are optimised. Lengths are counted in real images shown."""

    images: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=2, le=65536)]
    loss: LossName
    r1: Annotated[float, Field(ge=0)]
    r2: Annotated[float, Field(ge=0)]
    penalty_interval: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    adam_betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]]
    decay_from: Share
    decay_to: Share
    ema_half_life: Annotated[int, Field(ge=0)]
    seed: Seed

    @model_validator(mode="before")
    @classmethod
    def _yaml_has_lists_only(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("adam_betas"), list):
            return {**values, "adam_betas": tuple(values["adam_betas"])}
        return values

    @model_validator(mode="after")
    def _long_enough(self) -> TrainParams:
        if self.images < self.batch_size:
            raise ValueError(
                f"train.images is {self.images}, less than train.batch_size, {self.batch_size}: "
                "show at least one batch of images"
            )
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


class EvaluationParams(Section):
    """How samples are scored."""

    neighbours: Annotated[int, Field(ge=1, le=100)]


class ComputeParams(Section):
    """Where it runs; changes no result beyond rounding, so no stage depends on it."""

    device: DeviceName
    threads: Annotated[int, Field(ge=1, le=1024)]


class Params(Section):
    """The whole of params.yaml."""

    dataset: DatasetParams
    extractor: ExtractorParams
    network: NetworkParams
    train: TrainParams
    sample: SampleParams
    evaluation: EvaluationParams
    compute: ComputeParams

    @model_validator(mode="after")
    def _enough_samples(self) -> Params:
        if self.sample.count != "auto" and self.sample.count <= self.evaluation.neighbours:
            raise ValueError(
                f"sample.count is {self.sample.count}, not more than evaluation.neighbours, "
                f"{self.evaluation.neighbours}: draw more samples or look at fewer neighbours"
            )
        return self

    def flat(self) -> dict[str, Any]:
        """Every value under its dotted key, as in ``train.loss``."""
        return {
            f"{section}.{key}": value
            for section, values in self.model_dump(mode="json").items()
            for key, value in values.items()
        }


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and validate ``path``.

    Raises:
        UserError: one sentence that names the first key at fault, what was found and what is allowed.
    """
    return parse_params(read_yaml(path), str(path))


def read_yaml(path: Path) -> Any:
    """The contents of a YAML 1.2 file, read as DVC reads it (``1e-3`` is a number)."""
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


def parse_params(values: Any, source: str = "params.yaml") -> Params:
    """Validate ``values``, the parsed contents of ``source``; see `load_params`."""
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise UserError(_sentence(error, source)) from None


def _sentence(error: ValidationError, source: str) -> str:
    """The first fault of ``error`` in one sentence, with the number of the others."""
    faults: dict[str, Any] = {}
    # A misspelt key is unknown under one name and missing under another: the unknown one tells what to mend.
    for fault in sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden"):
        faults.setdefault(_key(fault["loc"]), []).append(fault)
    key, same_key = next(iter(faults.items()))
    others = f" ({len(faults) - 1} more keys are at fault)" if len(faults) > 2 else ""
    others = " (one more key is at fault)" if len(faults) == 2 else others
    return f"{source}: {_describe(key, same_key)}{others}."


def _key(location: tuple[str | int, ...]) -> str:
    """The dotted key of a pydantic location, without the union members that pydantic names in it."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part not in {"int", "str", "float"} and not part.startswith(("literal[", "constrained-")):
            key += f".{part}" if key else part
    return key


def _describe(key: str, faults: list[Any]) -> str:
    first = faults[0]
    found = first["input"]
    match first["type"]:
        case "extra_forbidden":
            return f"{key} is not a key; {_neighbours_of(key)}"
        case "missing":
            return f"{key} is missing; add it, as in the params.yaml that comes with the project"
        case "value_error":
            return str(first["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            where = f"{key} is" if key else "the file holds"
            return f"{where} {_shown(found)}; it must be a group of keys"
    allowed = " or ".join(dict.fromkeys(_allowed(fault) for fault in faults))
    return f"{key} is {_shown(found)}; allowed is {allowed}"


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _neighbours_of(key: str) -> str:
    """What may stand where the unknown ``key`` stands."""
    *path, name = key.split(".")
    section: type[BaseModel] = Params
    for part in path:
        annotation = section.model_fields[part].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            section = annotation
    known = list(section.model_fields)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {'.'.join([*path, close[0]])}"
    return f"allowed are {', '.join(known)}"


def _allowed(fault: Any) -> str:
    """What pydantic would have accepted, in words."""
    context = fault.get("ctx", {})
    match fault["type"]:
        case "literal_error":
            return str(context["expected"]).replace("'", "")
        case "greater_than_equal":
            return f"a number of at least {context['ge']:g}"
        case "greater_than":
            return f"a number above {context['gt']:g}"
        case "less_than_equal":
            return f"a number of at most {context['le']:g}"
        case "less_than":
            return f"a number below {context['lt']:g}"
        case "multiple_of":
            return f"a multiple of {context['multiple_of']:g}"
        case "int_type":
            return "a whole number"
        case "float_type":
            return "a number"
        case "finite_number":
            return "a finite number"
        case "list_type" | "tuple_type":
            return "a list"
        case "too_short":
            return f"a list of at least {context['min_length']}"
        case "too_long":
            return f"a list of at most {context['max_length']}"
    return str(fault["msg"])
