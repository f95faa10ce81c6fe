"""The record of a run, with scores of every size: ratios on both sides of 1, shares, tiny and whole numbers."""

import json

from ganforge.runs.records import parse_record
from tests.settings import settings_text

MEASURED = {
    "n": {"real": 355, "fake": 355, "seeds": 10, "pooled": 1442},
    "quality": {
        "fd": 0.1769932653977179,
        "fd_std": 0.035430341783638644,
        "fd_floor": 0.1529018281963488,
        "fd_ratio": 1.1575614725183803,
        "fd_ratio_std": 0.23171954319696417,
        "kid": -0.017774599755169353,
        "kid_std": 0.0012048468439192174,
        "kid_floor": -0.017682706550491645,
        "fd_worst_class": 1.6523409446358877,
        "fd_worst_class_floor": 0.5827788896465123,
        "precision": 0.9646324549237171,
        "recall": 0.9267605633802817,
        "density": 1.0445214979195563,
        "coverage": 1.0,
        "precision_real": 0.9694868238557559,
        "recall_real": 0.9352112676056338,
        "density_real": 1.0593619972260748,
        "coverage_real": 1.0,
    },
    "diversity": {
        "class_kl": 6.638783085106026e-05,
        "classes": 10,
        "classes_found": 10,
        "classes_found_real": 10,
        "unique_fraction": 1.0,
        "unique_fraction_real": 1.0,
    },
    "memorisation": {
        "compared": 355,
        "auth_pct": 59.71830985915493,
        "auth_pct_real": 54.929577464788736,
        "copied_fraction": 0.0,
        "copied_fraction_real": 0.0,
    },
    "classifier": {
        "extractor_accuracy": 0.9943661971830986,
        "conditional_accuracy": 0.9935211267605634,
        "cas": 0.9887323943661972,
        "cas_real": 0.9943661971830986,
    },
}


def measured_record():
    """A run of the default settings with these scores."""
    return parse_record("measured", settings_text(), json.dumps(MEASURED), None)
