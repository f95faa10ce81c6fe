"""The generator as MLflow serves it.

MLflow copies this file beside the weights and runs it there ("models from code"), so that nothing is ever unpickled.
"""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.sampling import BLOCK
from ganforge.params.refusal import sentence_of
from ganforge.signals import SIGNALS

MOST = 1000  # samples of one request
MOST_BLOCKS = math.ceil(MOST / BLOCK)  # that one answer draws; a request of one sample draws a block too
FORMATS = ("png", "array")

Sample = dict[str, Any]


class Request(BaseModel):
    """What to draw; the same request is always answered with the same samples.

    Attributes:
        n: how many samples.
        seed: sample i depends on (seed, i) and its label alone.
        label: name or number of a label for all of them; none: as frequent as they were in training.
        truncation: below 1 samples are more typical and more alike.
        format: ``png``: the content of a PNG file as base64; ``array``: lists of (channels, height, width), 0 to 255.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    # not Annotated[...], which MLflow cannot read a signature from
    n: int = Field(1, ge=1, le=MOST)
    seed: int = Field(0, ge=0, lt=2**32)
    label: str | None = Field(None, max_length=200)
    truncation: float = Field(1.0, ge=0, le=1)
    format: str = "png"
    _number: int | None = PrivateAttr(None)  # of a label, where that is no name

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_a_sentence(cls, values: Any, validate: ModelWrapValidatorHandler[Request]) -> Request:
        if not isinstance(values, dict):
            raise MlflowException.invalid_parameter_value(
                f"the request is {values!r:.60}; allowed is an object with {', '.join(cls.model_fields)}."
            )
        number = values.get("label") if type(values.get("label")) is int else None
        try:
            request = validate(values if number is None else values | {"label": None})
        except ValidationError as error:
            raise MlflowException.invalid_parameter_value(sentence_of(error, cls, "the request")) from None
        if request.format not in FORMATS:
            allowed = " or ".join(FORMATS)
            raise MlflowException.invalid_parameter_value(f"format is {request.format!r}; allowed is {allowed}.")
        request._number = number
        return request


class ServedGenerator(PythonModel):  # type: ignore[misc]
    """Draws what it is asked for."""

    def load_context(self, context: PythonModelContext) -> None:
        """Opens the generator that lies beside this code."""
        self.generator = Generator.load(context.artifacts["generator"])

    def predict(self, model_input: list[Request]):  # type: ignore[no-untyped-def]  # MLflow has no word for the type
        """The samples of all requests, one after the other, as dictionaries.

        Raises:
            MlflowException: with status 400 and a sentence, if there is no such label or too much is asked for.
        """
        if sum(math.ceil(request.n / BLOCK) for request in model_input) > MOST_BLOCKS:
            raise MlflowException.invalid_parameter_value(
                f"{len(model_input)} requests at once ask for too much; allowed are {MOST} samples, each request "
                f"counting as a multiple of {BLOCK}: ask several times."
            )
        try:
            return [sample for request in model_input for sample in self._draw(request)]
        except UserError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None

    def _draw(self, request: Request) -> list[Sample]:
        generator, seed = self.generator, request.seed
        label = request.label if request._number is None else request._number
        images = generator.sample(request.n, seed=seed, label=label, truncation=request.truncation)
        labels = generator.labels(request.n, seed, label)
        names = [None] * request.n if labels is None else [generator.classes[label] for label in labels]
        return [
            {"seed": seed, "index": index, "label": name, request.format: self._shown(image, request.format)}
            for index, (image, name) in enumerate(zip(images, names, strict=True))
        ]

    def _shown(self, image: np.ndarray, form: str) -> Any:
        if form == "array":
            return image.tolist()
        return base64.b64encode(SIGNALS[self.generator.config.signal]().encode(image)).decode("ascii")


set_model(ServedGenerator())
