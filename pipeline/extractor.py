"""models/extractor: a classifier of the real images, and the features of both splits."""

import numpy as np
import torch

from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor, train_classifier, untrained_classifier
from ganforge.files import write_array
from ganforge.layout import EXTRACTOR, PREPARED
from ganforge.params import ExtractorSettings, Params
from ganforge.prepared.storage import Prepared
from ganforge.training.device import configure
from pipeline.stage import progress_bar, run_stage


def main(params: Params) -> None:
    """Trains on the training split; looks at the held-out split once, for the features that stand as the floor."""
    data = Prepared.load(PREPARED)
    extractor = build(params.extractor, data, configure(params.compute))
    held_out = data.splits["test"]
    test = extractor(held_out.images)
    accuracy = None if held_out.labels is None else float(np.mean(test.labels == held_out.labels))
    extractor.save(EXTRACTOR, data.meta.shape, len(data.meta.classes), accuracy)
    train = extractor(data.splits["train"].images)
    write_array(EXTRACTOR / "train_features.npy", train.values)
    write_array(EXTRACTOR / "train_labels.npy", train.labels)
    write_array(EXTRACTOR / "test_features.npy", test.values)
    write_array(EXTRACTOR / "test_labels.npy", test.labels)
    if accuracy is None:
        print("without labels, scores are computed on the features of an untrained network")
    else:
        print(f"the extractor classifies {accuracy:.1%} of the real {data.meta.held_out} images rightly")


def build(params: ExtractorSettings, data: Prepared, device: torch.device) -> Extractor:
    """A classifier of the training images, or an untrained one where they have no labels."""
    train, meta = data.splits["train"], data.meta
    if not meta.classes:
        classifier = untrained_classifier(train.images, params.seed, device)
        clusters = Clusters.fit(train.images, params.seed)
        return Extractor.scaled_to(classifier, train.images, device, clusters=clusters)
    with progress_bar(params.images, "img", "extractor") as bar:
        classifier = train_classifier(
            train,
            len(meta.classes),
            params.images,
            params.seed,
            device,
            lambda shown: bar.update(shown - bar.n),
            meta.parts,
        )
    return Extractor.scaled_to(classifier, train.images, device, meta.parts)


if __name__ == "__main__":
    run_stage(main)
