"""Known-good settings: small overlays on params.yaml."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganforge.errors import UserError
from ganforge.files import write_durably
from ganforge.layout import PARAMS
from ganforge.params import load_params, parse_params
from ganforge.proposal import Proposal

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
    before = load_params(params_file).flat()
    yaml = YAML()
    yaml.preserve_quotes = True
    document = yaml.load(params_file.read_text(encoding="utf-8"))
    recipe = yaml.load((RECIPES / f"{name}.yaml").read_text(encoding="utf-8"))
    for proposal in proposals:
        recipe.setdefault(proposal.section, {})[proposal.key] = proposal.value
    for section, values in recipe.items():
        for key, value in values.items():
            old = document[section].get(key)
            if isinstance(old, list) and isinstance(value, list):
                old[:] = value  # keeps the way the list is written
            else:
                document[section][key] = value
    text = io.StringIO()
    yaml.dump(document, text)
    written = YAML(typ="safe", pure=True).load(text.getvalue())
    after = parse_params(written, f"{RECIPES}/{name}.yaml").flat()
    changed = {key: (before.get(key), value) for key, value in after.items() if before.get(key) != value}
    if changed:
        write_durably(params_file, text.getvalue().encode())
    return changed
