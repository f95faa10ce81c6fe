"""Paths of the files of a retraining: its report and its results."""

from __future__ import annotations

from ganforge.layout import CLASSES, LOCK, METRICS, PARAMS, TRAINING

REPORT = "report.md"
COMMENT = "comment.md"  # the delivered report, with addresses of its pictures
PICTURES = "pictures"  # the folder of the report's pictures
RESULTS = "results"  # the folder of the run's files in git
OUTCOME = "outcome.json"
TRACKED = (PARAMS, LOCK, METRICS, TRAINING, CLASSES)  # files in git that a run changes
