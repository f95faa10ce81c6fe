"""data/prepared: one array per split, and meta.json."""

import dataclasses

from ganforge.datasets import SOURCES
from ganforge.datasets.held_out import hold_out_validation
from ganforge.datasets.prepared import write_prepared
from ganforge.datasets.resize import resize
from ganforge.layout import PREPARED, RAW
from ganforge.params import Params
from pipeline.stage import run_stage


def main(params: Params) -> None:
    """Reads the raw files, holds out and resizes if asked to, and writes the arrays."""
    source = SOURCES[params.dataset.name]
    splits = source.read(RAW)
    if params.dataset.held_out == "validation":
        splits = hold_out_validation(splits)
    resolution = params.dataset.resolution
    if resolution != "native":
        splits = {
            name: dataclasses.replace(split, images=resize(split.images, resolution)) for name, split in splits.items()
        }
    labelled = params.dataset.labels == "use"
    if not labelled:
        splits = {name: dataclasses.replace(split, labels=None) for name, split in splits.items()}
    meta = write_prepared(
        PREPARED,
        splits,
        dataset=params.dataset.name,
        origin=source.origin,
        signal="image",
        classes=source.classes if labelled else (),
        held_out=params.dataset.held_out,
        parts=source.parts if labelled else 1,
    )
    shape = " x ".join(map(str, meta.shape))
    print(f"{meta.origin}: {meta.count['train']} training and {meta.count['test']} {meta.held_out} images of {shape}")


if __name__ == "__main__":
    run_stage(main)
