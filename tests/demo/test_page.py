"""The demo page in a real browser."""

import json
import time
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganforge.demo.studio import SHOWN
from tests.browser import browser_at
from tests.demo.serving import demo_in
from tests.server import wait_until

pytestmark = pytest.mark.long

PHONE = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(scope="module")
def address(finished, tmp_path_factory):
    """Where the demo of a generator that was trained a little answers."""
    with demo_in(finished.root, tmp_path_factory.mktemp("demo") / "log") as address:
        yield address


@pytest.fixture
def browser(address):
    with browser_at(address) as browser:
        wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#picture img"), 60)
        yield browser


def picture(browser):
    return browser.find_element(By.CSS_SELECTOR, "#picture img").get_attribute("src")


def enter(browser, where, value):
    """Types a number, and waits for another picture."""
    before = picture(browser)
    entry = browser.find_element(By.CSS_SELECTOR, f"#{where} input[type=number]")
    entry.send_keys(Keys.CONTROL, "a")
    entry.send_keys(str(value), Keys.TAB)
    wait_until(lambda: picture(browser) != before, 30)


def hosts(browser):
    """Whom the page asked for anything."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return {url.split("/")[2].split(":")[0] for url in urls if url.startswith("http")}


def test_controls_change_the_picture_and_nothing_is_fetched_from_elsewhere(browser):
    for where, value in (("seed", 12), ("direction-slant", 2.5), ("mix", 0.5), ("truncation", 0.4)):
        enter(browser, where, value)
    assert hosts(browser) == {"127.0.0.1"}


def test_a_sample_that_is_clicked_on_is_the_one_to_edit(browser):
    shown = "#gallery .grid-container button"
    wait_until(lambda: len(browser.find_elements(By.CSS_SELECTOR, shown)) == SHOWN, 30)
    before = picture(browser)
    browser.find_elements(By.CSS_SELECTOR, shown)[13].click()
    wait_until(lambda: picture(browser) != before, 30)
    assert browser.find_element(By.CSS_SELECTOR, "#seed input").get_attribute("value") == "13"
    assert browser.find_element(By.CSS_SELECTOR, "#condition input").get_attribute("value") == "3"


def test_a_dropped_picture_is_found_and_edited(browser, finished):
    enter(browser, "direction-slant", 2)
    single = next((finished.root / "samples" / "single").glob("3_*.png"))
    before = picture(browser)
    browser.find_element(By.CSS_SELECTOR, "#dropped input[type=file]").send_keys(str(Path(single).resolve()))
    wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#nearest img"), 60)
    wait_until(lambda: picture(browser) != before, 30)
    assert "of the mean sample's" in browser.find_element(By.ID, "remark").text
    slant = browser.find_element(By.CSS_SELECTOR, "#direction-slant input[type=number]")
    assert float(slant.get_attribute("value")) == 0, "what was edited before is not an edit of this picture"
    assert not browser.find_element(By.CSS_SELECTOR, "#seed input").is_enabled()
    enter(browser, "direction-brightness", -3)


def test_it_fits_a_phone(browser):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    time.sleep(1)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= PHONE["width"]
