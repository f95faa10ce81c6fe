"""Paths of the results of the stages, from the root of the project."""

from __future__ import annotations

from pathlib import Path

PARAMS = Path("params.yaml")
LOCK = Path("dvc.lock")
AUGMENTATION_LOCK = Path("pipeline/augmentation/dvc.lock")
IMPORT = Path("data/import")
RAW = Path("data/raw")
PREPARED = Path("data/prepared")
DATA_REPORT = Path("reports/data.html")
DATA_SUMMARY = Path("reports/data.json")
DATA_FIGURES = Path("reports/data")
EXTRACTOR = Path("models/extractor")
GENERATOR = Path("models/generator")
WAY_BACK = "back"  # in the folder of a generator: the one that translates its results back
BASELINE = Path("models/baseline")
DIRECTIONS = Path("models/directions")
DIRECTION_FIGURES = Path("reports/directions")
RUN = Path("models/run.json")
TRAINING = Path("reports/training.csv")
PROGRESS = Path("reports/progress")
SAMPLES = Path("samples")
METRICS = Path("reports/metrics.json")
CLASSES = Path("reports/classes.csv")
FIGURES = Path("reports/figures")
REPORT = Path("reports/report.html")
AUGMENTATION = Path("reports/augmentation")
AUGMENTATION_RUN = Path("reports/augmentation_run.json")
AUGMENTATION_REPORT = Path("reports/augmentation.html")
AUGMENTATION_PLOT = Path("reports/augmentation.png")
LISTEN = SAMPLES / "listen"
LISTEN_TO_DATA = DATA_FIGURES / "listen"
LISTEN_TO_NEIGHBOURS = FIGURES / "listen"
GRID = SAMPLES / "grid.png"
