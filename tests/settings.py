"""Settings of the tests' own: recipes, whatever params.yaml of the working copy says."""

from pathlib import Path

from ganforge.params import read_yaml
from ganforge.params.rendering import render

RECIPES = Path(__file__).parents[1] / "recipes"
VARIED = ("dataset", "extractor", "network", "objective", "augment")  # sections whose keys depend on one of them


def default_settings() -> dict:
    """All sections, as a dictionary to change."""
    return recipe("digits")


def settings_text() -> str:
    """The same as a whole params.yaml, with its comments."""
    return render(default_settings())


def settings_of(name: str) -> dict:
    """The default settings with those of a recipe."""
    values = default_settings()
    for section, chosen in recipe(name).items():
        values[section] = chosen if section in VARIED else values[section] | chosen
    return values


def recipe(name: str) -> dict:
    """The sections of a recipe; that for digits has all of them, with all of their keys."""
    return read_yaml(RECIPES / f"{name}.yaml")
