"""Data sets whose files hold arrays: read into memory at once."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.held_out import hold_out_validation
from ganforge.datasets.resize import resize
from ganforge.datasets.source import Progress, Source, Split
from ganforge.prepared.storage import Meta, write_prepared

if TYPE_CHECKING:
    from ganforge.params import Params


class ArraySource(Source, ABC):
    """A `ganforge.datasets.source.Source` that fits into memory."""

    classes: Sequence[str]
    """Names of the labels."""

    signal = "image"
    """A key of `ganforge.signals.SIGNALS`."""

    parts = 1
    """Images in one item, an equal share of the channels each. 1, but where each has a label of its own, of which the
    item's label is made: the label of the last part counts once, that of the part before it times the number of labels
    that a part can have, and so on, as in the digits of a number."""

    @abstractmethod
    def read(self, folder: Path) -> dict[str, Split]:
        """The splits ``train`` and ``test`` of the files in ``folder``."""

    def prepare(
        self,
        raw: Path,
        folder: Path,
        params: Params,
        progress: Progress,  # noqa: ARG002
    ) -> Meta:
        """Reads, holds out and resizes if asked to, and writes; see `ganforge.datasets.source.Source`."""
        dataset, splits = params.dataset, self.read(raw)
        if dataset.held_out == "validation":
            splits = hold_out_validation(splits)
        if dataset.resolution != "native":
            side = dataset.resolution
            splits = {
                name: dataclasses.replace(split, images=resize(split.images, side)) for name, split in splits.items()
            }
        labelled = dataset.labels == "use"
        if not labelled:
            splits = {name: dataclasses.replace(split, labels=None) for name, split in splits.items()}
        return write_prepared(
            folder,
            splits,
            dataset=dataset.name,
            origin=self.origin,
            signal=self.signal,
            classes=self.classes if labelled else (),
            held_out=dataset.held_out,
            parts=self.parts if labelled else 1,
        )
