"""Images one after the other."""

import numpy as np
import pytest
from PIL import Image

from ganforge.errors import UserError
from ganforge.signals.animation import write_animation

LEVELS = (0, 80, 160, 240)


def frames(channels):
    return [np.full((channels, 9, 7), level, np.uint8) for level in LEVELS]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gif_shows_every_frame_for_its_time_and_begins_again(channels, tmp_path):
    assert write_animation(frames(channels), tmp_path / "deep" / "x.gif", rate=10) == 0.4
    with Image.open(tmp_path / "deep" / "x.gif") as gif:
        assert gif.n_frames == 4 and gif.info["loop"] == 0 and gif.size == (7 * 35, 9 * 35)
        for number, level in enumerate(LEVELS):
            gif.seek(number)
            assert gif.info["duration"] == 100
            assert abs(np.asarray(gif.convert("L")).mean() - level) < 2


@pytest.mark.parametrize("channels", [1, 3])
def test_an_mp4_holds_the_same_frames(channels, tmp_path):
    av = pytest.importorskip("av", reason="needs ganforge[video]")
    write_animation(frames(channels), tmp_path / "x.mp4", rate=10)
    with av.open(str(tmp_path / "x.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.average_rate == 10
        levels = [frame.to_ndarray(format="gray")[:300, :240].mean() for frame in container.decode(stream)]
    assert levels == pytest.approx(LEVELS, abs=4)
    assert [path.name for path in tmp_path.iterdir()] == ["x.mp4"]


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"x.avi is not a supported animation file; allowed is .gif or .mp4"):
        write_animation(frames(1), tmp_path / "x.avi", rate=10)


def test_a_gif_tells_how_long_it_really_lasts(tmp_path):
    assert write_animation(frames(1), tmp_path / "x.gif", rate=30) == pytest.approx(4 * 0.03)
