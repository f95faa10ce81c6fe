"""Writes settings into params.yaml: known-good ones from recipes/, and single ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganforge.errors import UserError
from ganforge.layout import PARAMS
from ganforge.params.catalogue import SECTIONS, class_of, tag_of
from ganforge.params.editing import Document, same
from ganforge.params.known_good import RECIPES, known_good
from ganforge.params.reading import parse_params, parse_yaml, read_yaml
from ganforge.params.refusal import MOVED_SECTIONS
from ganforge.params.rendering import NOTE, NOTES, render_section, text_of
from ganforge.params.rules import Proposal
from ganforge.params.whole import Params

Values = Mapping[str, Any]
Changes = dict[str, tuple[Any, Any]]

# Settings whose keys are those of scores, with a dot inside.
LIMITS = (("gate", "most"), ("gate", "least"), ("gate", "worse_by"))


def list_recipes() -> dict[str, str]:
    """Names of the recipes, each with the first comment of its file."""
    files = sorted(RECIPES.glob("*.yaml"))
    if not files:
        raise UserError(f"{Path.cwd()} has no folder {RECIPES}/ with recipes: run this in the root of the project.")
    return {file.stem: file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for file in files}


def apply_recipe(
    name: str, params_file: Path = PARAMS, proposals: Sequence[Proposal] = (), kept: Mapping[str, Values] | None = None
) -> Changes:
    """Writes the values of a recipe into params.yaml.

    Sections that the recipe contains completely are replaced, with their comments; in others, only the keys that it
    names change. The file may come from an older version, whose sections the recipe replaces.

    Args:
        name: a file of ``recipes/``, without its suffix.
        params_file: the file to write into.
        proposals: further values, applied after those of the recipe.
        kept: values by section that are applied after these.

    Returns:
        what changed: dotted key, value before, value after; None if there is no value.

    Raises:
        UserError: the recipe does not exist or does not fit params.yaml; nothing is written then.
    """
    return _write(_recipe(name, proposals, kept), params_file, f"{RECIPES}/{name}.yaml", dropped=MOVED_SECTIONS)


def with_recipe(
    name: str, proposals: Sequence[Proposal] = (), params_file: Path = PARAMS, kept: Mapping[str, Values] | None = None
) -> Params:
    """The result of `apply_recipe`, with the same arguments, without changing params.yaml."""
    _, after = _overlaid(_recipe(name, proposals, kept), params_file, MOVED_SECTIONS)
    return parse_params(after, f"{params_file} with {RECIPES}/{name}.yaml")


def _recipe(name: str, proposals: Sequence[Proposal], kept: Mapping[str, Values] | None) -> dict[str, Any]:
    """The sections of a recipe with the proposed values, and with those that are kept.

    Raises:
        UserError: the recipe does not exist.
    """
    known = list_recipes()
    if name not in known:
        raise UserError(f"{name!r} is not a recipe; allowed are {', '.join(known)}.")
    recipe: dict[str, Any] = read_yaml(RECIPES / f"{name}.yaml")
    for proposal in proposals:
        section = recipe.get(proposal.section, {})
        recipe[proposal.section] = combined(proposal.section, section, {proposal.key: proposal.value})
    for name_of_section, values in (kept or {}).items():
        recipe[name_of_section] = {**recipe.get(name_of_section, {}), **values}
    return recipe


def apply_values(values: Sequence[str], params_file: Path = PARAMS) -> Changes:
    """Writes values as in ``objective.loss=hinge`` into params.yaml; see `apply_recipe`.

    If a tag changes, as in ``network.name=style``, the section of the new variant is written: keys that both variants
    have stay, others come from recipes, and keys that no recipe sets have to be given too.

    Raises:
        UserError: a value is malformed or does not fit params.yaml; nothing is written then.
    """
    now = read_yaml(params_file)
    overlay: dict[str, dict[str, Any]] = {}
    for text in values:
        setting = re.fullmatch(r"(\w+)\.(\w+)((?:\.\w+)*)=(.+)", text)
        try:
            if not setting:
                raise ValueError
            section, key, *deeper = f"{setting[1]}.{setting[2]}{setting[3]}".split(".")
            written = setting[4]
            value: Any = written if written.startswith("#") else parse_yaml(written, text)  # a colour, not a comment
            if (section, key) in LIMITS and deeper:
                deeper = [".".join(deeper)]
            for inner in reversed(deeper):
                value = {inner: value}
            if deeper:  # in a schedule or among limits, whose other keys stay
                value = {**now[section][key], **overlay.get(section, {}).get(key, {}), **value}
        except (ValueError, UserError, LookupError, TypeError):
            raise UserError(
                f"{text!r} is not a setting; write a key of {params_file} and a value, as in objective.loss=hinge."
            ) from None
        overlay.setdefault(section, {})[key] = value
    return _write(overlay, params_file, "the settings given")


def combined(section: str, present: Any, given: Values, dataset: Any = None) -> dict[str, Any]:
    """The values of a section after some are set.

    If these change its variant, the result is the section of the new variant: keys that both have keep their values,
    others take those of recipes.

    Args:
        section: its name.
        present: its values, or anything else if it has none.
        given: the values to set.
        dataset: name of the data set whose recipes are searched first.

    Raises:
        UserError: the new variant has keys that no recipe sets.
    """
    present = present if isinstance(present, Mapping) else {}
    tag = tag_of(section) if section in SECTIONS else None
    kind = class_of(section, {**present, **given}) if section in SECTIONS else None
    if kind is None:  # reported later
        return {**present, **given}
    if given.keys() >= kind.model_fields.keys():
        return dict(given)
    if tag is None or given.get(tag, present.get(tag)) == present.get(tag):
        return {**present, **given}
    values = {key: given.get(key, present.get(key)) for key in kind.model_fields if key in {*given, *present}}
    for key in kind.model_fields.keys() - values.keys():
        known = known_good(section, kind, key, dataset)
        if known:
            values[key] = known.value
    missing = [f"{section}.{key}" for key in kind.model_fields if key not in values]
    if missing:
        setting = f"{section}.{tag}={given[tag]}"
        raise UserError(
            f"{setting} also needs {', '.join(missing)}, which no recipe sets; give them too, as in: ganforge set "
            f"{setting} {' '.join(f'{key}=...' for key in missing)}"
        )
    return {**{key: values[key] for key in kind.model_fields}, **given}


def _write(overlay: Mapping[str, Values], params_file: Path, source: str, dropped: Collection[str] = ()) -> Changes:
    """Writes the values of an overlay into params.yaml, drops sections of older versions, returns what changed."""
    from ganforge.files import write_durably

    before, after = _overlaid(overlay, params_file, dropped)
    parse_params(after, f"{params_file} with {source}")
    text = _rewritten(params_file.read_text(encoding="utf-8"), before, after, overlay)
    if text is None:
        raise UserError(
            f"{params_file} has a form in which single keys cannot be changed, such as a section in one line or "
            "anchors: change it by hand, or start again from the params.yaml that comes with the project."
        )
    changed = dict(_changes(before, after))
    if changed:
        write_durably(params_file, text.encode())
    return changed


def _overlaid(
    overlay: Mapping[str, Values], params_file: Path, dropped: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sections of params.yaml before and after an overlay is applied."""
    before = read_yaml(params_file)
    if not isinstance(before, dict):
        parse_params(before, str(params_file))
    dataset = {**_section(before, "dataset"), **overlay.get("dataset", {})}.get("name")
    after = {name: values for name, values in before.items() if name not in dropped}
    for section, given in overlay.items():
        after[section] = combined(section, before.get(section), given, dataset)
    return before, after


def _rewritten(text: str, before: Values, after: Values, overlay: Mapping[str, Values]) -> str | None:
    """The text of params.yaml with changed values; None: its form does not allow changes."""
    from ruamel.yaml import YAMLError

    document = Document(text)
    for section in before.keys() - after.keys():
        document.remove(section)
    for section, given in overlay.items():
        old, new = before.get(section), after[section]
        if section not in document:
            note = NOTES.get(section, "") if NOTE not in str(document) else ""
            document.insert(section, note + render_section(section, new), SECTIONS)
        elif same(old, new):
            continue
        elif not isinstance(old, Mapping) or old.keys() != new.keys() or given.keys() >= new.keys():
            document.replace(section, render_section(section, new))
        else:
            try:
                document.change(section, old, new)
            except (YAMLError, LookupError):
                return None
    try:
        return str(document) if same(parse_yaml(str(document), "it"), after) else None
    except UserError:
        return None


def _section(values: Values, name: str) -> Values:
    section = values.get(name)
    return section if isinstance(section, Mapping) else {}


def _changes(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Dotted keys whose values differ, with both values; a schedule counts as one value if the other is a number."""
    if "." not in path and dict in {type(before), type(after)}:  # sections may come and go
        before, after = before or {}, after or {}
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _changes(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif not same(before, after):
        yield path, (before, after)


def describe(changes: Changes) -> dict[str, str]:
    """The change of each key, in words."""
    return {key: _change(key, before, after) for key, (before, after) in changes.items()}


def _change(key: str, before: Any, after: Any) -> str:
    if before is None:
        return f"{key}: {text_of(after)} (new)"
    if after is None:
        return f"{key} was removed (it was {text_of(before)})"
    return f"{key}: {text_of(before)} -> {text_of(after)}"
