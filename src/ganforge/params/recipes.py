"""Settings that are written into params.yaml: known-good ones, as small overlays, and single ones."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganforge.errors import UserError
from ganforge.files import write_durably
from ganforge.layout import PARAMS
from ganforge.params import load_params, parse_params, read_yaml
from ganforge.params.proposal import Proposal

RECIPES = Path("recipes")


def list_recipes() -> dict[str, str]:
    """Names of the recipes and the comment that begins each file."""
    files = sorted(RECIPES.glob("*.yaml"))
    if not files:
        raise UserError(f"{RECIPES}/ with recipes is not in {Path.cwd()}: run this in the root of the project.")
    return {file.stem: file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for file in files}


def apply_recipe(
    name: str, params_file: Path = PARAMS, proposals: Sequence[Proposal] = ()
) -> dict[str, tuple[Any, Any]]:
    """Writes the values of a recipe into params.yaml; comments and all other keys stay as they are.

    Args:
        name: a file of ``recipes/``, without its suffix.
        params_file: what to write into.
        proposals: further values, that come after those of the file.

    Returns:
        what changed: dotted key, value before, value after.

    Raises:
        UserError: there is no such recipe, or it does not fit params.yaml; then nothing is written.
    """
    from ruamel.yaml import YAML

    known = list_recipes()
    if name not in known:
        raise UserError(f"{name!r} is not a recipe; allowed are {', '.join(known)}.")
    recipe = YAML().load((RECIPES / f"{name}.yaml").read_text(encoding="utf-8"))
    for proposal in proposals:
        recipe.setdefault(proposal.section, {})[proposal.key] = proposal.value
    return _write(recipe, params_file, f"{RECIPES}/{name}.yaml")


def apply_values(values: Sequence[str], params_file: Path = PARAMS) -> dict[str, tuple[Any, Any]]:
    """Writes values as in ``train.loss=hinge`` into params.yaml; see `apply_recipe`.

    Raises:
        UserError: one is no such text, or does not fit params.yaml; then nothing is written.
    """
    from ruamel.yaml import YAML, YAMLError

    now = read_yaml(params_file)
    overlay: dict[str, dict[str, Any]] = {}
    for text in values:
        found = re.fullmatch(r"(\w+)\.(\w+)((?:\.\w+)*)=(.+)", text)
        try:
            if not found:
                raise ValueError
            section, key, *deeper = f"{found[1]}.{found[2]}{found[3]}".split(".")
            value = YAML(typ="safe", pure=True).load(found[4])
            for inner in reversed(deeper):
                value = {inner: value}
            if deeper:  # into a schedule, the rest of which stays
                value = {**now[section][key], **overlay.get(section, {}).get(key, {}), **value}
        except (ValueError, YAMLError, LookupError, TypeError):
            raise UserError(
                f"{text!r} is no setting; allowed is a key of {params_file} and a value, as in train.loss=hinge."
            ) from None
        overlay.setdefault(section, {})[key] = value
    return _write(overlay, params_file, "the settings given")


def _write(overlay: Mapping[str, Mapping[str, Any]], params_file: Path, source: str) -> dict[str, tuple[Any, Any]]:
    """Puts values of an overlay into params.yaml, and returns what changed."""
    from ruamel.yaml import YAML

    before = load_params(params_file).model_dump(mode="json")
    yaml = YAML()
    yaml.preserve_quotes = True
    document = yaml.load(params_file.read_text(encoding="utf-8"))
    for section, values in overlay.items():
        for key, value in values.items():
            old = document.setdefault(section, {}).get(key)
            if isinstance(old, list) and isinstance(value, list):
                old[:] = value  # keeps the way the list is written
            else:
                document[section][key] = value
            if isinstance(old, Mapping) and not isinstance(value, Mapping):
                _pull_comment_back(document[section], key)
    text = io.StringIO()
    yaml.dump(document, text)
    written = YAML(typ="safe", pure=True).load(text.getvalue())
    changed = dict(_changes(before, parse_params(written, source).model_dump(mode="json")))
    if changed:
        write_durably(params_file, text.getvalue().encode())
    return changed


def _changes(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Dotted keys of ``after`` whose values differ, and both values; a schedule in a number's place is told whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            yield from _changes(before.get(key), value, f"{path}.{key}" if path else key)
    elif before != after:
        yield path, (before, after)


def _pull_comment_back(section: Any, key: str) -> None:
    """Puts the comment behind a number where most of its section's are: the schedule in its place had pushed it away.

    Args:
        section: a mapping of ruamel.yaml, which knows the comments behind its values.
        key: of the number.
    """
    comments = {name: tokens[2] for name, tokens in section.ca.items.items() if tokens[2] is not None}
    if key in comments:
        columns = Counter(comment.column for name, comment in comments.items() if name != key)
        comments[key].column = max(columns, key=columns.__getitem__, default=comments[key].column)
