"""Values and comments as text: what is written is read back as it was, and is easy on the eyes."""

import math

import pytest

from ganforge.params.reading import parse_yaml
from ganforge.params.rendering import render_section, text_of
from tests.settings import default_settings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00006, "0.00006"),
        (1e-12, "1e-12"),
        (2.0, "2.0"),
        (1e21, "1000000000000000000000.0"),
        (math.inf, ".inf"),
        (True, "true"),
        (None, "null"),
        ("native", "native"),
        ("data/import/photos", "data/import/photos"),
        ("train[:90%]", '"train[:90%]"'),
        ("#ffffff", '"#ffffff"'),
        ("true", '"true"'),
        ("1e3", '"1e3"'),
        ("", '""'),
        ('a "b" \\ # \n\x85', '"a \\"b\\" \\\\ # \\U0000000A\\U00000085"'),
        ([1, [2.5, "a b"]], '[1, [2.5, "a b"]]'),
        ({"quality.fd": 1.0, "a": {}}, "{quality.fd: 1.0, a: {}}"),
    ],
)
def test_a_value_is_written_as_a_person_would_and_read_back_as_it_was(value, text):
    assert text_of(value) == text
    assert parse_yaml(f"key: {text}  # comment", "it") == {"key": value}


def test_comments_stand_below_each_other_and_go_on_below_where_they_are_long():
    lines = render_section("train", default_settings()["train"]).splitlines()
    assert lines[1] == "  images: 170000            # Length of the training: real signals shown in total."
    (half_life,) = (number for number, line in enumerate(lines) if "ema_half_life" in line)
    assert lines[half_life].startswith("  ema_half_life: 10000      # Half-life in signals of the moving average of")
    assert lines[half_life + 1] == f"{'':28}# thirteenth of those shown; 0: no average."


def test_the_comment_of_a_long_value_stands_below_it():
    values = default_settings()["sample"] | {"seeds": list(range(25))}
    assert render_section("sample", values).splitlines()[-4:-1] == [
        f"  seeds: {list(range(25))}",
        f"{'':28}# Seeds of the samples; fd is the mean over them, most other scores use all samples",
        f"{'':28}# together.",
    ]
