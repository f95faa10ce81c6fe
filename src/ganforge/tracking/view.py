"""A saved view of the runs on MLflow's pages, with the columns and charts to compare generators by.

MLflow stores a view as JSON in a tag of the experiment. A page whose address names the view opens with it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ganforge.tracking.run import CURVES
from ganforge.tracking.store import experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient

VIEW = "ganforge"  # its name in the menu "Views"
TAG = f"mlflow.sharedViewState.{VIEW}"
SECTION = {"uuid": VIEW, "name": "Training", "display": True, "isReordered": True, "isGenerated": False}
COLUMNS = (
    "attributes.`Duration`",
    "metrics.`quality/fd_ratio`",
    "metrics.`quality/recall`",
    f"metrics.`{CURVES}loss_generator`",
    "params.`dataset.name`",
    "params.`network.name`",
    "params.`objective.name`",
    "params.`objective.loss`",
    "params.`train.images`",
)
CHARTS = ((f"{CURVES}loss_generator", f"{CURVES}loss_discriminator"), (f"{CURVES}fd",))


def save_view(client: MlflowClient) -> str:
    """Stores the view in the experiment.

    Returns:
        The address of the experiment's runs, from the ``#`` on.
    """
    experiment = experiment_id(client)
    now = int(time.time() * 1000)
    if TAG not in client.get_experiment(experiment).tags:
        saved = {"name": VIEW, "createdAt": now, "updatedAt": now, "state": json.dumps(view())}
        client.set_experiment_tag(experiment, TAG, json.dumps(saved))
    chosen = {"viewStateShareKey": VIEW, "workflowType": "machine_learning"}
    return f"#/experiments/{experiment}/runs?{urlencode(chosen)}"


def view() -> dict[str, Any]:
    """All runs, the newest first; curves of losses and distance, and a slider over the sheets of samples."""
    charts = [{"type": "LINE", "metricKey": keys[0], "selectedMetricKeys": [*keys], **_LINE} for keys in CHARTS]
    charts.append({"type": "IMAGE", "imageKeys": ["samples"], "step": 0, "showRunParams": False})
    shared = {"metricSectionId": VIEW, "runsCountToCompare": 10, "isGenerated": False, "deleted": False}
    return {
        "searchFilter": "",
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [*COLUMNS],
        "compareRunCharts": [{"uuid": f"{VIEW}-{number}", **shared, **chart} for number, chart in enumerate(charts)],
        "compareRunSections": [SECTION],
        "isAccordionReordered": True,  # else the page makes its own sections
        "hideEmptyCharts": True,
        "useGroupedValuesInCharts": True,
        "groupBy": None,
        "groupsExpanded": {},
    }


_LINE = {
    "xAxisKey": "step",
    "xAxisScaleType": "linear",
    "yAxisKey": "metric",
    "yAxisExpressions": [],
    "scaleType": "linear",
    "lineSmoothness": 0,
    "useGlobalLineSmoothing": True,
    "range": {},
}
