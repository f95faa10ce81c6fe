"""The generator as a model that MLflow serves.

MLflow copies this file next to the weights and runs it there ("models from code"), so nothing is unpickled.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from typing import Any, TypeGuard

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
from ganforge.networks.sampling import BLOCK, draw_latents
from ganforge.params.refusal import sentence_of
from ganforge.prepared.columns import LABELS
from ganforge.translating.sources import Reading, read_source
from ganforge.translating.styles import named_style, style_names
from ganforge.translating.translation import takes_any_size, translate_by

MOST = 1000  # samples of one request
MOST_BLOCKS = math.ceil(MOST / BLOCK)  # of one answer; a request of one sample also draws a block
LONGEST = 50_000_000  # characters of a condition, which may be a file
MOST_PIXELS = 20_000_000  # translated in one request
DEFAULT = "default"
FORMATS = (DEFAULT, "file", "array", "png")

Sample = dict[str, Any]


class Request(BaseModel):
    """What to draw; the same request always returns the same samples.

    Attributes:
        n: how many samples.
        seed: sample i depends on (seed, i) and its condition alone.
        label: another name for ``condition``, if that is a label.
        condition: the condition of all samples or, as a list, of each: a label by name or number, a caption; for a
            source the content of a file as base64, or nested lists of numbers. A translator takes files of any size and
            returns pictures of their sizes; if its sources were shrunk, pictures are enlarged first, as by
            `ganforge translate`. None: drawn as in training, if possible.
        style: name of a style, for a translator of several; None: samples are drawn in all styles in turn.
        truncation: below 1 samples are more typical and more alike.
        format: ``file``: the content of a file as base64, with its ``mime`` type; ``array``: stored signals as nested
            lists of numbers; ``png``: as ``file``, for images; ``default``: png for images, else file.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    # not Annotated[...], from which MLflow cannot read a signature
    n: int = Field(1, ge=1, le=MOST)
    seed: int = Field(0, ge=0, lt=2**32)
    label: str | None = Field(None, max_length=200)
    condition: str | None = Field(None, max_length=LONGEST)
    style: str | None = Field(None, max_length=200)
    truncation: float = Field(1.0, ge=0, le=1)
    format: str = DEFAULT
    _given: Any = PrivateAttr(None)  # a number or a list, which MLflow's signature cannot express

    @property
    def asked(self) -> Any:
        """The condition that was asked for, if any."""
        texts = [text for text in (self.label, self.condition) if text is not None]
        return self._given if self._given is not None else next(iter(texts), None)

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_in_a_sentence(cls, values: Any, validate: ModelWrapValidatorHandler[Request]) -> Request:
        if not isinstance(values, dict):
            raise MlflowException.invalid_parameter_value(
                f"the request is {values!r:.60}; allowed is an object with {', '.join(cls.model_fields)}."
            )
        if values.get("label") is not None and values.get("condition") is not None:
            raise MlflowException.invalid_parameter_value(
                f"label is {values['label']!r:.60} and condition is {values['condition']!r:.60}; name one of them."
            )
        given = {
            name: values[name]
            for name, kinds in (("label", (int,)), ("condition", (int, list)))
            if type(values.get(name)) in kinds
        }
        try:
            request = validate(values | dict.fromkeys(given))
        except ValidationError as error:
            raise MlflowException.invalid_parameter_value(sentence_of(error, cls, "the request")) from None
        if request.format not in FORMATS:
            raise MlflowException.invalid_parameter_value(
                f"format is {request.format!r}; allowed is one of {', '.join(FORMATS)}."
            )
        request._given = next(iter(given.values()), None)
        return request


class ServedGenerator(PythonModel):  # type: ignore[misc]
    """Draws the samples of requests."""

    def load_context(self, context: PythonModelContext) -> None:
        """Opens the generator next to this code."""
        self.generator = Generator.load(context.artifacts["generator"])

    def predict(self, model_input: list[Request]):  # type: ignore[no-untyped-def]  # MLflow cannot express the type
        """The samples of all requests, one after the other, as dictionaries.

        Raises:
            MlflowException: there is no such condition, or the request is too large; with status 400 and a sentence.
        """
        if sum(math.ceil(request.n / BLOCK) for request in model_input) > MOST_BLOCKS:
            raise MlflowException.invalid_parameter_value(
                f"{len(model_input)} requests at once are too large; allowed are {MOST} samples, and each request "
                f"counts as a multiple of {BLOCK}: split them."
            )
        try:
            return [sample for request in model_input for sample in self._draw(request)]
        except UserError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None

    def _draw(self, request: Request) -> list[Sample]:
        generator, seed = self.generator, request.seed
        condition, mime = generator.condition, generator.signal.mime
        form = request.format
        if form == DEFAULT:
            form = "png" if mime == "image/png" else "file"
        if form == "png" and mime != "image/png":
            raise UserError(f"format is 'png', but this generator draws {mime}; allowed is file or array.")
        given = request.asked
        if given is not None and condition.from_files:
            given = contents(given)
        names = style_names(generator)
        if request.style is not None and request.style not in names:
            allowed = f"one of {', '.join(names)}" if names else "none: this generator has a single style"
            raise UserError(f"style is {request.style!r:.60}; allowed is {allowed}.")
        if takes_any_size(generator) and all_files(given):
            translated = self._translated(request, given)
            styles = self._styles(request)
            return [
                {"seed": seed, "index": index, "condition": style} | self._shown(picture, form)
                for index, (picture, style) in enumerate(zip(translated, styles, strict=True))
            ]
        if request.style is not None and given is not None:
            given = {"source": given, "style": request.style}
        asked = generator.ask(request.n, seed, given)
        titles: Sequence[str | None] = condition.titles(asked) or [None] * request.n
        samples = np.concatenate([*generator.draw(request.n, seed, asked, request.truncation)])
        return [
            {"seed": seed, "index": index, "condition": title}
            | ({"label": title} if LABELS in asked else {})
            | self._shown(sample, form)
            for index, (sample, title) in enumerate(zip(samples, titles, strict=True))
        ]

    def _translated(self, request: Request, given: bytes | list[bytes]) -> list[np.ndarray]:
        """A picture (C', height, width) for each sample, of the size of its source."""
        if request.truncation != 1:
            raise UserError(f"truncation is {request.truncation}, but this generator translates; allowed is 1.")
        files = [given] if isinstance(given, bytes) else given
        if len(files) not in (1, request.n):
            raise UserError(
                f"condition has {len(files)} sources; allowed is one, or as many as n, which is {request.n}."
            )
        sources, pixels = [], 0
        for file in files:
            sources.append(read_source(file, "the image", self.generator, Reading()))
            pixels += sources[-1][0].size * request.n // len(files)
            if pixels > MOST_PIXELS:
                raise UserError(
                    f"the requested pictures have {pixels / 1e6:.1f} million pixels or more in total; allowed are "
                    f"{MOST_PIXELS / 1e6:g} million in a request: split it."
                )
        sources = sources if len(sources) == request.n else sources * request.n
        latents = draw_latents(request.seed, request.n, self.generator.spec.latent_dim)
        for index, style in enumerate(self._styles(request)):
            if style is not None:
                latents[index] = named_style(self.generator, style, latents[index : index + 1])[0]
        return [translate_by(self.generator, source, latent) for source, latent in zip(sources, latents, strict=True)]

    def _styles(self, request: Request) -> list[str | None]:
        """The name of the style of each sample; None if there is only one style."""
        names = [request.style] if request.style is not None else style_names(self.generator) or [None]
        return [names[index % len(names)] for index in range(request.n)]

    def _shown(self, sample: np.ndarray, form: str) -> Sample:
        if form == "array":
            return {form: sample.tolist()}
        content = base64.b64encode(self.generator.signal.encode(sample)).decode("ascii")
        return {form: content} | ({"mime": self.generator.signal.mime} if form == "file" else {})


def all_files(given: Any) -> TypeGuard[bytes | list[bytes]]:
    """Whether the condition consists of contents of files."""
    files = given if isinstance(given, list) else [given]
    return bool(files) and all(isinstance(each, bytes) for each in files)


def contents(given: Any) -> Any:
    """Decodes base64 contents of files in a condition; numbers stay as they are.

    Raises:
        UserError: a text is not base64.
    """
    if isinstance(given, list):
        return [contents(each) for each in given] if any(isinstance(each, str) for each in given) else given
    if not isinstance(given, str):
        return given
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise UserError(
            f"condition is {given!r:.60}; allowed is the content of a file as base64, or nested lists of numbers."
        ) from None


set_model(ServedGenerator())
