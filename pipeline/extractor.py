"""models/extractor: the network that scores look through, and the features of both splits."""

import numpy as np
import torch

from ganforge.compute.device import configure
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.errors import UserError
from ganforge.features.classifier import NAME as CLASSIFIER
from ganforge.features.classifier import train_classifier, untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor
from ganforge.features.inception import fetch_inception
from ganforge.features.network import FeatureNetwork
from ganforge.features.pretrained import Pretrained, build_pretrained, learn_classes
from ganforge.features.settings import ClassifierSettings, ExtractorSettings, InceptionSettings, SqueezeNetSettings
from ganforge.features.squeezenet import read_squeezenet
from ganforge.files import write_array
from ganforge.layout import EXTRACTOR, PREPARED
from ganforge.params import Params
from ganforge.prepared.columns import Split
from ganforge.prepared.meta import Prepared
from ganforge.signals import Signal, signal_of
from pipeline.downloads import download
from pipeline.process import only_one_in
from pipeline.stage import private_folder, progress_bar, run_stage

SQUEEZENET = RemoteFile(
    "compressed_SqueezeNet.net",
    (
        "https://raw.githubusercontent.com/songhan/SqueezeNet-Deep-Compression/"
        "fb13faa26c11ab78ef529d4ba7c7ba8fc1f4f2ac/compressed_SqueezeNet.net",
    ),
    "9e65b2784de743985f605095d7412130",
    "squeezenet",
)


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
    if accuracy is not None:
        plural = extractor.signal.plural
        print(f"the extractor classifies {accuracy:.1%} of the real {data.meta.held_out} {plural} rightly")
    elif params.extractor.name == CLASSIFIER:
        print("without labels, scores are computed on the features of an untrained network")


def build(settings: ExtractorSettings, data: Prepared, device: torch.device) -> Extractor:
    """The extractor that the settings ask for; without labels, groups of signals stand in for classes."""
    train, meta = data.splits["train"], data.meta
    signal = signal_of(meta.columns["signal"])
    clusters = None if meta.classes else Clusters.fit(train.signal, signal, settings.seed)
    if not isinstance(settings, ClassifierSettings):
        network: FeatureNetwork = pretrained(settings, train, signal, len(meta.classes), device)
    elif meta.classes:
        with progress_bar(settings.images, "img", "extractor") as bar:
            network = train_classifier(
                train,
                signal,
                len(meta.classes),
                settings.images,
                settings.seed,
                device,
                lambda shown: bar.update(shown - bar.n),
            )
    else:
        network = untrained_classifier(train.signal, signal, settings.seed, device)
    return Extractor.scaled_to(network, signal, train.signal, device, clusters)


def pretrained(
    settings: SqueezeNetSettings | InceptionSettings, train: Split, signal: Signal, classes: int, device: torch.device
) -> Pretrained:
    """A network with published weights, which learnt the classes of the data, if there are any."""
    network = build_pretrained(settings.name, signal, classes)  # refused now rather than after a download
    if isinstance(settings, SqueezeNetSettings):
        weights = private_folder() / "weights"
        try:
            with only_one_in(weights):
                download([SQUEEZENET], settings.name, weights)
        except UserError as error:
            raise UserError(f"{error} Or do without it: ganforge set extractor.name=classifier") from error
        network.trunk = read_squeezenet(weights / SQUEEZENET.name)
    else:
        network.trunk = fetch_inception()
    network.to(device).eval()
    if classes:
        learn_classes(network, train, signal, settings.seed, device)
    return network


if __name__ == "__main__":
    run_stage(main)
