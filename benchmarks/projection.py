"""How well unseen images are found among those that the generator can draw: ``python -m benchmarks.projection 200``."""

import sys
from pathlib import Path

import numpy as np

from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.latents import Space, project
from ganforge.layout import EXTRACTOR, GENERATOR, PREPARED
from ganforge.params import load_params
from ganforge.prepared.storage import Prepared
from ganforge.signals import SHEET_SUFFIX, SIGNALS
from ganforge.compute.device import configure

SHOWN = 16


def main(count: int) -> None:
    """Projects the first ``count`` images of the test split."""
    device = configure(load_params().compute)
    extractor, space = Extractor.load(EXTRACTOR, device), Space(Generator.load(GENERATOR, device))
    test = Prepared.load(PREPARED).splits["test"]
    images, labels = np.array(test.images[:count]), test.required_labels()[:count]
    found = project(images, space, extractor)
    recognised = [np.mean(extractor(signals).labels == labels) for signals in (found.signals, images)]
    told = "" if found.labels is None else f"found with their own label {np.mean(found.labels == labels):.1%}; "
    print(
        f"{len(images)} images of the test split: {told}reconstructions recognised as their class {recognised[0]:.1%} "
        f"(the images themselves {recognised[1]:.1%}); error {np.mean(found.error / found.mean_error):.1%} of the mean "
        "image's"
    )
    sheet = Path(f"reports/projection{SHEET_SUFFIX}")
    shown = np.concatenate([images[:SHOWN], found.signals[:SHOWN]])
    SIGNALS[space.generator.config.signal]().sheet(shown, SHOWN, sheet)
    print(f"{sheet} shows the first of them, above as they are, below as they were found.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
