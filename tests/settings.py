"""Settings of the tests' own: the recipe for digits, whatever params.yaml of the working copy says."""

from pathlib import Path

from ruamel.yaml import YAML

from ganforge.params.rendering import render

RECIPE = Path(__file__).parents[1] / "recipes" / "digits.yaml"


def default_settings() -> dict:
    """All sections, as a dictionary to change."""
    return YAML(typ="safe", pure=True).load(RECIPE.read_text())


def settings_text() -> str:
    """The same as a whole params.yaml, with its comments."""
    return render(default_settings())
