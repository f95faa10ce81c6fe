"""Measures how well unseen signals are projected to codes: ``python -m benchmarks.projection 200``."""

import sys
from pathlib import Path

import numpy as np

from ganforge.compute.device import configure
from ganforge.features.extractor import Extractor
from ganforge.generator import Generator
from ganforge.latents.projection import project
from ganforge.latents.space import Space
from ganforge.layout import EXTRACTOR, GENERATOR, PREPARED
from ganforge.params import load_params
from ganforge.prepared.columns import LABELS
from ganforge.prepared.meta import Prepared
from ganforge.signals import SHEET_SUFFIX

SHOWN = 16


def main(count: int) -> None:
    """Projects the first ``count`` items of the test split."""
    device = configure(load_params().compute)
    extractor, space = Extractor.load(EXTRACTOR, device), Space(Generator.load(GENERATOR, device))
    signal, test = space.generator.signal, Prepared.load(PREPARED).splits["test"]
    wanted, labels = np.array(test.signal[:count]), test.required_labels()[:count]
    projection = project(wanted, space, extractor, pool=test.columns)
    recognised = [np.mean(extractor(signals).labels == labels) for signals in (projection.signals, wanted)]
    asked = projection.asked.get(LABELS)
    own = "" if asked is None else f"{np.mean(asked == labels):.1%} asking for their own label; "
    print(
        f"{len(wanted)} {signal.plural} of the test split: {own}reconstructions recognised as their class "
        f"{recognised[0]:.1%} (the {signal.plural} themselves {recognised[1]:.1%}); error "
        f"{np.mean(projection.error / projection.mean_error):.1%} of the mean sample's"
    )
    sheet = Path(f"reports/projection{SHEET_SUFFIX}")
    signal.sheet(np.concatenate([wanted[:SHOWN], projection.signals[:SHOWN]]), SHOWN, sheet)
    print(f"{sheet} shows the first of them: originals above, reconstructions below.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
