"""Which files are images, sounds and music by their names, and which recipe reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

IMAGES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".avif"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
SOUNDS = (
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".au", ".snd", ".caf", ".w64"),
)
MUSIC = (".mid", ".midi", ".kar", ".smf")
RECIPES = {"folder": IMAGES, "sounds": SOUNDS, "midi": MUSIC}


def recipe_hint(names: Iterable[str]) -> str:
    """A sentence that names the recipe for most of these files, after a space; empty if no recipe reads them."""
    found = Counter(recipe for name in names for recipe, suffixes in RECIPES.items() if name.lower().endswith(suffixes))
    return f" For files like these, run `ganforge recipe {found.most_common(1)[0][0]}`." if found else ""
