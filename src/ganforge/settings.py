"""The building blocks of the sections of params.yaml.

A section is a typed class in the ``settings.py`` of the room that reads it. A section whose keys differ by application
or family is a union of several classes; one key, its tag, selects the class. The text under a key is its meaning:
``ganforge explain`` prints it, and params.yaml has it as a comment; ``(*)`` marks numbers that may be schedules. The
text is read from the source only when it is shown (`ganforge.params.catalogue`); pydantic would read it at every
import, which would make the import a quarter slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1)]
LAST_SEED = 2**32 - 1
Seed = Annotated[int, Field(ge=0, lt=LAST_SEED + 1)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Memory = Annotated[float, Field(ge=0, lt=1)]
Interval = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A group of keys with strict types, no unknown keys and no defaults."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of nested dictionaries, below ``path``."""
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        yield from leaves(inner, f"{path}.{key}" if path else str(key))


Value = TypeVar("Value", bound=float)


class Schedule(Section, Generic[Value]):
    """A number that changes during training: ``start`` until the share ``begin`` of the run, ``end`` at its end."""

    start: Value
    """Value before the change begins."""
    end: Value
    """Value at the end of the run."""
    shape: Literal["linear", "cosine"]
    """How it changes between the two: linear in a straight line; cosine slowly at both ends."""
    begin: Share
    """Share of the run after which the change begins."""
