"""The page of a translator in a real browser."""

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganforge.datasets.derived import derive
from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import write_prepared
from tests.browser import browser_at
from tests.demo.serving import demo_in
from tests.server import wait_until
from tests.settings import settings_text
from tests.translators import ABOUT, file_of, random_picture, write_translator

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A translator of outlines, and test data to choose examples from."""
    folder = write_translator(tmp_path_factory.mktemp("pairs"), derived="edges", source=(1, 32, 32))
    (folder / "params.yaml").write_text(settings_text().replace("threads: 2", "threads: 1"))
    signal = np.stack([random_picture(3, 32, 32)] * 3)
    columns = {"signal": signal, "source": derive(signal, "edges", 0.2)}
    kinds = {"signal": Kind("image"), "source": Kind("image", ABOUT["edges"])}
    splits = dict.fromkeys(("train", "test"), Split(columns))
    write_prepared(folder / "data" / "prepared", splits, kinds, dataset="pairs", origin="x")
    (folder / "mine.png").write_bytes(file_of(random_picture(3, 40, 70)))
    return folder


@pytest.fixture(scope="module")
def address(project):
    with demo_in(project, project / "log") as address:
        yield address


@pytest.fixture
def browser(address):
    with browser_at(address) as browser:
        wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#sketch canvas"), 60)
        yield browser


def image(browser, name):
    """Where the picture in a place comes from; None where there is none."""
    found = browser.find_elements(By.CSS_SELECTOR, f"#{name} img")
    return found[0].get_attribute("src") if found else None


def size(browser, name):
    found = browser.find_element(By.CSS_SELECTOR, f"#{name} img")
    return int(found.get_attribute("naturalWidth")), int(found.get_attribute("naturalHeight"))


def test_a_dropped_picture_is_translated_and_another_seed_makes_another_result(browser, project):
    browser.find_element(By.CSS_SELECTOR, "#dropped input[type=file]").send_keys(str(project / "mine.png"))
    wait_until(lambda: image(browser, "picture"), 30)
    wait_until(lambda: all(size(browser, "picture") + size(browser, "source")), 30)  # are loaded
    assert size(browser, "picture") == size(browser, "source") == (6 * 70, 6 * 40)
    before = image(browser, "picture")
    entry = browser.find_element(By.CSS_SELECTOR, "#seed input[type=number]")
    entry.send_keys(Keys.CONTROL, "a")
    entry.send_keys("7", Keys.TAB)
    wait_until(lambda: image(browser, "picture") != before, 30)


def test_an_example_of_the_test_data_is_translated(browser):
    browser.find_element(By.ID, "example").click()
    wait_until(lambda: image(browser, "picture"), 30)
    assert size(browser, "source") == (448, 448)


def test_what_is_drawn_is_translated(browser):
    canvas = browser.find_element(By.CSS_SELECTOR, "#sketch canvas")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    stroke = ActionChains(browser).move_to_element_with_offset(canvas, -60, -60).click_and_hold()
    stroke.move_by_offset(60, 20).move_by_offset(50, 60).release().perform()
    wait_until(lambda: image(browser, "picture"), 30)
    assert size(browser, "source") == size(browser, "picture") == (448, 448)


@pytest.fixture(scope="module")
def styled_address(tmp_path_factory):
    """The page of a translator of two styles, without test data."""
    folder = write_translator(tmp_path_factory.mktemp("styles"), "styled")
    (folder / "params.yaml").write_text(settings_text().replace("threads: 2", "threads: 1"))
    (folder / "mine.png").write_bytes(file_of(random_picture(3, 40, 70)))
    (folder / "like.png").write_bytes(file_of(255 - random_picture(3, 30, 20)))
    with demo_in(folder, folder / "log") as address:
        yield folder, address


def test_a_style_is_chosen_by_its_name_or_by_a_picture(styled_address):
    folder, address = styled_address
    with browser_at(address) as browser:
        wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "#dropped input[type=file]"), 60)
        browser.find_element(By.CSS_SELECTOR, "#dropped input[type=file]").send_keys(str(folder / "mine.png"))
        wait_until(lambda: image(browser, "picture"), 30)
        in_ink = image(browser, "picture")
        browser.find_element(By.CSS_SELECTOR, "#style input").click()
        wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, "[role=option]"), 10)
        choices = browser.find_elements(By.CSS_SELECTOR, "[role=option]")
        assert [choice.text.split()[-1] for choice in choices] == ["ink", "oil"]
        choices[1].click()
        wait_until(lambda: image(browser, "picture") != in_ink, 30)
        in_oil = image(browser, "picture")
        browser.find_element(By.CSS_SELECTOR, "#like input[type=file]").send_keys(str(folder / "like.png"))
        wait_until(lambda: image(browser, "picture") not in (in_ink, in_oil), 30)
