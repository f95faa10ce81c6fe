"""Image files to fill data/import with."""

import io

import numpy as np
from PIL import Image


def picture(seed, size=(12, 10), colour=True):
    """The content of a PNG that no other seed has."""
    array = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    image = Image.fromarray(array)
    content = io.BytesIO()
    (image if colour else image.convert("L")).save(content, "PNG")
    return content.getvalue()


def fill(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def put(folder, names, first=0, **options):
    """A picture of its own at each of the paths."""
    for seed, name in enumerate(names, start=first):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(seed, **options))
