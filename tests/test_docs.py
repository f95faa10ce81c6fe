"""Pages of Markdown can be read as they are: their lines fit on a screen."""

import re

from ganforge.params.tables import MARKED, pages
from tests.project import ROOT

WIDEST = 120
WRITTEN = ("README.md", "docs", "src", "pipeline", "benchmarks", "recipes", "data/import")
BANNED = re.compile(r"^\| `([^`]+)` \| [^|]+ \|$", re.MULTILINE)
GENERATED = {f"docs/explanation/results{name}.md" for name in ("", "_panel", "_sounds")}  # benchmarks.results writes
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
# Code, headings, tables, and links that stand alone.
NOT_PROSE = re.compile(r"    |#|\s*\||\s*!?\[[^]]*\]\([^)]*\)$|\s*<?https?://\S+$")


def too_long(text: str) -> list[str]:
    """Lines of running text, without what `ganforge.params.tables` writes."""
    prose = MARKED.sub("", FENCED.sub("", text))
    return [line for line in prose.splitlines() if len(line) > WIDEST and not NOT_PROSE.match(line)]


def test_no_line_of_running_text_is_long(monkeypatch):
    monkeypatch.chdir(ROOT)
    known = {str(page): page.read_text(encoding="utf-8") for page in pages()}
    assert {"README.md", "CONTRIBUTING.md", "docs/explanation/decisions/data.md", *GENERATED} <= known.keys()
    assert {name: long for name, text in known.items() if name not in GENERATED and (long := too_long(text))} == {}


def test_long_lines_are_found_in_running_text_alone():
    long = " ".join(["word"] * 30)
    address = f"https://example.org/{'a' * WIDEST}"
    allowed = [f"    {long}", f"# {long}", f"| {long} |", f"![{long}](images/one.png)", address, f"```\n{long}\n```"]
    allowed.append(f"one of <!-- choices: dataset -->{long}<!-- end -->")
    assert too_long("\n\n".join(allowed)) == []
    assert too_long(f"{long}\n\n- {long}\n  {long}\n\n{long[:WIDEST]}") == [long, f"- {long}", f"  {long}"]


def test_nobody_writes_the_phrases_that_contributing_bans():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    banned = BANNED.findall(text.partition("Do not use these phrases")[2])
    assert len(banned) > 10
    phrase = re.compile(
        r"\b(?:" + "|".join(r"\s+".join(map(re.escape, each.split())) for each in banned) + r")\b", re.I
    )
    files = [
        file for place in WRITTEN for file in ([ROOT / place] if (ROOT / place).is_file() else texts(ROOT / place))
    ]
    found = {str(file.relative_to(ROOT)): hits for file in files if (hits := phrase.findall(file.read_text("utf-8")))}
    assert found == {}


def texts(folder):
    return [file for file in sorted(folder.rglob("*")) if file.suffix in {".md", ".py", ".yaml", ".html"}]
