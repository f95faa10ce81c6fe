"""The page of a translator, by Gradio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ganforge.demo.easel import Easel
from ganforge.demo.page import gradio, or_refused, place_for_picture


def build_translation_page(easel: Easel, title: str) -> Any:
    """The page as Gradio's Blocks, not started.

    Args:
        easel: what it does.
        title: above it.

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
            ),  # on a picture the pen is at hand, on nothing it is to be chosen
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
                seed = gr.Number(0, label="seed", precision=0, visible=easel.varies, elem_id="seed")
            with gr.Column(min_width=280):
                seen = place_for_picture(gr, "source", "source")
            with gr.Column(min_width=280):
                result = place_for_picture(gr, "result", "picture")

        def outcome(stored: np.ndarray, number: float | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            """The source, and pictures of it and of the result."""
            made = easel.translate(stored, int(number or 0))
            return stored, easel.shown(stored), easel.shown(made)

        def read(path: str | None, from_ordinary: bool, number: float | None) -> Any:
            """What becomes of a dropped picture."""
            if path is None:
                return gr.skip(), gr.skip(), gr.skip()
            file = Path(path)
            return or_refused(gr, lambda: outcome(easel.read(file.read_bytes(), file.name, from_ordinary), number))

        def draw(drawing: dict[str, Any] | None, number: float | None) -> Any:
            """What becomes of a drawing; an empty one is none."""
            canvas = (drawing or {}).get("composite")
            if canvas is None or (canvas == canvas[0, 0]).all():
                return gr.skip(), gr.skip(), gr.skip()
            return or_refused(gr, lambda: outcome(easel.drawn(canvas), number))

        def next_example(place: int, number: float | None) -> Any:
            """What becomes of the next source of the test data."""
            return (place + 1, *or_refused(gr, lambda: outcome(easel.example(place), number)))

        def again(stored: np.ndarray | None, number: float | None) -> Any:
            """Another result of the same source."""
            return gr.skip() if stored is None else or_refused(gr, lambda: outcome(stored, number))[2]

        shown_now = [source, seen, result]
        for control in (given, derived):
            control.change(read, [given, derived, seed], shown_now)
        if sketch is not None:
            sketch.input(draw, [sketch, seed], shown_now, show_progress="hidden", trigger_mode="always_last")
        example.click(next_example, [count, seed], [count, *shown_now])
        seed.change(again, [source, seed], result, show_progress="hidden", trigger_mode="always_last")
    return page
