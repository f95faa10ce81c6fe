"""What pydantic finds wrong with a file, in one sentence that names the key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import re
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def sentence_of(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """The first fault of ``error`` in one sentence, with the number of the others.

    Args:
        error: of validating values against ``model``.
        model: the whole file.
        source: its name.
    """
    faults: dict[str, Any] = {}
    # A misspelt key is unknown under one name and missing under another: the unknown one tells what to mend.
    told = _without_misspelt(error.errors(include_url=False))
    for fault in sorted(told, key=lambda fault: fault["type"] != "extra_forbidden"):
        if fault["type"] == "float_type" and isinstance(fault["input"], dict) and _names_a_kind(fault["loc"][-1]):
            continue  # of a number or a schedule: the schedule, whose own faults are told
        faults.setdefault(_place(fault), []).append(fault)
    key, same_key = next(iter(faults.items()))
    others = f" ({len(faults) - 1} more keys are at fault)" if len(faults) > 2 else ""
    others = " (one more key is at fault)" if len(faults) == 2 else others
    return f"{source}: {_describe(key, same_key, model)}{others}."


def _without_misspelt(faults: list[Any]) -> list[Any]:
    """The faults, of which those of keys that are missing because they are misspelt are left out."""
    missing = {fault["loc"]: fault for fault in faults if fault["type"] == "missing"}
    for fault in faults:
        if fault["type"] == "extra_forbidden":
            *group, name = fault["loc"]
            beside = [str(place[-1]) for place in missing if [*place[:-1]] == group]
            for meant in difflib.get_close_matches(str(name), beside, n=1):
                del missing[(*group, meant)]
    return [fault for fault in faults if fault["type"] != "missing" or fault["loc"] in missing]


def _place(fault: Any) -> str:
    """The dotted key of a fault; an unknown key may be called whatever it likes."""
    if fault["type"] != "extra_forbidden":
        return _key(fault["loc"])
    *groups, name = fault["loc"]
    return f"{_key(tuple(groups))}.{name}".removeprefix(".")


def _key(location: tuple[str | int, ...]) -> str:
    """The dotted key of a pydantic location, without the union members that pydantic names in it."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif not _names_a_kind(part):
            key += f".{part}" if key else part
    return key


def _names_a_kind(part: str | int) -> bool:
    """Whether a part of a pydantic location is a member of a union rather than a key."""
    kinds = ("literal[", "constrained-", "Schedule[")
    return isinstance(part, str) and (part in {"int", "str", "float"} or part.startswith(kinds))


def _describe(key: str, faults: list[Any], model: type[BaseModel]) -> str:
    first = min(faults, key=lambda fault: fault["type"] == "model_type")  # of a number or a schedule: the number
    found = first["input"]
    match first["type"]:
        case "extra_forbidden":
            return f"{_shown_key(key)} is not a key; {_neighbours_of(first['loc'], model)}"
        case "invalid_key":
            return f"{_shown(found)} is not a key; {_neighbours_of((*first['loc'][:-1], ''), model)}"
        case "missing":
            return f"{key} is missing; add it, as in the file that comes with the project"
        case "value_error":
            return str(first["ctx"]["error"])
        case "model_type" | "model_attributes_type":
            where = f"{key} is" if key else "the file holds"
            return f"{where} {_shown(found)}; it must be a group of keys, as in the params.yaml of the project"
    allowed = " or ".join(dict.fromkeys(_allowed(fault) for fault in faults))
    return f"{key} is {_shown(found)}; allowed is {allowed}"


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shown_key(key: str) -> str:
    return key if re.fullmatch(r"[\w.\[\]-]{1,60}", key) else _shown(key)


def _neighbours_of(location: tuple[str | int, ...], section: type[BaseModel]) -> str:
    """What may stand where an unknown key stands."""
    *groups, name = (str(part) for part in location)
    path = [part for part in groups if not _names_a_kind(part)]
    for part in path:
        annotation = section.model_fields[part].annotation
        kinds = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]
        section = next((kind for kind in kinds if issubclass(kind, BaseModel)), section)
    known = list(section.model_fields)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"write {'.'.join([*path, close[0]])} if that is what you mean"
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
        case "string_type":
            return "a text"
        case "string_too_short":
            return f"a text of at least {context['min_length']} character"
        case "bool_type":
            return "true or false"
        case "model_type":
            return "a schedule as in {start: 0.002, end: 0.0001, shape: cosine, begin: 0}"
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
