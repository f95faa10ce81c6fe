"""models/extractor: a classifier of the real images, and the features of both splits."""

import numpy as np

from ganforge.datasets.prepared import Prepared
from ganforge.evaluation.extractor import Extractor, train_classifier
from ganforge.params import Params
from ganforge.training.device import configure
from pipeline.stage import EXTRACTOR, PREPARED, progress_bar, run_stage


def main(params: Params) -> None:
    """Trains on the training split; looks at the held-out split once, for the features that stand as the floor."""
    data = Prepared.load(PREPARED)
    device = configure(params.compute)
    classes = len(data.meta.classes)
    with progress_bar(params.extractor.images, "img", "extractor") as bar:
        classifier = train_classifier(
            data.splits["train"],
            classes,
            params.extractor.images,
            params.extractor.seed,
            device,
            lambda shown: bar.update(shown - bar.n),
            data.meta.parts,
        )
    extractor = Extractor.scaled_to(classifier, data.splits["train"].images, device, data.meta.parts)
    test = extractor(data.splits["test"].images)
    accuracy = float(np.mean(test.labels == data.splits["test"].labels))
    extractor.save(EXTRACTOR, data.meta.shape, classes, accuracy)
    np.save(EXTRACTOR / "train_features.npy", extractor(data.splits["train"].images).values)
    np.save(EXTRACTOR / "test_features.npy", test.values)
    np.save(EXTRACTOR / "test_labels.npy", test.labels)
    print(f"the extractor classifies {accuracy:.1%} of the real {data.meta.held_out} images rightly")


if __name__ == "__main__":
    run_stage(main)
