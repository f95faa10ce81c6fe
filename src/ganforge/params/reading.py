"""Reads a file into `Params`, or explains in one sentence why it is invalid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ganforge.errors import UserError, first_line
from ganforge.layout import PARAMS
from ganforge.params.refusal import sentence_of
from ganforge.params.whole import Params


def load_params(path: Path = PARAMS) -> Params:
    """Read and validate ``path``.

    Raises:
        UserError: one sentence that names the first invalid key, its value and the allowed values.
    """
    return parse_params(read_yaml(path), str(path))


def read_yaml(path: Path) -> Any:
    """The contents of a YAML 1.2 file, read as the pipeline reads it (``1e-3`` is a number).

    Raises:
        UserError: it cannot be read, or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} is not in {Path.cwd()}: run this in the root of the project.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): put a readable UTF-8 file there.") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, source: str) -> Any:
    """The contents of ``text``, which comes from ``source``; see `read_yaml`."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise UserError(f"{source} is not valid YAML ({where}{problem}): correct that line.") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError) as error:
        raise UserError(
            f"{source} cannot be processed by the YAML reader ({first_line(error)}): start again from the "
            "params.yaml that comes with the project."
        ) from None


def parse_params(values: Any, source: str = "params.yaml") -> Params:
    """Validate ``values``, the parsed contents of ``source``; see `load_params`."""
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise UserError(sentence_of(error, Params, source)) from None
