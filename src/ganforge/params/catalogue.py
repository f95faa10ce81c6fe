"""What params.yaml may contain, read from the classes of its sections: variants, keys, meanings, allowed values."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ganforge.params.whole import Params
from ganforge.settings import Schedule, Section

SECTIONS = tuple(Params.model_fields)
SCHEDULE = "a schedule as in {start: 0.002, end: 0.0001, shape: cosine, begin: 0}"
SCORES = "scores, each with {}, as in {{quality.fd_ratio: 2.0}}"
HUGE = 10**9  # a limit of at least this is written as a power of ten, if it is one
LIMITS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length")


def classes_of(section: str) -> tuple[type[Section], ...]:
    """The classes that a section may have."""
    return classes_in(Params.model_fields[section].annotation)


def classes_in(annotation: Any) -> tuple[type[Section], ...]:
    """The classes in an annotation, also inside unions."""
    if _is_section(annotation):
        return (annotation,)
    inner = get_args(annotation) if get_origin(annotation) in {Union, UnionType, Annotated} else ()
    return tuple(kind for member in inner for kind in classes_in(member))


def tag_of(section: str) -> str | None:
    """The key that selects the class of a section; None: there is no choice."""
    tag = Params.model_fields[section].discriminator
    if tag is not None:
        return str(tag)
    kind = classes_of(section)[0]
    first = next(iter(kind.model_fields))  # with only one variant: a key that allows one value
    return first if len(_names(kind, first)) == 1 else None


def variants(section: str) -> dict[str, type[Section]]:
    """The classes that a section may have, by the value of its tag; empty if it has none."""
    tag = tag_of(section)
    return {_names(kind, tag)[0]: kind for kind in classes_of(section)} if tag else {}


def class_of(section: str, values: Mapping[str, Any]) -> type[Section] | None:
    """The class of a section with these values; None: its tag is missing or unknown."""
    tag = tag_of(section)
    if tag is None:
        return classes_of(section)[0]
    value = values.get(tag)
    return variants(section).get(value) if isinstance(value, str) else None


def declared_in(kind: type[Section], key: str) -> type:
    """The class that defines a key; a key inherited from the same class means the same in every variant."""
    return next(base for base in reversed(kind.__mro__) if key in inspect.get_annotations(base))


def group_of(kind: type[Section], key: str) -> type[Section] | None:
    """The class of a key that may be a group of keys, such as a schedule; None: it may not."""
    return next(iter(classes_in(kind.model_fields[key].annotation)), None)


def summary(kind: type[Section]) -> str:
    """What a section is, in one line: the first paragraph of its class's docstring."""
    return _plain(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0])


def meaning(kind: type[Section], key: str) -> str:
    """What a key means: the text under it in its class, or in the nearest base class that has one."""
    bases = [base for base in kind.__mro__ if _is_section(base) and "[" not in base.__name__]  # not Schedule[Weight]
    return next((texts[key] for texts in map(_texts, bases) if key in texts), "")


def allowed(section: str, kind: type[Section], key: str) -> str:
    """What a key may be set to."""
    if kind in classes_of(section) and key == tag_of(section):
        return " | ".join(variants(section))
    field = kind.model_fields[key]
    return _allowed(field.annotation, field.metadata)


def choices(section: str, kind: type[Section], key: str) -> str:
    """The words that a key may be set to, with the numbers it also allows; empty if it allows no words."""
    annotation = kind.model_fields[key].annotation
    inner = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    if not any(get_origin(member) is Literal for member in _members(inner)):
        return ""
    words = allowed(section, kind, key) if inner is annotation else _allowed(inner, ())
    return re.sub(r"a (whole )?number (from |of )?", "", words)


def _names(kind: type[Section], key: str) -> tuple[str, ...]:
    """The words that a key allows; empty if it allows anything else."""
    annotation = kind.model_fields[key].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; any other annotation by itself."""
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


@cache
def _texts(kind: type) -> dict[str, str]:
    """The texts under the keys of a class, by key."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(definition, ast.ClassDef)
    return {
        key.target.id: _plain(str(text.value.value))
        for key, text in pairwise(definition.body)
        if isinstance(key, ast.AnnAssign)
        and isinstance(key.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


def _plain(text: str) -> str:
    """A docstring in one line, without markup."""
    return " ".join(text.replace("``", "").split())


def _allowed(annotation: Any, limits: Sequence[Any]) -> str:
    """What an annotation allows within limits, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, *more = arguments
        return _allowed(
            inner, [one for info in more for one in (info.metadata if isinstance(info, FieldInfo) else [info])]
        )
    if origin in {Union, UnionType}:
        return " | ".join(_allowed(member, limits) for member in arguments)
    if origin is Literal:
        return " | ".join(str(choice) for choice in arguments)
    if origin is list:
        return f"a list{_length(limits)}, each {_allowed(arguments[0], ())}"
    if origin is dict:
        return SCORES.format(_allowed(arguments[1], ()))
    if _is_section(annotation):
        return SCHEDULE if issubclass(annotation, Schedule) else f"a group of {', '.join(annotation.model_fields)}"
    patterns = [limit.pattern for limit in limits if getattr(limit, "pattern", None)]
    if patterns:
        return f"a text that matches {patterns[0]}"
    return {bool: "true | false", int: f"a whole number{_range(limits)}", float: f"a number{_range(limits)}"}.get(
        annotation, "a text"
    )


def _bounds(limits: Sequence[Any]) -> dict[str, Any]:
    """Limits by their names."""
    return {name: getattr(limit, name) for limit in limits for name in LIMITS if hasattr(limit, name)}


def _length(limits: Sequence[Any]) -> str:
    bounds = _bounds(limits)
    if "max_length" in bounds:
        return f" of {bounds['min_length']} to {bounds['max_length']}"
    return f" of at least {bounds['min_length']}" if "min_length" in bounds else ""


def _range(limits: Sequence[Any]) -> str:
    """Limits of a number, as in " above 0, up to 1"."""
    bounds = {name: _number(value) for name, value in _bounds(limits).items()}
    words = f" in steps of {bounds['multiple_of']}" if "multiple_of" in bounds else ""
    match bounds:
        case {"ge": low, "le": high}:
            return f" from {low} to {high}{words}"
        case {"ge": low, "lt": high}:
            return f" from {low}, below {high}{words}"
        case {"gt": low, "le": high}:
            return f" above {low}, up to {high}{words}"
        case {"gt": low, "lt": high}:
            return f" above {low}, below {high}{words}"
        case {"ge": low}:
            return f" of at least {low}{words}"
        case {"gt": low}:
            return f" above {low}{words}"
    return words


def _number(value: float) -> str:
    digits = f"{value:.0f}"
    return f"1e{len(digits) - 1}" if value >= HUGE and digits.strip("0") == "1" else f"{value:.10g}"
