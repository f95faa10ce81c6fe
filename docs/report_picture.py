"""The picture of a retraining's report in docs/images: `python docs/report_picture.py`, after `ci/retrain`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

from markdown_it import MarkdownIt
from PIL import Image
from screenshots import IMAGES, browser

REPORT = Path("retrain/report.md")
WIDTH = 900  # pixels, about that of a comment
STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #1f2328; margin: 24px; }
h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px; }
table { border-collapse: collapse; } th, td { border: 1px solid #d1d9e0; padding: 4px 10px; text-align: left; }
img { max-width: 100%; } code { background: #eff1f3; padding: 1px 4px; border-radius: 4px; }
"""


def main() -> None:
    """Shows the report as a page for comments would, and takes a picture of all of it."""
    if not REPORT.exists():
        sys.exit(f"{REPORT} does not exist: run ci/retrain first.")
    body = MarkdownIt("gfm-like", {"linkify": False}).render(REPORT.read_text(encoding="utf-8"))
    page = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}"
    with NamedTemporaryFile("w", suffix=".html", dir=REPORT.parent, encoding="utf-8") as file, browser() as chromium:
        file.write(page)
        file.flush()
        chromium.set_window_size(WIDTH, 800)
        chromium.get(Path(file.name).absolute().as_uri())
        height = chromium.execute_script("return document.documentElement.scrollHeight")
        chromium.set_window_size(WIDTH, height + 160)  # the window has a frame
        picture = Image.open(io.BytesIO(chromium.get_screenshot_as_png())).convert("RGB")
        picture.crop((0, 0, WIDTH, height)).quantize(128).save(IMAGES / "retrain-report.png", optimize=True)


if __name__ == "__main__":
    main()
