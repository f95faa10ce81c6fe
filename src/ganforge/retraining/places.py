"""What a retraining leaves, for a report to be read and results to be delivered."""

from __future__ import annotations

from ganforge.layout import CLASSES, LOCK, METRICS, PARAMS, TRAINING

REPORT = "report.md"
COMMENT = "comment.md"  # the report as it was delivered, with addresses of its pictures
PICTURES = "pictures"  # the folder of those that the report shows
RESULTS = "results"  # the folder of what git tracks of the run
OUTCOME = "outcome.json"
TRACKED = (PARAMS, LOCK, METRICS, TRAINING, CLASSES)  # what a run changes of what git tracks
