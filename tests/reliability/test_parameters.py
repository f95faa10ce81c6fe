"""Whatever stands in params.yaml or on a command line: a plan that runs, or one sentence."""

import copy
import math
import os
import string
from functools import reduce
from tempfile import mkdtemp
from typing import Any, get_args

import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ganforge.cli import main
from ganforge.compute.device import configure
from ganforge.errors import UserError
from ganforge.objectives.settings import LossName
from ganforge.params import Params, load_params, parse_params, read_yaml
from ganforge.params.catalogue import class_of, variants
from ganforge.params.recipes import apply_values
from ganforge.params.rendering import text_of
from ganforge.prepared.meta import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import build_trainer
from tests.settings import default_settings, settings_of, settings_text

DEFAULTS = default_settings()
SETTINGS = [DEFAULTS, settings_of("folder"), settings_of("huggingface")]
EXAMPLES = int(os.environ.get("GANFORGE_EXAMPLES", "100"))
QUICK = {"deadline": None, "derandomize": "GANFORGE_EXAMPLES" not in os.environ}


def paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every group and every key of nested dictionaries."""
    if not isinstance(value, dict):
        return [path]
    return [path, *(inner for key, item in value.items() for inner in paths(item, (*path, key)))]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["auto", "1e-3", "none", "native", "cpu", "dcgan", "style", "folder", "adaptive", "cosine"]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=6), scalars), inner, max_size=3)
    ),
    max_leaves=6,
)


places = st.sampled_from([(number, path) for number, values in enumerate(SETTINGS) for path in paths(values)])


def outcome(values: Any) -> Params | None:
    """Parses; what is refused is refused in one sentence that names the file."""
    try:
        return parse_params(values)
    except UserError as error:
        sentence = str(error)
        assert sentence.startswith("params.yaml: ")
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 600
        return None


@settings(max_examples=EXAMPLES, **QUICK)
@given(places, anything)
@example((0, ("train", "learning_rate")), {"start": 1e-3, "end": 1e-4, "shape": "linear", "begin": math.nan})
@example((0, ("train",)), {1: 2})
@example((0, ()), None)
@example((0, ()), DEFAULTS | {"int": 1})
@example((0, ()), DEFAULTS | {"Schedule[": 1})
@example((0, ("train", "float")), 1)
@example((0, ("network", "dcgan")), {"width": 8})
@example((0, ("network", "name")), "style")
@example((0, ("network", "name")), [{}])
@example((1, ("augment", "mode")), "none")
@example((1, ("dataset",)), {"name": "mnist"})
def test_any_value_in_any_place_is_taken_or_named(place, value):
    number, path = place
    values = copy.deepcopy(SETTINGS[number])
    if not path:
        values = value
    else:
        reduce(lambda group, key: group[key], path[:-1], values)[path[-1]] = value
    try:
        parse_params(values)
    except UserError as error:
        assert not path or path[0] in str(error)
    outcome(values)


# The gate asks for whatever scores it likes; all other keys have to be there, and no more.
fixed = places.filter(lambda place: place[1] and (place[1][0] != "gate" or len(place[1]) <= 2))


@settings(max_examples=EXAMPLES // 2, **QUICK)
@given(fixed, st.one_of(st.text(max_size=10), scalars))
def test_a_key_that_is_missing_or_unknown_is_named(place, name):
    number, path = place
    values = copy.deepcopy(SETTINGS[number])
    group = reduce(lambda group, key: group[key], path[:-1], values)
    assume(name not in group)
    removed = group.pop(path[-1])
    with pytest.raises(UserError, match=path[0]):
        parse_params(values)
    group[name] = removed
    assert outcome(values) is None


yaml_texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abc:-[]{}&*!|>%@`'\"#\n\t 019.", max_size=60),
    st.sampled_from(
        [
            "[" * 3000,
            "a: " + "9" * 5000,
            "a: &x [*x]",
            "a: !!python/object/apply:os.system [true]",
            "a: 1\na: 2",
            "\x00",
            "a: 2020-13-45",
            "a: !!binary x",
            "a: !!int x",
            "? {a: b}\n: c",
            "? [a]\n: c",
        ]
    ),
)


@settings(max_examples=EXAMPLES // 3, suppress_health_check=[HealthCheck.function_scoped_fixture], **QUICK)
@given(yaml_texts)
def test_any_text_is_taken_or_refused_with_the_file_s_name(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError) as refused:
        load_params(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


@settings(max_examples=EXAMPLES // 3, suppress_health_check=[HealthCheck.function_scoped_fixture], **QUICK)
@given(st.sampled_from([path[:2] for path in paths(DEFAULTS) if len(path) > 1]), anything)
@example(("sample", "seeds"), [1, 2])
@example(("train", "ema_half_life"), {"start": 1, "end": 2.5e-8, "shape": "linear", "begin": 0})
@example(("gate", "most"), {'\x85\U0001f600 # "': -1e300})
def test_a_value_is_set_and_read_as_such_or_refused(tmp_path, path, value):
    file = tmp_path / "params.yaml"
    file.write_text(settings_text())
    section, key = path
    try:
        apply_values([f"{section}.{key}={text_of(value)}"], file)
    except UserError as error:
        assert "\n" not in str(error)
        assert file.read_text() == settings_text()
    else:
        changed = default_settings()
        changed[section][key] = value
        assert parse_params(read_yaml(file)) == parse_params(changed)
        others = [line for line in settings_text().splitlines() if not line.startswith(f"  {key}: ")]
        assert set(others) <= set(file.read_text().splitlines())


UNFIT = {"unet", "translator", "styled", "wavegan"}  # digits have no sources, and two axes
numbers = st.floats(0, 2, allow_nan=False)
small_plans = st.fixed_dictionaries(
    {
        "network": st.fixed_dictionaries(
            {
                "name": st.sampled_from([name for name in variants("network") if name not in UNFIT]),
                "conditional": st.sampled_from(["auto", "never"]),
                "latent_dim": st.integers(1, 9),
                "width": st.integers(1, 4).map(lambda quarter: 4 * quarter),
                "discriminator_width": st.one_of(st.just("same"), st.integers(1, 4).map(lambda quarter: 4 * quarter)),
                "attention": st.booleans(),
                "refinement": st.booleans(),
                "sampling": st.sampled_from(["normal", "sphere"]),
                "spectral_norm": st.booleans(),
            }
        ),
        "objective": st.fixed_dictionaries(
            {
                "loss": st.sampled_from(get_args(LossName)),
                "r1": numbers,
                "r2": st.one_of(numbers, st.just({"start": 1, "end": 0, "shape": "cosine", "begin": 0.5})),
                "wgan_gp": numbers,
            }
        ),
        "train": st.fixed_dictionaries(
            {
                "batch_size": st.integers(2, 5),
                "discriminator_steps": st.integers(1, 2),
                "optimiser": st.sampled_from(["adam", "adamw", "sgd"]),
                "ema_half_life": st.integers(0, 100),
                "standing_statistics": st.integers(0, 9),
            }
        ),
        "augment": st.fixed_dictionaries(
            {
                "mode": st.sampled_from([mode for mode in variants("augment") if mode != "together"]),
                "transformations": st.just(["colour", "translation", "cutout"]),
                "target": st.just(0.6),
                "speed": st.just(100),
            }
        ),
    }
)


@settings(max_examples=max(12, EXAMPLES // 16), suppress_health_check=[HealthCheck.function_scoped_fixture], **QUICK)
@given(small_plans)
def test_a_plan_that_is_taken_runs(digits: Prepared, tmp_path_factory, plan):
    values = copy.deepcopy(DEFAULTS)
    for section, chosen in plan.items():
        whole = values[section] | chosen
        values[section] = {key: whole[key] for key in class_of(section, whole).model_fields}
    images = 3 * values["train"]["batch_size"] * values["train"]["discriminator_steps"]
    values["train"] |= {"images": images, "best_every": 0, "on_failure": "warn", "patience": 1}
    values["compute"] |= {"device": "cpu", "threads": 1}
    params = outcome(values)
    assume(params is not None)
    folder = tmp_path_factory.mktemp("plan")
    device = configure(params.compute)
    torch.set_flush_denormal(False)  # hypothesis draws with denormal numbers
    reports = list(build_trainer(params, digits, Checkpoints(folder, seconds=1e9), device).run())
    assert reports[-1].images == images
    assert math.isfinite(reports[-1].row["loss_generator"])


words = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=string.hexdigits, min_size=7, max_size=33),
    st.sampled_from(["objective.loss=hinge", "network.style", "dataset.name=", "a.b=["]),
    st.sampled_from(["mnist", "HEAD", "workspace", "--help", "-h", "--", "../mnist", "/etc/passwd", "HEAD~1", "-1"]),
)


@settings(max_examples=EXAMPLES // 4, suppress_health_check=[HealthCheck.function_scoped_fixture], **QUICK)
@given(
    st.sampled_from(
        ["check", "recipe", "set", "explain", "compare", "scores", "info", "sample", "export", "register", "serve", ""]
    ),
    st.lists(words, max_size=3),
)
def test_any_command_line_is_done_or_refused_in_a_sentence(
    default_store, tmp_path, monkeypatch, capsys, command, arguments
):
    monkeypatch.chdir(mkdtemp(dir=tmp_path))  # where nothing was ever run
    try:
        main([command, *arguments])
    except SystemExit as end:
        if isinstance(end.code, str):
            assert end.code.startswith("ganforge: ")
            assert end.code.count("\n") == 0
        else:
            assert end.code in {0, 2}  # help, and what argparse does not understand
    assert "Traceback" not in capsys.readouterr().err
