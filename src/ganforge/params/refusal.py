"""Turns pydantic's errors into one sentence that names the key, its value and the allowed values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ganforge.params.catalogue import SCHEDULE, classes_in
from ganforge.params.whole import Params

PENALTIES = ("r1", "r2", "wgan_gp")
# Sections and keys of older versions, and the section that has them now.
MOVED_SECTIONS = {"images": "dataset", "huggingface": "dataset"}
MOVED_KEYS = {
    f"train.{key}": "objective"
    for key in ("loss", "label_smoothing", *PENALTIES, *(f"{penalty}_interval" for penalty in PENALTIES))
}
UNTAGGED = {"union_tag_invalid", "union_tag_not_found"}


class Place(NamedTuple):
    """Where an error is.

    Attributes:
        key: dotted, as in the file, without the names of variants that pydantic inserts.
        group: the class of the group of keys that contains it, if any.
        variants: the classes that this group may have, by their tags; empty if there is no choice.
        inside: whether pydantic's location ends in the name of a variant rather than a key.
    """

    key: str
    group: type[BaseModel] | None
    variants: dict[str, type[BaseModel]]
    inside: bool


def sentence_of(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """The first error in one sentence, with the number of the others.

    Args:
        error: raised by validating values against ``model``.
        model: the class of the whole file.
        source: name of the file.
    """
    by_key: dict[str, list[tuple[Any, Place]]] = {}
    # A misspelt key is unknown under one name and missing under another: the unknown one says what to correct.
    faults = [(fault, _place(fault, model)) for fault in _without_misspelt(error.errors(include_url=False))]
    for fault, place in sorted(faults, key=lambda pair: _rank(*pair)):
        if fault["type"] == "float_type" and isinstance(fault["input"], dict) and place.inside:
            continue  # of a number or a schedule: the errors of the schedule follow
        by_key.setdefault(place.key, []).append((fault, place))
    of_key = next(iter(by_key.values()))
    others = len(by_key) - 1
    more = f" ({others} more keys are invalid)" if others > 1 else " (one more key is invalid)" if others else ""
    return f"{source}: {_describe(of_key, model)}{more}."


def _without_misspelt(faults: list[Any]) -> list[Any]:
    """The errors without those of keys that are missing because they are misspelt."""
    missing = {fault["loc"]: fault for fault in faults if fault["type"] == "missing"}
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            *group, name = fault["loc"]
            beside = [str(place[-1]) for place in missing if [*place[:-1]] == group]
            for meant in difflib.get_close_matches(str(name), beside, n=1):
                del missing[(*group, meant)]
    return [fault for fault in faults if fault["type"] != "missing" or fault["loc"] in missing]


def _rank(fault: Any, place: Place) -> int:
    """Which errors come first: keys of older versions, then unknown ones."""
    if fault["type"] != "extra_forbidden":
        return 2
    return 0 if _section_now(place.key) else 1


def _section_now(key: str) -> str | None:
    """The section that now has a key, or the keys of a section, of older versions; None: it is no such key."""
    return MOVED_SECTIONS.get(key) or MOVED_KEYS.get(key)


def _place(fault: Any, model: type[BaseModel]) -> Place:
    """Where in the file an error is: follows pydantic's location through the classes."""
    location = fault["loc"]
    if fault["type"] in UNTAGGED:
        location = (*location, fault["ctx"]["discriminator"].strip("'"))
    key, group, inside = "", None, False
    variants: dict[str, type[BaseModel]] = {}
    kind: Any = model  # the type at this place: a class, another type, or variants by their tags
    for part in location:
        inside = False
        if isinstance(kind, dict) and part in kind:
            variants, kind, inside = kind, kind[part], True
        elif _is_group(kind):
            variants = variants if kind in variants.values() else {}
            key, group, kind = f"{key}.{part}", kind, _kind(kind.model_fields.get(part))
        elif isinstance(part, int):
            key, kind = f"{key}[{part}]", _kind(next(iter(get_args(kind)), None))
        elif get_origin(kind) is dict and part != "[key]":
            key, kind = f"{key}.{part}", _kind(get_args(kind)[1])
        elif get_origin(kind) in {Union, UnionType} or part == "[key]":
            named = [member for member in get_args(kind) if _is_group(member) and part == member.__name__]
            kind, inside = next(iter(named), None), True
        else:
            variants = kind if isinstance(kind, dict) else {}
            key, kind = f"{key}.{part}", None
    return Place(key.removeprefix("."), group, variants, inside)


def _kind(annotation: Any) -> Any:
    """The type of a field or an annotation, without limits and None."""
    if isinstance(annotation, FieldInfo):
        tag, annotation = annotation.discriminator, annotation.annotation
        if tag:
            return {get_args(member.model_fields[str(tag)].annotation)[0]: member for member in classes_in(annotation)}
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    members = [member for member in get_args(annotation) if member is not NoneType]
    return _kind(members[0]) if get_origin(annotation) in {Union, UnionType} and len(members) == 1 else annotation


def _is_group(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _describe(faults: list[tuple[Any, Place]], model: type[BaseModel]) -> str:
    """What is wrong with a key; for a number or a schedule, what is wrong with the number."""
    fault, place = min(faults, key=lambda pair: pair[0]["type"] == "model_type")
    match fault["type"]:
        case "extra_forbidden":
            return _moved(place) or _unknown(_shown_key(place.key), place)
        case "invalid_key":
            return _unknown(_shown(fault["input"]), place)
        case "missing":
            return f"{place.key} is missing; {_add(place, model)}"
        case "union_tag_not_found":
            return f"{place.key} is missing; allowed is {_listed(place.variants, 'or')}"
        case "union_tag_invalid":
            value = fault["input"][place.key.rpartition(".")[2]]
            return f"{place.key} is {_shown(value)}; allowed is {_listed(place.variants, 'or')}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            where = f"{place.key} is" if place.key else "the file contains"
            return f"{where} {_shown(fault['input'])}; it must be a group of keys, as in the params.yaml of the project"
    allowed = " or ".join(dict.fromkeys(_allowed(fault) for fault, _ in faults))
    return f"{place.key} is {_shown(fault['input'])}; allowed is {allowed}"


def _moved(place: Place) -> str | None:
    """Where a key or a section of older versions is now; None: it is not from an older version."""
    now, name = _section_now(place.key), place.key.rpartition(".")[2]
    if now is None:
        return None
    words = f"{place.key} is now {now}.{name}" if place.key in MOVED_KEYS else f"the keys of {name} are now in {now}"
    return f"{words}; `ganforge recipe NAME` converts a file of an older version"


def _unknown(shown: str, place: Place) -> str:
    """Says that a key does not exist, and suggests similar ones."""
    section, _, name = place.key.rpartition(".")
    known = list(place.group.model_fields) if place.group else []
    tag = next((tag for tag, kind in place.variants.items() if kind is place.group), None)
    owners = [owner for owner, kind in place.variants.items() if name in kind.model_fields]
    close = difflib.get_close_matches(name, known, n=1)
    if tag and owners:
        return f"{shown} is not a key of {tag} but of {_listed(owners, 'and')}; allowed are {', '.join(known)}"
    if close:
        return f"{shown} is not a key; write {f'{section}.{close[0]}'.strip('.')} if that is what you mean"
    return f"{shown} is not a key{f' of {tag}' if tag else ''}; allowed are {', '.join(known)}"


def _add(place: Place, model: type[BaseModel]) -> str:
    """What to do about a missing key."""
    if model is not Params:
        return "add it, as in the file that comes with the project"
    if place.group is Params:
        return "`ganforge recipe NAME` adds this section"
    section, _, name = place.key.partition(".")
    tag = next((f"{tag}." for tag, kind in place.variants.items() if kind is place.group), "")
    return f"add it; `ganforge explain {section}.{tag}{name}` shows the allowed values"


def _listed(names: Iterable[str], word: str) -> str:
    """Names as in "one, two or three"."""
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shown_key(key: str) -> str:
    return key if re.fullmatch(r"[\w.\[\]-]{1,60}", key) else _shown(key)


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
        case "string_type":
            return "a text"
        case "string_too_short":
            return f"a text of at least {context['min_length']} character"
        case "string_pattern_mismatch":
            return f"a text that matches {context['pattern']}"
        case "bool_type":
            return "true or false"
        case "model_type":
            return SCHEDULE
        case "finite_number":
            return "a finite number"
        case "dict_type":
            return "scores and numbers, as in {quality.fd_ratio: 2.0}"
        case "list_type" | "tuple_type":
            return "a list"
        case "too_short":
            return f"a list of at least {context['min_length']}"
        case "too_long":
            return f"a list of at most {context['max_length']}"
    return str(fault["msg"])
