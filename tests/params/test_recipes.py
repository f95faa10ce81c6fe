"""Recipes and single settings change what they name, and not a letter of anything else."""

import re
import shutil

import pytest

from ganforge.cli import main
from ganforge.errors import UserError
from ganforge.params import load_params, read_yaml
from ganforge.params.catalogue import SECTIONS, class_of, variants
from ganforge.params.proposal import propose
from ganforge.params.recipes import apply_recipe, apply_values, list_recipes
from ganforge.params.rendering import render_section
from ganforge.params.survey import Survey
from tests.settings import RECIPES, default_settings, recipe, settings_of, settings_text

NAMES = sorted(file.stem for file in RECIPES.glob("*.yaml"))
OLD = """\
# Mine
dataset:
  name: kmnist            # digits (bundled) | mnist
  resolution: native
  labels: use
  held_out: test

images:                   # how image files become arrays
  crop: pad

huggingface:
  path: ylecun/mnist

train:
  images: 170000          # real images shown in all
  loss: hinge             # minimax | non_saturating
  r1: 0.2

"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "recipes").symlink_to(RECIPES)
    (tmp_path / "params.yaml").write_text(settings_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text_of(project):
    return (project / "params.yaml").read_text()


def section_of(text, name):
    """The lines of a section."""
    return re.search(rf"^{name}:.*\n(?:[ ].*\n)*", text, re.MULTILINE)[0]


def lines_without(text, *sections):
    for name in sections:
        text = text.replace(section_of(text, name), "")
    return text


def test_every_recipe_is_valid_and_described(project):
    for name, description in list_recipes().items():
        assert len(description) > 20
        apply_recipe(name)
        load_params()
    assert set(list_recipes()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_names_sections_whose_keys_vary_whole(name):
    for section, values in recipe(name).items():
        if variants(section) or name == "digits":
            assert values.keys() == class_of(section, values).model_fields.keys()
    assert name != "digits" or tuple(recipe(name)) == SECTIONS


def test_the_recipe_of_the_settings_changes_nothing(project):
    assert apply_recipe("digits") == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_writes_its_sections_with_the_meanings_of_their_keys(project, name):
    before = text_of(project)
    apply_recipe(name)
    after = text_of(project)
    assert read_yaml(project / "params.yaml") == settings_of(name)
    named = recipe(name)
    assert lines_without(after, *named) == lines_without(before, *named)
    for section, values in named.items():
        if values.keys() == class_of(section, settings_of(name)[section]).model_fields.keys():
            assert section_of(after, section) == render_section(section, values)


@pytest.mark.parametrize(("name", "other"), [*zip(NAMES, [*NAMES[1:], NAMES[0]])])
def test_the_way_back_restores_the_file_to_the_letter(project, name, other):
    for back in ("digits", other, "digits"):
        apply_recipe(name)
        apply_recipe(back)
    assert text_of(project) == settings_text()


def test_the_way_back_also_undoes_what_was_proposed(project):
    few = Survey(
        count=60,
        test_files=None,
        sizes=[(500, 300), (90, 40)],
        class_counts=dict.fromkeys("abcdef", 10),
        processors=8,
        device="cpu",
        coloured=True,
        looked_at=2,
        unusable=0,
    )
    apply_recipe("folder", proposals=propose(few, 10, lambda *_: 100))
    apply_recipe("digits")
    assert text_of(project) == settings_text()


def test_sections_that_a_recipe_does_not_name_keep_the_text_of_their_user(project):
    mine = "directions: {samples: 500, components: 3,\n  strength: 3.0, seed: 1}  # mine\n  # more of mine"
    text = text_of(project).replace(section_of(text_of(project), "directions"), f"{mine}\n# between\n")
    (project / "params.yaml").write_text(text)
    apply_recipe("mnist")
    assert f"{mine}\n# between\n" in text_of(project)
    apply_recipe("stacked_mnist")
    assert f"{mine}\n# between\n" in text_of(project)


def test_of_a_section_that_a_recipe_names_in_part_only_these_keys_change(project):
    text = text_of(project).replace("  alarms: refuse ", "  alarms: warn       # as I like it\n  #")
    text = text.replace("  threads: 2                # CPU", "  threads: 4 # of 8; CPU")
    (project / "params.yaml").write_text(text)
    changed = apply_recipe("augmentation")
    assert changed["gate.most.quality.fd_ratio"] == (2.0, 10.0)
    assert changed["compute.threads"] == (4, 1)
    assert "  alarms: warn       # as I like it\n  #" in text_of(project)
    assert "  threads: 1 # of 8; CPU" in text_of(project).replace("1  #", "1 #")


def test_what_changed_says_which_keys_have_come_and_gone(project, capsys):
    changed = apply_recipe("huggingface")
    assert changed["dataset.name"] == ("digits", "huggingface")
    assert changed["dataset.path"] == (None, "ylecun/mnist")
    assert apply_recipe("mnist")["dataset.path"] == ("ylecun/mnist", None)
    main(["set", "augment.mode=adaptive", "augment.target=0.5"])
    main(["set", "augment.mode=none"])
    assert capsys.readouterr().out.splitlines() == [
        "augment.mode: none -> adaptive",
        "augment.transformations: [translation, cutout] (new)",
        "augment.target: 0.5 (new)",
        "augment.speed: 50000 (new)",
        "params.yaml is ready: run `make repro`.",
        "augment.mode: adaptive -> none",
        "augment.transformations was removed (it was [translation, cutout])",
        "augment.target was removed (it was 0.5)",
        "augment.speed was removed (it was 50000)",
        "params.yaml is ready: run `make repro`.",
    ]


def test_an_unknown_recipe_is_refused_with_those_there_are(project):
    with pytest.raises(UserError, match=r"'minst' is not a recipe; allowed are .*mnist"):
        apply_recipe("minst")


def test_a_broken_params_file_is_left_alone(project):
    for text in ("train: 3\n", "- 1\n", "train: [\n", settings_text().replace("  seed: 1 ", "  sed: 1 ")):
        (project / "params.yaml").write_text(text)
        with pytest.raises(UserError, match=r"^params\.yaml"):
            apply_recipe("mnist")
        assert text_of(project) == text


def test_a_recipe_turns_a_file_of_an_older_version_into_a_new_one(project):
    rest = lines_without(settings_text(), "dataset", "network", "objective", "train")
    rest = re.sub(r"^# Where \(\*\).*?\n\n", "", rest[rest.index("extractor:") :], flags=re.DOTALL | re.MULTILINE)
    (project / "params.yaml").write_text(OLD + rest)
    with pytest.raises(UserError, match=r"is now objective\.loss|images are now in dataset"):
        load_params()
    with pytest.raises(UserError, match="`ganforge recipe NAME` converts a file of an older version"):
        apply_values(["train.images=5000"])
    changed = apply_recipe("mnist")
    assert changed["images.crop"] == ("pad", None)
    assert changed["train.loss"] == ("hinge", None)
    assert changed["objective.loss"] == (None, "relativistic")
    assert load_params().dataset.name == "mnist"
    assert text_of(project).startswith("# Mine\ndataset: ")
    assert "crop" not in text_of(project) and "huggingface" not in section_of(text_of(project), "train")
    apply_recipe("digits")
    assert read_yaml(project / "params.yaml") == default_settings()


def test_single_values_are_written_in_their_places(project):
    changed = apply_values(["objective.loss=hinge", "train.learning_rate.start=0.002", "sample.seeds=[4]"])
    assert changed == {
        "objective.loss": ("relativistic", "hinge"),
        "train.learning_rate.start": (0.004, 0.002),
        "sample.seeds": (default_settings()["sample"]["seeds"], [4]),
    }
    expected = settings_text().replace("  loss: relativistic        #", "  loss: hinge               #")
    expected = expected.replace("{start: 0.004,", "{start: 0.002,")
    expected = expected.replace("seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]  #", "seeds: [4]                #", 1)
    assert text_of(project) == expected


def test_a_comment_that_a_long_value_pushed_away_comes_back(project):
    schedule = {"start": 0.2, "end": 0.1, "shape": "linear", "begin": 0.5}
    (there,) = apply_values(["objective.r1={start: 0.2, end: 0.1, shape: linear, begin: 0.5}"]).items()
    assert there == ("objective.r1", (0.1, schedule))
    assert "  r1: {start: 0.2, end: 0.1, shape: linear, begin: 0.5}  # Gamma" in text_of(project)
    assert apply_values(["objective.r1.end=0.05"]) == {"objective.r1.end": (0.1, 0.05)}
    (back,) = apply_values(["objective.r1=0.1"]).items()
    assert back == ("objective.r1", (schedule | {"end": 0.05}, 0.1))
    assert text_of(project) == settings_text()


def test_values_over_several_lines_are_changed_too(project):
    text = text_of(project).replace("seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]", "seeds:\n    - 0   # first\n    - 1\n", 1)
    rate = "learning_rate:\n    start: 0.004  # high\n    end: 0.00006\n    shape: cosine\n    begin: 0.0\n"
    (project / "params.yaml").write_text(re.sub(r"learning_rate: \{.*\}.*\n", rate, text))
    apply_values(["sample.seeds=[5, 6]", "train.learning_rate.end=0.001"])
    assert load_params().sample.seeds == [5, 6]
    assert "    start: 0.004  # high\n    end: 0.001\n    shape: cosine\n" in text_of(project)
    apply_values(["train.learning_rate=0.01"])
    assert load_params().train.learning_rate == 0.01


@pytest.mark.parametrize("kind", ["most", "least", "worse_by"])
def test_a_limit_of_a_score_joins_the_others(project, kind):
    before = dict(getattr(load_params().gate, kind))
    apply_values([f"gate.{kind}.quality.kid=0.5"])
    assert getattr(load_params().gate, kind) == before | {"quality.kid": 0.5}


def test_a_limit_of_no_score_is_refused_and_nothing_is_written(project):
    before = text_of(project)
    with pytest.raises(SystemExit, match=r"gate\.most names 'fd_ratio', no score; allowed are quality\.fd_ratio\."):
        main(["set", "gate.most.fd_ratio=3"])
    assert text_of(project) == before


def test_a_colour_is_not_a_comment(project):
    apply_recipe("folder")
    apply_values(["dataset.background=#ff0000"])
    assert load_params().dataset.background == "#ff0000"


@pytest.mark.parametrize(
    "text",
    [
        "objective.loss",
        "loss=hinge",
        "train.seed.x=1",
        "objective.loss=[",
        "=",
        "objective.los=hinge",
        "network.name=stile",
        "dataset.crop=pad",
        "nothing.name=1",
    ],
)
def test_what_is_no_setting_is_refused_and_nothing_is_written(project, text):
    with pytest.raises(UserError):
        apply_values([text])
    assert text_of(project) == settings_text()


def test_a_file_that_cannot_be_changed_in_place_is_refused_in_a_sentence(project):
    text = text_of(project).replace("  seed: 0 ", "  seed: &seed 0 ", 1).replace("  seed: 1 ", "  seed: *seed ", 1)
    (project / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml has a form in which single keys cannot be changed"):
        apply_values(["directions.seed=3", "extractor.seed=4"])
    assert text_of(project) == text


@pytest.mark.parametrize("name", variants("network"))
def test_another_variant_keeps_the_keys_that_both_have(project, name):
    before = default_settings()["network"]
    apply_values([f"network.name={name}"])
    after = read_yaml(project / "params.yaml")["network"]
    assert section_of(text_of(project), "network") == render_section("network", after)
    assert lines_without(text_of(project), "network") == lines_without(settings_text(), "network")
    kept = {key: before[key] for key in variants("network")[name].model_fields if key in before}
    assert after == {**after, **kept, "name": name}
    for back in ("style", "dcgan"):
        apply_values([f"network.name={back}"])
    assert load_params().network.name == "dcgan"
    apply_recipe("digits")
    assert text_of(project) == settings_text()


@pytest.mark.parametrize("name", variants("dataset"))
def test_a_new_variant_takes_its_own_keys_from_a_recipe(project, name):
    apply_values(["dataset.held_out=validation", f"dataset.name={name}"])
    dataset = read_yaml(project / "params.yaml")["dataset"]
    kept = {"name": name, "held_out": "validation", "labels": "use", "resolution": "native"}
    kept |= {"source": "none", "source_strength": "auto"}
    names = {"pairs": "pairs", "emoji": "emoji_styles", "unpaired": "style_transfer"}
    own_recipes = ("spoken_digits", "sounds", "instruments", "chorales", "midi", "points")
    names |= {own: own for own in own_recipes}
    own = recipe(names.get(name, "huggingface"))["dataset"]
    assert dataset == {key: (own | kept)[key] for key in dataset}
    load_params()


def test_the_recipes_of_the_data_set_come_first(project):
    apply_recipe("folder")
    apply_values(["augment.mode=none"])
    apply_values(["augment.mode=adaptive"])
    assert load_params().augment.speed == recipe("folder")["augment"]["speed"]
    apply_recipe("mnist")
    apply_values(["augment.mode=always"])
    assert load_params().augment.transformations == recipe("augmentation")["augment"]["transformations"]


def test_keys_that_no_recipe_knows_are_asked_for(project):
    (project / "recipes").unlink()
    (project / "recipes").mkdir()
    shutil.copy(RECIPES / "digits.yaml", project / "recipes")
    with pytest.raises(UserError) as refusal:
        apply_values(["augment.mode=adaptive", "augment.target=0.4"])
    assert str(refusal.value) == (
        "augment.mode=adaptive also needs augment.transformations, augment.speed, which no recipe sets; give them "
        "too, as in: ganforge set augment.mode=adaptive augment.transformations=... augment.speed=..."
    )
    assert text_of(project) == settings_text()
    apply_values(["augment.mode=adaptive", "augment.transformations=[cutout]", "augment.speed=9", "augment.target=0.4"])
    assert load_params().augment.transformations == ["cutout"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["train.seed=5"], "run `make repro`."),
        (["augmentation_study.seeds=[5,6]"], "run `make augmentation`."),
        (["train.seed=5", "augmentation_study.seeds=[5,6]"], "run `make repro` or `make augmentation`."),
        (["train.seed=0"], "params.yaml has these values already."),
    ],
)
def test_set_says_what_to_run_next(project, capsys, values, words):
    main(["set", *values])
    assert capsys.readouterr().out.endswith(f"{words}\n")
