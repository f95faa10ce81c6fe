"""Street View House Numbers: colour images of 32x32, read by torchvision's class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.prepared.columns import Split


class SVHN(ArraySource):
    """99,289 digits from photographs of house numbers; the "extra" images are left out."""

    classes: Sequence[str] = [str(digit) for digit in range(10)]
    origin = "SVHN (Netzer et al. 2011)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The two official files."""
        files = (self._reader().split_list[split] for split in ("train", "test"))
        return [RemoteFile(name, (url,), md5) for url, name, md5 in files]

    def read(self, folder: Path) -> dict[str, Split]:
        """Reads the MATLAB files."""
        splits = {split: self._reader()(str(folder), split=split) for split in ("train", "test")}
        return {
            name: Split.of(np.ascontiguousarray(data.data), data.labels.astype(np.int64))
            for name, data in splits.items()
        }

    def _reader(self) -> Any:
        import torchvision.datasets

        return torchvision.datasets.SVHN


SOURCE = SVHN()
