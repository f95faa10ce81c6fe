"""params.yaml: what is allowed passes, what is not ends in one sentence that names the key."""

import copy
import re

import pytest

from ganforge.errors import UserError
from ganforge.params import load_params, parse_params
from ganforge.params.catalogue import SECTIONS, classes_of, variants
from ganforge.params.refusal import MOVED_KEYS
from tests.settings import recipe, settings_of, settings_text

NETWORK = {"name": "style", "conditional": "auto", "latent_dim": 8, "width": 8, "discriminator_width": "same"}


def test_a_whole_file_is_valid(tmp_path):
    (tmp_path / "params.yaml").write_text(settings_text())
    params = load_params(tmp_path / "params.yaml")
    assert params.flat()["dataset.name"] == "digits"


def refusal_of(values):
    """The sentence that refuses them."""
    with pytest.raises(UserError, match=r"^params\.yaml: ") as refusal:
        parse_params(values)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    for names in (variants(section) for section in SECTIONS):
        assert not re.search(rf"\.({'|'.join(names)})\.", sentence.partition("`")[0]) if names else True
    return sentence.removeprefix("params.yaml: ")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("dataset.name", "minst", "dataset.name is 'minst'; allowed is digits, mnist"),
        ("dataset.resolution", 4, "dataset.resolution is 4; allowed is native or a number of at least 8"),
        (
            "network.name",
            None,
            "network.name is empty; allowed is mlp, dcgan, resnet, progressive, style, modulated, wavegan, unet, "
            "translator or styled",
        ),
        ("network.name", ["dcgan"], "network.name is ['dcgan']; allowed is mlp, dcgan"),
        ("objective.name", "paired?", "objective.name is 'paired?'; allowed is adversarial"),
        ("augment.mode", "sometimes", "augment.mode is 'sometimes'; allowed is none, always, adaptive or together."),
        ("train.batch_size", 64.0, "train.batch_size is 64.0; allowed is a whole number"),
        ("train.batch_size", True, "train.batch_size is True; allowed is a whole number"),
        ("train.learning_rate", "1e-3", "train.learning_rate is '1e-3'; allowed is a number"),
        ("train.learning_rate", 0, "train.learning_rate is 0; allowed is a number above 0"),
        ("objective.r1", float("nan"), "objective.r1 is nan; allowed is a finite number"),
        ("train.beta2", 1.0, "train.beta2 is 1.0; allowed is a number below 1 or a schedule as in {start: "),
        ("train.learning_rate", {"start": 1}, "train.learning_rate.end is missing; add it"),
        (
            "objective.r1",
            {"start": 1, "end": -1, "shape": "linear", "begin": 0},
            "objective.r1.end is -1; allowed is a number of at least 0.",
        ),
        ("objective.r1", {"strat": 1}, "objective.r1.strat is not a key; write objective.r1.start if that is what"),
        ("network.attention", 1, "network.attention is 1; allowed is true or false"),
        ("train.lerning_rate", 1, "train.lerning_rate is not a key; write train.learning_rate if that is"),
        ("network.width", 30, "network.width is 30; allowed is a multiple of 4"),
        ("network.discriminator_width", "wide", "width is 'wide'; allowed is a whole number or same"),
        ("sample.seeds", [], "sample.seeds is []; allowed is a list of at least 1"),
        ("compute.device", None, "compute.device is empty; allowed is auto, cpu, cuda or mps"),
        ("dataset.crop", "pad", "dataset.crop is not a key of digits but of flowers102, celeba, folder, pairs"),
        (
            "dataset.sides",
            3,
            "dataset.sides is not a key of digits; allowed are name, held_out, labels, resolution, source",
        ),
        ("augment.speed", 3, "augment.speed is not a key of none but of adaptive; allowed are mode."),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_name(defaults, key, value, sentence):
    section, name = key.split(".")
    defaults[section][name] = value
    assert sentence in refusal_of(defaults)


@pytest.mark.parametrize(
    ("name", "key", "value", "sentence"),
    [
        ("folder", "dataset.background", "white", "dataset.background is 'white'; allowed is a text that matches ^#"),
        ("folder", "augment.transformations", ["colour", "tilt"], "augment.transformations[1] is 'tilt'; allowed is"),
        ("folder", "augment.transformations", ["cutout", "cutout"], "name each one once"),
        ("huggingface", "dataset.path", "", "dataset.path is ''; allowed is a text of at least 1 character"),
        ("huggingface", "dataset.label", None, "dataset.label is empty; allowed is a text"),
        ("huggingface", "dataset.test", "train", "dataset.train and dataset.test are both 'train': name another split"),
    ],
)
def test_keys_of_a_variant_are_checked_too(name, key, value, sentence):
    section, last = key.split(".")
    values = settings_of(name)
    values[section][last] = value
    assert sentence in refusal_of(values)


@pytest.mark.parametrize(
    ("section", "changes", "sentence"),
    [
        ("train", {"images": 10}, "train.images is 10, less than train.batch_size"),
        ("sample", {"count": 5}, "sample.count is 5, not more than evaluation.neighbours, 5"),
        ("sample", {"seeds": [1, 1]}, "sample.seeds is [1, 1]: name each seed once"),
        ("train", {"discriminator_steps": 99, "images": 640}, "train.batch_size times train.discriminator_steps, 6336"),
        ("objective", {"loss": "hinge", "label_smoothing": 0.1}, "label_smoothing is 0.1, but hinge has no target"),
        ("objective", {"loss": "wasserstein", "r1": 0.0, "r2": 0.0}, "no penalty limits the discriminator's gradient"),
        ("train", {"weight_decay": 0.1}, "train.weight_decay is 0.1, but adam decays no weights"),
        ("network", {"latent_dim": 1, "sampling": "sphere"}, "so the sphere has only two points: set it to"),
        ("compute", {"processes": 3}, "train.batch_size is 64, which compute.processes, 3, cannot share equally"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(defaults, section, changes, sentence):
    defaults[section] |= changes
    assert sentence in refusal_of(defaults)


def test_adaptive_augmentation_needs_a_loss_whose_scores_have_a_sign(defaults):
    defaults["augment"] = recipe("augmentation")["augment"]
    parse_params(defaults)
    defaults["objective"]["loss"] = "wasserstein"
    assert "augment.mode is adaptive, but the sign of this objective's scores does not" in refusal_of(defaults)


def test_a_key_of_another_variant_is_refused_with_the_variants_that_have_it(defaults):
    defaults["network"] = NETWORK | {"attention": False}
    assert refusal_of(defaults).startswith(
        "network.attention is not a key of style but of dcgan and resnet; allowed are name, conditional, "
        "latent_dim, width, discriminator_width."
    )
    del defaults["network"]["attention"]
    parse_params(defaults)


def test_a_key_that_a_variant_lacks_is_asked_for_by_its_name(defaults):
    defaults["network"] = NETWORK | {"name": "resnet", "sampling": "normal", "spectral_norm": False}
    assert refusal_of(defaults) == (
        "network.attention is missing; add it; `ganforge explain network.resnet.attention` shows the allowed values."
    )


@pytest.mark.parametrize("name", ["digits", "folder", "huggingface"])
def test_every_key_is_asked_for(name):
    whole = settings_of(name)
    for section, values in whole.items():
        for key in values:
            short = copy.deepcopy(whole)
            del short[section][key]
            assert refusal_of(short).startswith(f"{section}.{key} is missing; ")
    for section in SECTIONS:
        short = {name: values for name, values in whole.items() if name != section}
        assert refusal_of(short) == f"{section} is missing; `ganforge recipe NAME` adds this section."


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("value", [None, 3, [], "dcgan"])
def test_a_section_that_is_no_group_of_keys_is_refused(defaults, section, value):
    defaults[section] = value
    assert f"{section} is {'empty' if value is None else repr(value)}; it must be a group of keys" in refusal_of(
        defaults
    )


@pytest.mark.parametrize("key", MOVED_KEYS)
def test_a_key_of_an_older_version_is_refused_with_its_new_place(defaults, key):
    name = key.removeprefix("train.")
    defaults["train"][name] = defaults["objective"].pop(name)
    assert refusal_of(defaults).startswith(
        f"{key} is now objective.{name}; `ganforge recipe NAME` converts a file of an older version"
    )


@pytest.mark.parametrize("section", ["images", "huggingface"])
def test_a_section_of_an_older_version_is_refused_with_its_new_place(defaults, section):
    defaults[section] = {"crop": "centre"}
    defaults["netwerk"] = {}
    assert refusal_of(defaults).startswith(f"the keys of {section} are now in dataset; `ganforge recipe NAME` ")


def test_moved_keys_are_where_the_sentences_say(defaults):
    keys = {section: {key for kind in classes_of(section) for key in kind.model_fields} for section in SECTIONS}
    for key, section in MOVED_KEYS.items():
        assert key.removeprefix("train.") in keys[section]
    assert {"crop", "channels", "background", "mirror", "test_share", "min_side", "max_megapixels"} <= keys["dataset"]
    assert {"path", "config", "revision", "image", "label", "train", "test"} <= keys["dataset"]


def test_a_misspelt_key_is_named_as_it_was_written_and_counted_once(defaults):
    defaults["objective"]["lose"] = defaults["objective"].pop("loss")
    assert refusal_of(defaults) == "objective.lose is not a key; write objective.loss if that is what you mean."
    defaults["train"]["rates"] = defaults["train"].pop("learning_rate")
    # What is too far from the missing key to be it is counted beside it.
    assert re.match(r"objective\.lose is .* \(2 more keys are invalid\)", refusal_of(defaults))


def test_several_faults_are_counted(defaults):
    defaults["objective"] |= {"loss": "hinge?", "r1": -1, "r2": -1}
    assert re.match(r"objective\.loss is 'hinge\?'.*2 more keys are invalid", refusal_of(defaults))


@pytest.mark.parametrize("text", ["train: [", "a: 1\na: 2", "\x00", "- 1", ""])
def test_a_file_that_is_not_a_mapping_ends_in_a_sentence(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml") as refusal:
        load_params(path)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_says_where_to_go(tmp_path):
    with pytest.raises(UserError, match="run this in the root of the project"):
        load_params(tmp_path / "params.yaml")


def test_numbers_are_read_as_dvc_reads_them(tmp_path):
    text, count = re.subn(r"learning_rate: \{.*\}", "learning_rate: 2e-3", settings_text())
    assert count == 1
    (tmp_path / "params.yaml").write_text(text)
    assert load_params(tmp_path / "params.yaml").train.learning_rate == 0.002


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"objective": {"diversity": 1.0}},
            "objective.diversity is above 0, but network.latent_dim is 0",
        ),
        ({"sample": {"seeds": [0, 1]}}, "network.latent_dim is 0, so all seeds give the same output"),
        (
            {"objective": {"perceptual": 1.0}, "extractor": {"name": "squeezenet", "seed": 0, "images": None}},
            "a network in the training loss must not compute the scores",
        ),
    ],
)
def test_settings_of_a_translation_that_cannot_work_are_refused(changes, refusal):
    values = settings_of("emoji_styles")
    for section, keys in changes.items():
        values[section] = {key: value for key, value in {**values[section], **keys}.items() if value is not None}
    assert refusal in refusal_of(values)


@pytest.mark.parametrize(
    ("section", "keys", "refusal"),
    [
        (
            "dataset",
            {"source": "none"},
            "network.name is unet, but emoji has no pictures to translate: set dataset.source",
        ),
        ("network", {"conditional": "never"}, "network.name is unet, but network.conditional is never: set it to auto"),
    ],
)
def test_a_translator_without_anything_to_translate_is_refused_before_anything_runs(section, keys, refusal):
    values = settings_of("emoji_styles")
    values[section] = {**values[section], **keys}
    with pytest.raises(UserError, match=refusal):
        parse_params(values).check_source()
    parse_params(settings_of("emoji_styles")).check_source()
    parse_params(settings_of("digits")).check_source()


@pytest.mark.parametrize("section", ["dataset", "network", "objective"])
def test_several_styles_need_data_network_and_objective_alike(section):
    values, of_one = settings_of("many_styles"), settings_of("style_transfer")
    of_one["network"] = {**of_one["network"], "latent_dim": 8}
    parse_params(values).check_source()
    with pytest.raises(UserError, match=r"several styles need all of dataset.labels=styles, network.name=styled, obj"):
        parse_params({**values, section: of_one[section]}).check_source()
