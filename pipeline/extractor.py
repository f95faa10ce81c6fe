"""models/extractor: the feature network of the scores, and the features of both splits."""

import numpy as np
import torch

from ganforge.compute.device import configure
from ganforge.errors import UserError
from ganforge.features.classifier import train_classifier, untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor, root_mean_square, unscaled_features
from ganforge.features.inception import fetch_inception
from ganforge.features.network import FeatureNetwork
from ganforge.features.pretrained import Pretrained, build_pretrained, learn_classes
from ganforge.features.settings import ClassifierSettings, ExtractorSettings, InceptionSettings, SqueezeNetSettings
from ganforge.files import write_array
from ganforge.layout import EXTRACTOR, PREPARED
from ganforge.params import Params
from ganforge.prepared.columns import Split
from ganforge.prepared.meta import SPLITS, Prepared
from ganforge.signals import Signal, signal_of
from pipeline.downloads import squeezenet
from pipeline.stage import progress_bar, run_stage


def main(params: Params) -> None:
    """Trains on the training split; uses the held-out split once, for the features of the floor."""
    data, device = Prepared.load(PREPARED), configure(params.compute)
    train, held_out = (data.splits[split].as_heard() for split in SPLITS)
    signal, classes = signal_of(data.meta.columns["signal"]), len(data.meta.classes)
    network = build(params.extractor, train, signal, classes, device)
    with progress_bar(len(train), signal.plural, "features") as bar:
        unscaled = unscaled_features(network, signal, train.signal, device, lambda seen: bar.update(seen - bar.n))
    if isinstance(network, Pretrained) and classes:
        learn_classes(network, unscaled, train.required_labels(), signal.views, params.extractor.seed)
    clusters = None if classes else Clusters.fit(train.signal, signal, params.extractor.seed)
    extractor = Extractor(network, signal, root_mean_square(unscaled), device, clusters)
    test = extractor(held_out.signal)
    accuracy = None if held_out.labels is None else float(np.mean(test.labels == held_out.labels))
    extractor.save(EXTRACTOR, accuracy)
    for name, features in (("train", extractor.features_of(train.signal, unscaled)), ("test", test)):
        write_array(EXTRACTOR / f"{name}_features.npy", features.values)
        write_array(EXTRACTOR / f"{name}_labels.npy", features.labels)
    if accuracy is not None:
        print(f"the extractor classifies {accuracy:.1%} of the real {data.meta.held_out} {signal.plural} correctly")
    elif not network.pretrained:
        print("without labels, scores use the features of an untrained network")


def build(
    settings: ExtractorSettings, train: Split, signal: Signal, classes: int, device: torch.device
) -> FeatureNetwork:
    """The network that the settings ask for."""
    if not isinstance(settings, ClassifierSettings):
        return pretrained(settings, signal, classes).to(device)
    if not classes:
        return untrained_classifier(train.signal, signal, settings.seed, device)
    with progress_bar(settings.images, signal.plural, "extractor") as bar:
        return train_classifier(
            train, signal, classes, settings.images, settings.seed, device, lambda shown: bar.update(shown - bar.n)
        )


def pretrained(settings: SqueezeNetSettings | InceptionSettings, signal: Signal, classes: int) -> Pretrained:
    """A network with published weights that does not know the classes yet."""
    network = build_pretrained(settings.name, signal, classes)  # an error should come before a download
    if isinstance(settings, InceptionSettings):
        network.trunk = fetch_inception()
        return network
    try:
        network.trunk = squeezenet()
    except UserError as error:
        raise UserError(f"{error} Or use another network: ganforge set extractor.name=classifier") from error
    return network


if __name__ == "__main__":
    run_stage(main)
