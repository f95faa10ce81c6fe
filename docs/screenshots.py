"""Pictures of MLflow's own pages over the runs recorded here, taken by a real browser: `make screenshots`.

It starts an `mlflow server` on the default store, opens its pages in a Chromium without a screen, and writes what it
sees to docs/images/. It wants two finished runs that differ in their loss, and takes the newest of each loss.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By

from ganforge.tracking.store import connect, experiment_name, tracking_uri

IMAGES = Path(__file__).parent / "images"
MOST_RUNS = 3
LONGEST_START = 90  # seconds until the server answers
PATIENCE = 30  # seconds until a page shows what is waited for
SETTLE = 6  # seconds more, in which charts are drawn
CURVES = "_train/(loss|fd|learning_rate|images_per_second)"  # of the charts that are shown
COMPARED = "quality/(fd_ratio|precision|coverage)$|_train/(fd|loss)"
CHOICES = {  # what MLflow's pages keep in the browser
    "mlflow.workflowType_v1": '"machine_learning"',
    "mlflow.assistant.panelOpen_v1": "false",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Takes all pictures."""
    experiment, runs = chosen_runs()
    compared = f"runs={quote(json.dumps(runs))}&experiments={quote(json.dumps([experiment]))}"
    with served() as address, browser() as chromium:
        set_up(chromium, address)
        base = f"{address}/#/experiments/{experiment}/runs"
        curves = f"{base}/{runs[0]}/model-metrics"
        take(chromium, f"{base}/{runs[0]}", "mlflow-run", (1400, 1250), "Description")
        take(chromium, curves, "mlflow-curves", (1400, 1000), "Auto-refresh", search(CURVES))
        take(chromium, f"{base}?compareRunsMode=CHART", "mlflow-charts", (1400, 1250), "Add chart", search(COMPARED))
        take(
            chromium, f"{address}/#/compare-runs?{compared}", "mlflow-compare", (1400, 1700), "Run details", differences
        )


def chosen_runs() -> tuple[str, list[str]]:
    """The experiment, and the newest finished run of each loss."""
    client = connect()
    experiment = client.get_experiment_by_name(experiment_name())
    runs = [] if experiment is None else client.search_runs([experiment.experiment_id], "attributes.status='FINISHED'")
    trained = [run for run in reversed(runs) if "objective.loss" in run.data.params]  # rather than runs of a study
    newest = {run.data.params["objective.loss"]: run.info.run_id for run in trained}
    if len(newest) < 2:
        sys.exit(
            "There are no two finished runs with different losses here: run `make repro`, change objective.loss in "
            "params.yaml, and run it again."
        )
    return experiment.experiment_id, list(reversed(newest.values()))[:MOST_RUNS]


@contextmanager
def served() -> Iterator[str]:
    """The address of an `mlflow server` on the default store, until it is no longer needed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    command = ["server", "--backend-store-uri", tracking_uri(), "--host", "127.0.0.1", "--port", port]
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", *command],
        env=os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + LONGEST_START
        while not answers(address):
            if time.monotonic() > end or server.poll() is not None:
                sys.exit(f"`mlflow server` did not answer within {LONGEST_START} s.")
            time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait()


def answers(address: str) -> bool:
    """Whether a server is up."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A Chromium without a screen."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        sys.exit("There is no Chromium with its chromedriver here: install both (Debian: chromium, chromium-driver).")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    chromium = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield chromium
    finally:
        chromium.quit()


def set_up(chromium: webdriver.Chrome, address: str) -> None:
    """Chooses the pages for training models, and closes the assistant, as a person does at the first visit."""
    chromium.get(address)
    for name, value in CHOICES.items():
        chromium.execute_script("localStorage.setItem(arguments[0], arguments[1])", name, value)


def take(
    chromium: webdriver.Chrome,
    address: str,
    name: str,
    window: tuple[int, int],
    words: str,
    act: Callable[[webdriver.Chrome], None] | None = None,
) -> None:
    """Opens a page, waits until it shows ``words``, acts as a person would, and writes a picture of it."""
    chromium.set_window_size(*window)
    chromium.get("about:blank")  # an address that differs after its # alone would not be loaded anew
    chromium.get(address)
    end = time.monotonic() + PATIENCE
    while words not in page_text(chromium):
        if time.monotonic() > end:
            sys.exit(f"{address} did not show {words!r} within {PATIENCE} s; is MLflow's page another one by now?")
        time.sleep(0.5)
    if act is not None:
        act(chromium)
    time.sleep(SETTLE)
    path = IMAGES / f"{name}.png"
    chromium.save_screenshot(str(path))
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64)
    small.save(path, optimize=True)
    print(path)


def search(words: str) -> Callable[[webdriver.Chrome], None]:
    """Shows the charts whose names fit."""

    def act(chromium: webdriver.Chrome) -> None:
        chromium.find_element(By.XPATH, "//input[@placeholder='Search metric charts']").send_keys(words)

    return act


def differences(chromium: webdriver.Chrome) -> None:
    """Leaves out what does not differ and the plot above it, and shows the grids of samples side by side."""
    for switch in chromium.find_elements(By.XPATH, "//*[@role='switch']"):
        chromium.execute_script("arguments[0].click()", switch)
    chromium.find_element(By.XPATH, "//*[text()='Visualizations']").click()
    time.sleep(SETTLE)
    chromium.execute_script("arguments[0].click()", chromium.find_element(By.XPATH, "//*[@artifact-name='grid.png']"))


def page_text(chromium: webdriver.Chrome) -> str:
    """What a person reads on the page."""
    try:
        return str(chromium.find_element(By.TAG_NAME, "body").text)
    except WebDriverException:
        return ""


if __name__ == "__main__":
    main()
