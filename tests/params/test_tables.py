"""Docs list the choices that there are."""

import re

from ganforge.params.catalogue import classes_of, variants
from ganforge.params.tables import MARKED, listed, pages, table, with_choices, with_comments
from tests.project import ROOT
from tests.settings import settings_text


def test_docs_have_the_choices_of_the_classes(monkeypatch):
    monkeypatch.chdir(ROOT)
    texts = {page: page.read_text() for page in pages()}
    assert {page: with_choices(text) for page, text in texts.items()} == texts
    marked = {name for text in texts.values() for _, name, _, _ in MARKED.findall(text)}
    assert {"dataset", "network", "augment", "objective.loss", "train.optimiser"} <= marked
    assert sum(text.count("<!-- choices:") for text in texts.values()) == sum(
        len(MARKED.findall(text)) for text in texts.values()
    )


def test_a_table_has_a_row_for_each_variant():
    for name, kind in variants("network").items():
        assert f"| `{name}` | {kind.__doc__.strip()} |" in table("network").splitlines()


def test_choices_are_written_where_they_are_marked():
    page = "a <!-- choices: objective.loss -->old<!-- end --> b\n<!-- choices: augment -->\n<!-- end -->\n"
    assert with_choices(page) == (
        f"a <!-- choices: objective.loss -->{listed('objective.loss')}<!-- end --> b\n"
        f"<!-- choices: augment -->\n{table('augment')}\n<!-- end -->\n"
    )
    assert listed("augment") == "`none`, `always`, `adaptive`, `together`"
    assert listed("augment.transformations") == "`colour`, `translation`, `cutout`, `delay`, `masking`"
    assert listed("objective.loss").count("`") == 2 * len(
        classes_of("objective")[0].model_fields["loss"].annotation.__args__
    )


def test_comments_of_params_yaml_are_written_anew():
    assert with_comments(re.sub(r"#.*", "# old", settings_text())).count("# old") == settings_text().count("\n# ") + 1
    assert with_comments(settings_text()) == settings_text()
