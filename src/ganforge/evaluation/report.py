"""reports/report.html: one page that opens anywhere, with nothing to fetch."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganforge.evaluation.meanings import rows

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .7rem .3rem 0;
       border-bottom: 1px solid #ddd; vertical-align: top; } td.number { font-variant-numeric: tabular-nums;
       white-space: nowrap; } th { font-weight: 600; }
img { max-width: 100%; height: auto; } img.pixels { image-rendering: pixelated; }
.muted { color: #666; } figure { margin: 0; } figcaption { color: #666; }
@media (max-width: 40rem) { td.meaning, th.meaning { display: none; } }
"""


def write_report(
    path: Path,
    *,
    title: str,
    scores: Mapping[str, Mapping[str, Any]],
    pictures: Sequence[tuple[str, str, Path]],
    params: Mapping[str, Any],
) -> None:
    """Writes the page.

    Args:
        path: where to.
        title: of the page.
        scores: contents of metrics.json.
        pictures: heading, caption and PNG file of each picture, in order; files that do not exist are left out.
        params: dotted keys and their values.
    """
    counts = scores["n"]
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p class=muted>{counts['fake']} samples from each of {counts['seeds']} seeds, against {counts['real']} real "
        "held-out images. Every distance is measured between features of a classifier of the real training images.</p>",
        "<h2>Scores</h2>",
        _score_table(scores),
    ]
    for heading, caption, picture in pictures:
        if picture.exists():
            parts += [f"<h2>{html.escape(heading)}</h2>", _figure(picture, caption)]
    parts += ["<h2>Parameters</h2>", _parameter_table(params)]
    body = "\n".join(parts)
    path.write_text(
        f"<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        f'<meta name=viewport content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n",
        encoding="utf-8",
    )


def _score_table(scores: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["<table><tr><th>score<th>samples<th>real images<th class=meaning>what it says</tr>"]
    for label, value, real, meaning in rows(scores):
        lines.append(
            f"<tr><td>{html.escape(label)}<td class=number>{value}<td class=number>{real}"
            f"<td class='meaning muted'>{html.escape(meaning)}</tr>"
        )
    return "\n".join([*lines, "</table>"])


def _parameter_table(params: Mapping[str, Any]) -> str:
    lines = [
        f"<tr><td>{html.escape(key)}<td class=number>{html.escape(str(value))}</tr>" for key, value in params.items()
    ]
    return "\n".join(["<table>", *lines, "</table>"])


def _figure(picture: Path, caption: str) -> str:
    data = base64.b64encode(picture.read_bytes()).decode("ascii")
    text = html.escape(caption)
    return f'<figure><img alt="{text}" src="data:image/png;base64,{data}"><figcaption>{text}</figcaption></figure>'
