"""The page of a translator, by Gradio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ganforge.demo.easel import Easel
from ganforge.demo.page import gradio, or_refused, place_for_picture

Choice = tuple[str | None, str | None, float | None]
"""The user's choices in addition to the source: the name of a style, a file in the style, a seed."""


def build_translation_page(easel: Easel, title: str) -> Any:
    """The page as Gradio's Blocks, not started.

    Args:
        easel: the actions of the page.
        title: title of the page.

    Raises:
        UserError: Gradio is not installed.
    """
    gr = gradio()

    def place_to_draw() -> Any:
        """White paper and a black pen."""
        width, height = easel.canvas  # sizes of pens are radii
        return gr.ImageEditor(
            np.full(
                (height, width, 4), 255, np.uint8
            ),  # the pen is selected on a picture, but has to be chosen on an empty canvas
            label="draw here",
            type="numpy",
            image_mode="RGBA",
            sources=(),
            transforms=(),
            layers=False,
            canvas_size=easel.canvas,
            fixed_canvas=True,
            brush=gr.Brush(default_size=max(1, easel.pen // 2), colors=["#000000"], color_mode="fixed"),
            eraser=gr.Eraser(default_size=2 * easel.pen),
            elem_id="sketch",
        )

    with gr.Blocks(title=title, analytics_enabled=False) as page:
        gr.Markdown(f"# {title}")
        source, count = gr.State(None), gr.State(0)
        with gr.Row():
            with gr.Column(min_width=280):
                sketch = place_to_draw() if easel.draws else None
                given = gr.File(label="drop a picture here", file_types=["image"], elem_id="dropped")
                way = easel.derivation[0] if easel.derivation else ""
                derived = gr.Checkbox(
                    bool(way),
                    label=f"an ordinary picture: make its source first ({way})",
                    visible=bool(way),
                    elem_id="derived",
                )
                example = gr.Button("an example of the test data", visible=easel.examples > 0, elem_id="example")
                style = gr.Dropdown(
                    list(easel.styles),
                    label="style",
                    visible=bool(easel.styles),
                    value=easel.styles[0] if easel.styles else None,
                    elem_id="style",
                )
                like = gr.File(
                    label="or a picture in the style", file_types=["image"], visible=bool(easel.styles), elem_id="like"
                )
                seed = gr.Number(0, label="seed", precision=0, visible=easel.varies, elem_id="seed")
            with gr.Column(min_width=280):
                seen = place_for_picture(gr, "source", "source")
            with gr.Column(min_width=280):
                result = place_for_picture(gr, "result", "picture")

        def outcome(stored: np.ndarray, choice: Choice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            """The source, and pictures of it and of the result."""
            name, path, number = choice
            wanted = easel.example_style(Path(path).read_bytes(), Path(path).name) if path else name or ""
            made = easel.translate(stored, int(number or 0), wanted)
            return stored, easel.shown(stored), easel.shown(made)

        def read(path: str | None, from_ordinary: bool, *choice: Any) -> Any:
            """Translates a dropped picture."""
            if path is None:
                return gr.skip(), gr.skip(), gr.skip()
            file = Path(path)
            return or_refused(gr, lambda: outcome(easel.read(file.read_bytes(), file.name, from_ordinary), choice))

        def draw(drawing: dict[str, Any] | None, *choice: Any) -> Any:
            """Translates a drawing; an empty one is ignored."""
            canvas = (drawing or {}).get("composite")
            if canvas is None or (canvas == canvas[0, 0]).all():
                return gr.skip(), gr.skip(), gr.skip()
            return or_refused(gr, lambda: outcome(easel.drawn(canvas), choice))

        def next_example(place: int, *choice: Any) -> Any:
            """Translates the next source of the test data."""
            return (place + 1, *or_refused(gr, lambda: outcome(easel.example(place), choice)))

        def again(stored: np.ndarray | None, *choice: Any) -> Any:
            """Another result of the same source."""
            return gr.skip() if stored is None else or_refused(gr, lambda: outcome(stored, choice))[2]

        shown_now, chosen = [source, seen, result], [style, like, seed]
        for control in (given, derived):
            control.change(read, [given, derived, *chosen], shown_now)
        if sketch is not None:
            sketch.input(draw, [sketch, *chosen], shown_now, show_progress="hidden", trigger_mode="always_last")
        example.click(next_example, [count, *chosen], [count, *shown_now])
        style.input(lambda: None, None, like)  # a name replaces the picture
        for control in chosen:
            control.change(again, [source, *chosen], result, show_progress="hidden", trigger_mode="always_last")
    return page
