"""data/prepared: one array per split, and meta.json."""

from ganforge.datasets import SOURCES
from ganforge.datasets.facts import read_facts
from ganforge.layout import PREPARED, RAW
from ganforge.params import Params
from pipeline.stage import progress_bar, run_stage


def main(params: Params) -> None:
    """Lets the source turn its files into arrays."""
    source = SOURCES[params.dataset.name]
    with progress_bar(None, "img", "preprocess") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        meta = source.prepare(RAW, PREPARED, params, show)
    facts = read_facts(PREPARED)
    if facts is not None:
        print(facts.summary())
    shape = " x ".join(map(str, meta.shape))
    print(f"{meta.origin}: {meta.count['train']} training and {meta.count['test']} {meta.held_out} images of {shape}")


if __name__ == "__main__":
    run_stage(main)
