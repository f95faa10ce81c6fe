"""Writes images as an animation that browsers play."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from ganforge.errors import UserError
from ganforge.files import write_durably
from ganforge.signals.signal import enlarged, picture_of

SUFFIXES = (".gif", ".mp4")
SIDE = 320  # pixels; small images are enlarged up to this, by whole factors


def check_animation(path: Path) -> None:
    """Checks that `write_animation` can write a file of this kind.

    Raises:
        UserError: it cannot.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path} is not a supported animation file; allowed is {' or '.join(SUFFIXES)}.")


def write_animation(images: Iterable[np.ndarray], path: Path, rate: int) -> float:
    """Writes frames as a repeating GIF or an MP4 (H.264); returns the duration in seconds.

    Frames of a GIF last a whole number of hundredths of a second, so their duration is rounded.

    Args:
        images: uint8 (channels, height, width), one or three channels.
        path: the file; its suffix selects the format.
        rate: frames per second, 1 to 50.

    Raises:
        UserError: the suffix is not supported, or the library for MP4 is not installed.
    """
    check_animation(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [enlarged(picture_of(image), SIDE) for image in images]
    if path.suffix.lower() == ".gif":
        duration = 10 * round(100 / rate)
        _write_gif(frames, path, duration)
        return len(frames) * duration / 1000
    _write_mp4(frames, path, rate)
    return len(frames) / rate


def _write_gif(frames: list[Image.Image], path: Path, duration: int) -> None:
    content = io.BytesIO()
    first, *others = frames
    first.save(content, "GIF", save_all=True, append_images=others, duration=duration, loop=0)
    write_durably(path, content.getbuffer())


def _write_mp4(frames: list[Image.Image], path: Path, rate: int) -> None:
    try:
        import av
    except ImportError:
        raise UserError(
            f"{path} needs a library that is not installed: pip install 'ganforge[video]', or write a .gif."
        ) from None

    beside = path.with_name(f".{path.name}.tmp.mp4")
    try:
        with av.open(str(beside), "w") as container:
            stream = container.add_stream("h264", rate=rate)
            stream.width, stream.height = (2 * ((side + 1) // 2) for side in frames[0].size)  # H.264 needs even sides
            stream.pix_fmt = "yuv420p"  # all browsers play it
            for frame in frames:
                canvas = Image.new("RGB", (stream.width, stream.height))
                canvas.paste(frame)
                container.mux(stream.encode(av.VideoFrame.from_image(canvas)))
            container.mux(stream.encode())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
