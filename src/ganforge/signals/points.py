"""Points in the plane, whose whole distribution fits into one picture."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.errors import UserError
from ganforge.files import write_durably
from ganforge.signals.signal import SHEET_SIDE, Signal, picture_of, png

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 64  # pixels of the picture of a single point
EXTENT = 1.25  # coordinates from -EXTENT to EXTENT are on a picture
OCTAVES = 4  # of the waves for features
INK = (31, 87, 164)


class PointSignal(Signal):
    """float32 (2,): x and y. Data are within -1..1; a generator may output any point.

    ``about`` holds ``modes``, the centres (x, y) of the Gaussians, and ``spread``, their standard deviation.
    """

    kind = "points"
    plural = "points"
    dtype = "float32"
    suffix = ".csv"
    mime = "text/csv"

    def to_network(self, stored: Tensor) -> Tensor:
        """The unchanged coordinates."""
        import torch

        return stored.to(torch.float32, copy=True)

    def from_network(self, x: Tensor) -> Tensor:
        """The unchanged coordinates."""
        import torch

        return x.to(torch.float32)

    def output(self, x: Tensor) -> Tensor:
        """The unchanged coordinates: all values are valid."""
        return x

    @property
    def view_shape(self) -> tuple[int, ...]:
        """Both coordinates, and their sines and cosines, at a single position."""
        return (2 + 4 * OCTAVES, 1)

    def for_features(self, x: Tensor) -> Tensor:
        """(batch, 2) to themselves and waves of pi, 2 pi, ... per unit, (batch, 2 + 4 * OCTAVES, 1).

        A network whose inputs are coordinates alone learns no details (Tancik et al. 2020,
        https://arxiv.org/abs/2006.10739). Waves alone repeat themselves outside of the plane.
        """
        import torch

        phases = x[:, None, :] * (math.pi * 2.0 ** torch.arange(OCTAVES, device=x.device))[:, None]
        return torch.cat([x, phases.sin().flatten(1), phases.cos().flatten(1)], dim=1)[:, :, None]

    def picture(self, stored: np.ndarray) -> np.ndarray:
        """A dot in the plane."""
        return scatter(stored[None], SIDE, radius=2)

    def encode(self, stored: np.ndarray) -> bytes:
        """A line ``x,y``."""
        return f"{stored[0]},{stored[1]}\n".encode()

    def decode(self, content: bytes) -> np.ndarray:
        """The point in a line ``x,y``.

        Raises:
            UserError: it has another form.
        """
        try:
            point = np.array([float(number) for number in content.decode().split(",")], dtype=np.float32)
        except ValueError:
            point = np.empty(0, np.float32)
        if point.shape != self.shape or not np.isfinite(point).all():
            raise UserError("the file does not contain a point; allowed is one line with two numbers, as in 0.5,-0.25.")
        return point

    def sheet(self, stored: np.ndarray, columns: int, path: Path) -> None:  # noqa: ARG002
        """Writes one picture of the plane with all points (N, 2)."""
        write_durably(path, png(picture_of(scatter(stored, SHEET_SIDE))))


def scatter(points: np.ndarray, side: int, radius: int = 1) -> np.ndarray:
    """Points (N, 2) as a picture uint8 (3, side, side), with y upwards; darker places have more points."""
    counts = np.zeros((side, side))
    places = np.round((points * [1, -1] / EXTENT + 1) / 2 * (side - 1)).astype(np.int64)
    for dx in range(-radius, radius + 1):
        for dy in range(-radius, radius + 1):
            column, row = places[:, 0] + dx, places[:, 1] + dy
            inside = (column >= 0) & (column < side) & (row >= 0) & (row < side)
            np.add.at(counts, (row[inside], column[inside]), 1)
    cover = 1 - 0.6 ** counts[None]
    paper, ink = np.full((3, 1, 1), 255), np.array(INK)[:, None, None]
    return np.round(paper * (1 - cover) + ink * cover).astype(np.uint8)
