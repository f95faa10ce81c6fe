"""The MLflow run of this pipeline; beside this, only `ganforge.publishing` imports mlflow.

The files on disk are the truth and MLflow is their reader's view: a tracking store that fails costs one warning, and
whatever it missed is completed from the files by the stage ``record``.
"""

from ganforge.tracking.families import gather
from ganforge.tracking.identity import Identity
from ganforge.tracking.live import LiveRun
from ganforge.tracking.reading import previous_run, read_run, run_page
from ganforge.tracking.run import (
    SCORING_TAG,
    PipelineRun,
    describe,
    find_run,
    recover_run,
    scoring_mark,
    settings_tags,
)
from ganforge.tracking.store import connect, reason, store_needed, tracking_uri
from ganforge.tracking.study import Member, record_study

__all__ = [
    "SCORING_TAG",
    "Identity",
    "LiveRun",
    "Member",
    "PipelineRun",
    "connect",
    "describe",
    "find_run",
    "gather",
    "previous_run",
    "read_run",
    "reason",
    "record_study",
    "recover_run",
    "run_page",
    "scoring_mark",
    "settings_tags",
    "store_needed",
    "tracking_uri",
]
