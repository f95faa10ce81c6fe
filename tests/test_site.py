"""The site of the documentation: its links lead somewhere, and its search finds keys, scores and commands."""

import json
import re
import subprocess
import sys
from html import unescape
from urllib.parse import unquote

import pytest
from selenium.webdriver.common.by import By

from ganforge.cli import COMMANDS
from ganforge.evaluation.registry import meanings
from ganforge.params.catalogue import SECTIONS, variants
from ganforge.params.explaining import names
from tests.browser import browser_at
from tests.project import ROOT
from tests.server import wait_until

IMAGE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, ROOT / "docs" / "build_site.py", folder], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


def test_every_page_of_docs_is_on_the_site(site):
    pages = {page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")}
    assert {str(page) for page in pages if not (site / page).is_file()} == set()
    assert (site / "index.html").is_file()
    assert (site / "how_to" / "contribute.html").is_file()


def test_pages_say_whether_a_test_runs_their_commands(site):
    run, checked = "A test runs this page as it stands.", "They do not run them."
    marks = {
        name: [mark for mark in (run, checked) if mark in (site / f"{name}.html").read_text("utf-8")]
        for name in ("index", "tutorials/first_run", "tutorials/learn/4_mode_collapse", "how_to/ci", "reference/scores")
    }
    assert list(marks.values()) == [[checked], [run], [run], [checked], []]


def test_search_finds_every_key_and_score_and_command(site):
    found = json.dumps(json.loads((site / "search.json").read_text(encoding="utf-8")))
    wanted = [*names(), *meanings(), *(f"ganforge {command.NAME}" for command in COMMANDS)]
    choices = {
        f"{section}.{name}" for section in SECTIONS for name in variants(section)
    }  # on the page of their section
    assert len(wanted) > 200
    assert [name for name in wanted if name not in choices and name not in found] == []


def test_every_link_leads_to_a_page_and_a_place_on_it(site):
    link, place = re.compile(r'<a [^>]*?href="([^"]+)"'), re.compile(r'\b(?:id|name)="([^"]+)"')
    places = {page: set(place.findall(page.read_text("utf-8"))) for page in site.rglob("*.html")}
    del places[site / "404.html"]  # which a server shows at any address
    dead = []
    for page in places:
        for target in link.findall(page.read_text("utf-8")):
            if re.match(r"[a-z]+:|//", target):
                continue
            name, _, anchor = unquote(unescape(target)).partition("#")
            found = (page.parent / name).resolve() if name else page
            if not found.is_file() or (anchor and found in places and anchor not in places[found]):
                dead.append(f"{page.name}: {target}")
    assert dead == []


def test_pages_load_nothing_from_elsewhere(site):
    """They have to work without a network."""
    loaded = re.compile(r'<(?:script|img|link)[^>]*\b(?:src|href)="(https?://[^"]+)"')
    pages = site.rglob("*.html")
    assert {str(page): hits for page in pages if (hits := loaded.findall(page.read_text(encoding="utf-8")))} == {}


@pytest.mark.long
def test_a_page_opened_as_a_file_can_be_searched(site):
    with browser_at((site / "index.html").as_uri()) as browser:
        browser.find_element(By.CSS_SELECTOR, ".md-search__button").click()
        browser.switch_to.active_element.send_keys("train.learning_rate")

        def shown():
            return browser.execute_script("return document.body.innerText + [...document.querySelectorAll('*')]"
                ".map(element => element.shadowRoot?.textContent ?? '').join()")  # fmt: skip

        wait_until(lambda: "Learning rate of the generator" in shown(), 30)


def test_every_picture_has_a_text_and_a_file():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    pictures = [(page, *hit) for page in pages for hit in IMAGE.findall(page.read_text(encoding="utf-8"))]
    pictures = [(page, text, file) for page, text, file in pictures if "//" not in file and "badge" not in file]
    assert len(pictures) > 10
    assert [(page.name, file) for page, text, file in pictures if not text or not (page.parent / file).is_file()] == []


def test_readme_and_pages_are_short():
    """Pages that are written from figures are as long as the figures want them."""
    limits = {ROOT / "README.md": 700}
    limits |= {page: 1200 for page in (ROOT / "docs").rglob("*.md") if not page.name.startswith("results")}
    words = {page: len(page.read_text(encoding="utf-8").split()) for page in limits}
    assert {str(page.relative_to(ROOT)): words[page] for page in limits if words[page] > limits[page]} == {}
