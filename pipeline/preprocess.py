"""data/prepared: one array per split and column, and meta.json."""

from ganforge.datasets.derived import add_source
from ganforge.datasets.source import source_of
from ganforge.layout import PREPARED, RAW
from ganforge.params import Params
from ganforge.prepared.facts import read_facts
from pipeline.stage import progress_bar, run_stage


def main(params: Params) -> None:
    """Converts the files of the data set to arrays, and derives sources if params.yaml asks for them."""
    params.check_source()
    with progress_bar(None, "files", "preprocess") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        meta = source_of(params.dataset.name).prepare(RAW, PREPARED, params.dataset, show)
    if params.dataset.derivation is not None:
        meta = add_source(PREPARED, meta, *params.dataset.derivation)
    facts = read_facts(PREPARED)
    if facts is not None:
        print(facts.summary())
    counts = f"{meta.count['train']:,} training and {meta.count['test']:,} {meta.held_out} items"
    print(f"{meta.origin}: {counts} of {' x '.join(map(str, meta.shape))}, columns {', '.join(meta.columns)}")


if __name__ == "__main__":
    run_stage(main)
