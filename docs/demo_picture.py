"""The picture of `make demo` in docs/images: a held-out image, dropped and slanted: `python docs/demo_picture.py`.

It starts the demo of the generator here, which should be that of the recipe `mnist`, in a Chromium without a screen.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from screenshots import IMAGES, browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganforge.layout import PREPARED
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of

SHOWN = 7  # which held-out image is dropped
SLANT = 2.5
WINDOW = (1180, 960)
PATIENCE = 180  # seconds


def main(port: str) -> None:
    """Takes the picture."""
    address, data = f"http://127.0.0.1:{port}/", Prepared.load(PREPARED)
    demo = subprocess.Popen([sys.executable, "-m", "ganforge.cli", "demo", "--port", port])
    try:
        wait_until(lambda: answers(address))
        with browser() as chromium, tempfile.TemporaryDirectory() as folder:
            dropped = Path(folder) / "dropped.png"
            dropped.write_bytes(signal_of(data.meta.columns[SIGNAL]).encode(data.splits["test"].signal[SHOWN]))
            chromium.set_window_size(*WINDOW)
            chromium.get(address)
            wait_until(lambda: chromium.find_elements(By.CSS_SELECTOR, "#picture img"))
            chromium.find_element(By.CSS_SELECTOR, "#dropped input[type=file]").send_keys(str(dropped))
            wait_until(lambda: chromium.find_elements(By.CSS_SELECTOR, "#nearest img"))
            slant = chromium.find_element(By.CSS_SELECTOR, "#direction-slant input[type=number]")
            slant.send_keys(Keys.CONTROL, "a")
            slant.send_keys(str(SLANT), Keys.TAB)
            time.sleep(3)
            chromium.execute_script("window.scrollTo(0, 0)")
            picture = Image.open(io.BytesIO(chromium.get_screenshot_as_png())).convert("RGB")
            picture.quantize(128).save(IMAGES / "demo.png", optimize=True)
    finally:
        demo.terminate()
        demo.wait()
    print(f"{IMAGES / 'demo.png'} is new.")


def answers(address: str) -> bool:
    """Whether the demo is up."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], object]) -> None:
    """Waits for what takes its time."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit("The demo did not show what was waited for.")
        time.sleep(0.3)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "7861")
