"""The page, by Gradio."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganforge.demo.studio import Settings, Studio
from ganforge.errors import UserError, first_line

INSTEAD = "It replaces the sample until you remove the file below."
WIDEST = 3.0  # standard deviations of sliders, to both sides
NOWHERE = "as it is"
STYLE = """
footer { display: none !important; }
.picture img { image-rendering: pixelated; }
#stage { position: sticky; top: .5rem; align-self: flex-start; z-index: 2; }
#gallery, #gallery .grid-wrap { max-height: none; min-height: 0; height: auto; overflow: hidden; padding: 0; }
#gallery .grid-container > * { height: auto; aspect-ratio: 1; }
#gallery .grid-container { gap: 2px; grid-template-columns: repeat(16, minmax(0, 1fr)); }
@media (max-width: 40rem) {
  #picture img { max-height: 36vh; }
  #gallery .grid-container { grid-template-columns: repeat(8, minmax(0, 1fr)); }
}
"""
BUTTONS = ["download", "fullscreen"]


def gradio() -> Any:
    """The library, with its analytics switched off.

    Raises:
        UserError: it is not installed.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    try:
        import gradio
    except ImportError:
        raise UserError("the demo needs Gradio: run pip install 'ganforge[demo]'.") from None
    return gradio


def place_for_picture(gr: Any, label: str, name: str) -> Any:
    """An image of the page, with a label and an id."""
    return gr.Image(label=label, format="png", interactive=False, buttons=BUTTONS, elem_classes="picture", elem_id=name)


def place_for_sound(gr: Any, *, visible: bool) -> Any:
    """A player of the page; hidden if signals are not sounds."""
    return gr.Audio(label="sound", format="wav", interactive=False, visible=visible, elem_id="sound")


def or_refused(gr: Any, action: Callable[[], Any]) -> Any:
    """The result of an action; an error that the user can fix is shown on the page."""
    try:
        return action()
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from None


def build_page(studio: Studio, title: str) -> Any:
    """The page as Gradio's Blocks, not started.

    Args:
        studio: the actions of the page.
        title: title of the page.

    Raises:
        UserError: Gradio is not installed.
    """
    gr = gradio()

    def choice_of_condition() -> Any:
        """The field for the condition, to choose or to write; hidden if there is no such choice."""
        if studio.takes_text:
            return gr.Textbox(None, label="asked for", placeholder="as in the data", elem_id="condition")
        first, choices = next(iter(studio.choices), None), list(studio.choices)
        return gr.Dropdown(choices, value=first, label="asked for", visible=bool(choices), elem_id="condition")

    names = list(studio.directions.vectors)
    with gr.Blocks(title=title, analytics_enabled=False) as page:
        gr.Markdown(f"# {title}")
        origin = gr.State(None)
        pictures, samples = studio.samples()
        with gr.Accordion("Samples: click one to edit it", open=True):
            gallery = gr.Gallery(
                pictures, show_label=False, allow_preview=False, interactive=False, buttons=[],
                object_fit="contain", format="png", elem_classes="picture", elem_id="gallery",
            )  # fmt: skip
        with gr.Row():
            with gr.Column(scale=2, min_width=280, elem_id="stage"):
                picture = place_for_picture(gr, "picture", "picture")
                sound = place_for_sound(gr, visible=studio.signal.rate > 0)
                remark = gr.Markdown(elem_id="remark")
            with gr.Column(scale=3, min_width=280):
                with gr.Row():
                    seed = gr.Number(0, label="seed", precision=0, elem_id="seed")
                    condition = choice_of_condition()
                truncation = gr.Slider(
                    0,
                    1,
                    1,
                    label="truncation: lower is more typical",
                    visible=studio.can_truncate,
                    elem_id="truncation",
                )
                with gr.Row():
                    other_seed = gr.Number(1, label="second seed", precision=0)
                    mix = gr.Slider(0, 1, 0, label="share of the other sample", elem_id="mix")
                with gr.Accordion("Edit along directions", open=True):
                    sliders = [gr.Slider(-WIDEST, WIDEST, 0, label=name, elem_id=f"direction-{name}") for name in names]
                    with gr.Row(visible=bool(studio.directions.classes)):
                        towards = gr.Dropdown(
                            [NOWHERE, *studio.directions.classes], value=NOWHERE, label="towards a class"
                        )
                        share = gr.Slider(0, 1, 0, label="share of the way", elem_id="share")
                    reset = gr.Button("undo all edits", size="sm")
                with gr.Accordion("Edit your own file", open=True):
                    dropped = gr.File(label="drop a file here", file_types=kinds_of_file(studio), elem_id="dropped")
                    with gr.Row():
                        given = place_for_picture(gr, "your file, in the generator's size", "given")
                        nearest = place_for_picture(gr, "nearest sample", "nearest")

        def draw(*values: Any) -> Any:
            """The picture for the settings on the page, and its sound if it has one."""
            seeded, wanted, truncated, other, mixed, place, target, way, *strengths = values
            settings = Settings(
                int(seeded or 0),
                wanted or None,
                truncated,
                int(other or 0),
                mixed,
                place,
                None if target in (None, NOWHERE) else target,
                way,
                dict(zip(names, strengths)),
            )
            drawn = or_refused(gr, lambda: studio.draw(settings))
            return studio.shown(drawn), studio.heard(drawn)

        def look_for(path: str | None) -> Any:
            """The projection of a dropped file, not yet edited; without a file, the sample of the seed again."""
            asleep = [gr.update(interactive=path is None) for _ in of_samples]
            if path is None:
                return None, None, None, "", *asleep, *(gr.skip() for _ in edits)
            file = Path(path)
            place, image, reconstruction, text = or_refused(gr, lambda: studio.find(file.read_bytes(), file.name))
            return place, image, reconstruction, f"{text} {INSTEAD}", *asleep, *unedited

        def choose(chosen: Any) -> Any:
            """The settings of the sample that was clicked, unedited."""
            sample = samples[chosen.index]
            return sample.seed, sample.condition, 1.0, 0.0, None, *unedited

        choose.__annotations__["chosen"] = gr.SelectData  # tells Gradio which argument to pass

        of_samples: list[Any] = [seed, condition, truncation, other_seed, mix]
        edits: list[Any] = [towards, share, *sliders]
        unedited = [NOWHERE, 0.0, *(0.0 for _ in names)]
        controls = [*of_samples, origin, *edits]
        for control in controls:
            control.change(draw, controls, [picture, sound], show_progress="hidden", trigger_mode="always_last")
        gallery.select(choose, None, [seed, condition, truncation, mix, dropped, *edits])
        dropped.change(look_for, dropped, [origin, given, nearest, remark, *of_samples, *edits])
        reset.click(lambda: unedited, None, edits)
        page.load(draw, controls, [picture, sound])
    return page


def kinds_of_file(studio: Studio) -> list[str]:
    """The kinds of files that the page accepts, in Gradio's words.

    Suffixes where there are any: for a kind, Gradio asks the machine's table of types, which may lack MIDI or FLAC.
    """
    from ganforge.datasets.suffixes import MUSIC, SOUNDS

    signal = studio.signal
    if signal.is_music:
        return [*MUSIC]
    if signal.is_sound:
        return [*SOUNDS]
    kind = signal.mime.partition("/")[0]
    return [kind if kind in ("image", "audio", "video", "text") else signal.suffix]


def open_page(page: Any, host: str, port: int) -> None:
    """Shows a page of Gradio until it is interrupted.

    Raises:
        UserError: the port is taken.
    """
    import gradio as gr

    fonts = ["system-ui", "sans-serif"]  # of this machine: nothing is downloaded
    theme = gr.themes.Default(font=fonts, font_mono=["monospace"])
    try:
        page.launch(server_name=host, server_port=port, share=False, quiet=True, theme=theme, css=STYLE)
    except OSError:
        raise UserError(
            f"{host}:{port} is taken, or not an address of this machine: choose another --port (make demo PORT=...)."
        ) from None
    except ValueError as error:  # a proxy between this machine and itself
        raise UserError(f"{host}:{port} cannot be reached ({first_line(error)}): exclude it with NO_PROXY.") from None
