"""models/extractor: a classifier of the real signals, and the features of both splits."""

import numpy as np
import torch

from ganforge.compute.device import configure
from ganforge.features.classifier import train_classifier, untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor
from ganforge.features.settings import ExtractorSettings
from ganforge.files import write_array
from ganforge.layout import EXTRACTOR, PREPARED
from ganforge.params import Params
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of
from pipeline.stage import progress_bar, run_stage


def main(params: Params) -> None:
    """Trains on the training split; looks at the held-out split once, for the features that stand as the floor."""
    data = Prepared.load(PREPARED)
    extractor = build(params.extractor, data, configure(params.compute))
    held_out = data.splits["test"]
    test = extractor(held_out.signal)
    accuracy = None if held_out.labels is None else float(np.mean(test.labels == held_out.labels))
    extractor.save(EXTRACTOR, accuracy)
    train = extractor(data.splits["train"].signal)
    write_array(EXTRACTOR / "train_features.npy", train.values)
    write_array(EXTRACTOR / "train_labels.npy", train.labels)
    write_array(EXTRACTOR / "test_features.npy", test.values)
    write_array(EXTRACTOR / "test_labels.npy", test.labels)
    if accuracy is None:
        print("without labels, scores are computed on the features of an untrained network")
    else:
        plural = extractor.signal.plural
        print(f"the extractor classifies {accuracy:.1%} of the real {data.meta.held_out} {plural} rightly")


def build(settings: ExtractorSettings, data: Prepared, device: torch.device) -> Extractor:
    """A classifier of the training signals, or an untrained one where they have no labels."""
    train, meta = data.splits["train"], data.meta
    signal = signal_of(meta.columns["signal"])
    if not meta.classes:
        classifier = untrained_classifier(train.signal, signal, settings.seed, device)
        clusters = Clusters.fit(train.signal, signal, settings.seed)
        return Extractor.scaled_to(classifier, signal, train.signal, device, clusters)
    with progress_bar(settings.images, "img", "extractor") as bar:
        classifier = train_classifier(
            train,
            signal,
            len(meta.classes),
            settings.images,
            settings.seed,
            device,
            lambda shown: bar.update(shown - bar.n),
        )
    return Extractor.scaled_to(classifier, signal, train.signal, device)


if __name__ == "__main__":
    run_stage(main)
