"""What `ganforge explain` prints, and that the classes of settings say enough to print."""

import re
import subprocess
import sys

import pytest

from ganforge.cli import main
from ganforge.errors import UserError
from ganforge.params.catalogue import (
    SECTIONS,
    allowed,
    choices,
    classes_of,
    group_of,
    meaning,
    summary,
    tag_of,
    variants,
)
from ganforge.params.explaining import explain, names, overview
from ganforge.params.rendering import render_section, text_of
from tests.settings import RECIPES, recipe, settings_text

CLASSES = [(section, kind) for section in SECTIONS for kind in classes_of(section)]
HEAVY = (
    "numpy",
    "torch",
    "torchvision",
    "PIL",
    "sklearn",
    "pandas",
    "scipy",
    "matplotlib",
    "mlflow",
    "dvc",
    "safetensors",
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "recipes").symlink_to(RECIPES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def groups(kind):
    """A class and those of the groups of keys in it, schedules among them."""
    yield kind
    for key in kind.model_fields:
        if group_of(kind, key):
            yield from groups(group_of(kind, key))


@pytest.mark.parametrize(("section", "kind"), CLASSES)
def test_every_section_and_every_key_has_a_meaning(section, kind):
    assert summary(kind).endswith(".")
    for group in groups(kind):
        for key in group.model_fields:
            assert meaning(group, key).endswith("."), f"{group.__name__}.{key}"
            assert meaning(group, key).isprintable() and "`" not in meaning(group, key)
            assert allowed(section, group, key)


OTHERS = (
    *("points", "chorales", "midi", "instruments_waveform", "instruments", "sounds"),
    *("many_styles", "style_transfer", "emoji_unpaired", "translation", "pairs", "emoji_styles"),
    *("huggingface", "folder", "digits"),
)  # recipes; later ones count


@pytest.mark.parametrize(("section", "kind"), CLASSES)
def test_the_meaning_of_every_key_stands_behind_it_in_params_yaml(section, kind):
    recipes = [recipe(name).get(section, {}) for name in OTHERS]
    values = {key: value for values in recipes for key, value in values.items()}
    values |= {tag_of(section): name for name, other in variants(section).items() if other is kind}
    text = render_section(section, values)
    words = " ".join(line.partition("#")[2].strip() for line in text.splitlines())
    for key in kind.model_fields:
        assert f"\n  {key}: {text_of(values[key])}  " in text
        assert meaning(kind, key) in words
        assert choices(section, kind, key) in words or "|" not in choices(section, kind, key)
    assert max(map(len, text.splitlines())) <= 120


def test_what_is_allowed_is_said_in_words():
    by_key = {f"{section}.{key}": allowed(section, kind, key) for section, kind in CLASSES for key in kind.model_fields}
    assert by_key["network.latent_dim"] == "a whole number from 1 to 4096"
    assert by_key["network.width"] == "a whole number from 4 to 2048 in steps of 4"
    assert by_key["train.images"] == "a whole number from 1 to 1e12"
    assert by_key["train.discriminator_rate"] == "a number above 0, up to 1000"
    assert by_key["objective.label_smoothing"] == "a number from 0, below 0.5"
    assert by_key["objective.r1"].startswith("a number of at least 0 | a schedule as in {start: ")
    assert by_key["augment.mode"] == "none | always | adaptive | together"
    assert by_key["dataset.channels"] == "auto | 1 | 3"
    assert by_key["dataset.background"] == "a text that matches ^#[0-9a-fA-F]{6}$"
    assert by_key["train.seed"] == "a whole number from 0, below 4294967296"
    assert by_key["augmentation_study.shares"] == "a list of at least 1, each a number above 0, below 1"
    assert by_key["augmentation_study.classic"] == "a group of rotation, translation, scale, mirror"
    assert by_key["gate.worse_by"] == "scores, each with a number of at least 0, as in {quality.fd_ratio: 2.0}"


@pytest.mark.parametrize(("name", "least"), [("dcgan", 1), ("unet", 0), ("translator", 0), ("styled", 1)])
def test_translators_into_one_style_may_have_no_latents(name, least):
    assert allowed("network", variants("network")[name], "latent_dim") == f"a whole number from {least} to 4096"


def test_the_overview_names_every_section_and_every_variant():
    lines = overview().splitlines()
    for section in SECTIONS:
        assert any(line.startswith(f"{section}: ") for line in lines)
        for name, kind in variants(section).items():
            assert f"  {name:16}{summary(kind)}" in lines


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_explained_with_all_keys_of_all_variants(project, section):
    page = explain(section)
    for kind in classes_of(section):
        assert summary(kind) in page
        for key in kind.model_fields:
            assert f"{section}.{key}" in page
            assert meaning(kind, key) in " ".join(page.split())


@pytest.mark.parametrize(
    ("section", "name", "kind"),
    [(section, name, kind) for section in SECTIONS for name, kind in variants(section).items()],
)
def test_a_variant_is_explained_with_its_keys_and_values_of_a_recipe(project, section, name, kind):
    page = " ".join(explain(f"{section}.{name}").split())
    assert page.startswith(f"{section}.{name}: {summary(kind)}")
    for key in kind.model_fields:
        assert f" {section}.{name}.{key}: " in page
        assert f"{meaning(kind, key)} Allowed: {allowed(section, kind, key)}." in page
    entries = re.findall(rf"^{section}\.{name}\.(\w+)", explain(f"{section}.{name}"), re.MULTILINE)
    assert entries == list(kind.model_fields)


def test_a_key_is_explained_with_the_value_of_the_default_recipe(project, capsys):
    main(["explain", "train.learning_rate"])
    assert capsys.readouterr().out == (
        "train.learning_rate: {start: 0.004, end: 0.00006, shape: cosine, begin: 0.0}\n"
        "    Learning rate of the generator (*).\n"
        "    Allowed: a number above 0, up to 1 | a schedule as in {start: 0.002, end: 0.0001, shape: cosine,\n"
        "    begin: 0}.\n"
        "\n"
        "Values are from recipes/digits.yaml unless another is named.\n"
    )
    assert explain("network.attention").startswith("network.attention, of dcgan, resnet: false\n")
    assert explain("dataset.folder.crop").startswith("dataset.folder.crop: centre   (recipes/folder.yaml)\n")
    assert explain("augmentation_study.classic.rotation").startswith("augmentation_study.classic.rotation: 10\n")
    assert explain("train.learning_rate.end").startswith("train.learning_rate.end: 0.00006\n    Value at the end")
    assert explain("objective.r1.end").startswith(
        "objective.r1.end, of adversarial, paired, cycle, contrastive, styles\n"
    )


def test_where_there_are_no_recipes_it_says_what_is_allowed_all_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert explain("train.beta1").startswith("train.beta1\n    Decay rate of Adam")
    assert "recipe" not in explain("network.style")


@pytest.mark.parametrize("name", [*names(), "objective.r2.begin", "network.dcgan.width"])
def test_every_name_is_explained(project, name):
    assert explain(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trian", "did you mean train? "),
        ("train.loss", "did you mean objective.loss? "),
        ("width", "did you mean network.width? "),
        ("network.resnt", "did you mean network.resnet"),
        ("network.style.attention", "did you mean network.attention? "),
        ("train.seed.start", "see `ganforge explain`"),
        ("nothing like it", "allowed are dataset, extractor, "),
        ("", "allowed are dataset, extractor, "),
    ],
)
def test_what_is_nothing_is_refused_with_what_is_near(name, words):
    with pytest.raises(UserError) as refusal:
        explain(name)
    assert str(refusal.value).startswith(f"{name!r} is no section, variant or key of params.yaml and no score; ")
    assert words in str(refusal.value)


def test_scores_are_explained_and_suggested_too(project, capsys):
    main(["explain", "audio.clicks"])
    assert "share of sounds with a click" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"did you mean quality\.fd_ratio"):
        main(["explain", "quality.fd_ratoi"])


@pytest.mark.parametrize(
    "arguments", [["check"], ["explain"], ["explain", "quality"], ["explain", "dataset"], ["recipe"]]
)
def test_check_and_explain_import_nothing_heavy(project, arguments):
    (project / "params.yaml").write_text(settings_text())
    script = (
        "import sys; from ganforge.cli import main; main(sys.argv[1:])\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")
