"""Runs the code of the chapters for learners and keeps their pictures in docs/images/learn: `python docs/learn.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

CHAPTERS = Path(__file__).parent / "tutorials" / "learn"
IMAGES = Path(__file__).parent / "images" / "learn"
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def code_of(chapter: Path) -> str:
    """The program on a page."""
    return "\n".join(CODE.findall(chapter.read_text(encoding="utf-8")))


def alone() -> dict[str, str]:
    """Variables under which a program uses one thread: threads that wait for each other slow such small networks."""
    return os.environ | {"OMP_NUM_THREADS": "1"}


def main() -> None:
    """Runs one chapter after the other."""
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else IMAGES
    for chapter in sorted(CHAPTERS.glob("[0-9]*.md")):
        start = time.monotonic()
        subprocess.run([sys.executable, "-c", code_of(chapter)], cwd=folder, env=alone(), check=True)
        print(f"{chapter.stem}: {time.monotonic() - start:.0f} s, {folder / f'chapter_{chapter.name[0]}.png'}")


if __name__ == "__main__":
    main()
