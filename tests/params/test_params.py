"""params.yaml: what is allowed passes, what is not ends in one sentence that names the key."""

import copy
import re

import pytest

from ganforge.errors import UserError
from ganforge.params import load_params, parse_params
from tests.settings import settings_text


def test_a_whole_file_is_valid(tmp_path):
    (tmp_path / "params.yaml").write_text(settings_text())
    params = load_params(tmp_path / "params.yaml")
    assert params.flat()["dataset.name"] == "digits"


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("dataset.name", "minst", "dataset.name is 'minst'; allowed is digits, mnist"),
        ("dataset.resolution", 4, "dataset.resolution is 4; allowed is native or a number of at least 8"),
        ("train.batch_size", 64.0, "train.batch_size is 64.0; allowed is a whole number"),
        ("train.batch_size", True, "train.batch_size is True; allowed is a whole number"),
        ("train.learning_rate", "1e-3", "train.learning_rate is '1e-3'; allowed is a number"),
        ("train.learning_rate", 0, "train.learning_rate is 0; allowed is a number above 0"),
        ("train.r1", float("nan"), "train.r1 is nan; allowed is a finite number"),
        ("train.beta2", 1.0, "train.beta2 is 1.0; allowed is a number below 1 or a schedule as in {start: "),
        ("train.learning_rate", {"start": 1}, "train.learning_rate.end is missing; add it"),
        ("train.r1", {"start": 1, "end": -1, "shape": "linear", "begin": 0}, "train.r1.end is -1; allowed is a number"),
        ("train.r1", {"strat": 1}, "train.r1.strat is not a key; write train.r1.start if that is what you mean"),
        ("augment.transformations", ["colour", "tilt"], "augment.transformations[1] is 'tilt'; allowed is colour, tr"),
        ("network.attention", 1, "network.attention is 1; allowed is true or false"),
        ("train.lerning_rate", 1, "train.lerning_rate is not a key; write train.learning_rate if that is"),
        ("network.width", 30, "network.width is 30; allowed is a multiple of 4"),
        ("network.discriminator_width", "wide", "width is 'wide'; allowed is a whole number or same"),
        ("sample.seeds", [], "sample.seeds is []; allowed is a list of at least 1"),
        ("huggingface.path", "", "huggingface.path is ''; allowed is a text of at least 1 character"),
        ("huggingface.label", None, "huggingface.label is empty; allowed is a text"),
        ("compute.device", None, "compute.device is empty; allowed is auto, cpu, cuda or mps"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_name(defaults, key, value, sentence):
    section, name = key.split(".")
    defaults[section][name] = value
    with pytest.raises(UserError) as refusal:
        parse_params(defaults)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("section", "changes", "sentence"),
    [
        ("train", {"images": 10}, "train.images is 10, less than train.batch_size"),
        ("sample", {"count": 5}, "sample.count is 5, not more than evaluation.neighbours, 5"),
        ("sample", {"seeds": [1, 1]}, "sample.seeds is [1, 1]: name each seed once"),
        ("augment", {"transformations": ["cutout", "cutout"]}, "name each one once"),
        ("train", {"discriminator_steps": 99, "images": 640}, "train.batch_size times train.discriminator_steps, 6336"),
        ("train", {"loss": "hinge", "label_smoothing": 0.1}, "train.label_smoothing is 0.1, but hinge has no target"),
        ("train", {"loss": "wasserstein", "r1": 0.0, "r2": 0.0}, "nothing keeps the discriminator's slope in bounds"),
        ("train", {"weight_decay": 0.1}, "train.weight_decay is 0.1, but adam decays no weights"),
        ("network", {"name": "style", "spectral_norm": True}, "network.spectral_norm is true, but style scales"),
        ("network", {"latent_dim": 1, "sampling": "sphere"}, "such a sphere has two points only: set it to"),
        ("network", {"name": "style", "sampling": "sphere"}, "network.sampling is sphere, but style brings"),
        ("network", {"name": "mlp", "attention": True}, "network.attention is true, but mlp has no place for it"),
        (
            "huggingface",
            {"test": "train"},
            "huggingface.train and huggingface.test are both 'train': name another split",
        ),
        ("compute", {"processes": 3}, "train.batch_size is 64, which compute.processes, 3, cannot share equally"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(defaults, section, changes, sentence):
    defaults[section] |= changes
    with pytest.raises(UserError, match=r"params\.yaml") as refusal:
        parse_params(defaults)
    assert sentence in str(refusal.value)


def test_adaptive_augmentation_needs_a_loss_whose_scores_have_a_sign(defaults):
    defaults["augment"]["mode"] = "adaptive"
    parse_params(defaults)
    defaults["train"]["loss"] = "wasserstein"
    with pytest.raises(UserError, match=r"augment\.mode is adaptive, but wasserstein's scores have no sign"):
        parse_params(defaults)


def test_every_key_is_asked_for(defaults):
    for section, values in defaults.items():
        for key in values:
            short = copy.deepcopy(defaults)
            del short[section][key]
            with pytest.raises(UserError, match=f"{section}.{key} is missing"):
                parse_params(short)


def test_a_misspelt_key_is_named_as_it_was_written_and_counted_once(defaults):
    defaults["train"]["lose"] = defaults["train"].pop("loss")
    with pytest.raises(UserError, match=r"train\.lose is not a key; write train\.loss if that is what you mean\.$"):
        parse_params(defaults)
    defaults["train"]["rates"] = defaults["train"].pop("learning_rate")
    # What is too far from the missing key to be it is counted beside it.
    with pytest.raises(UserError, match=r"train\.lose is .* \(2 more keys are at fault\)"):
        parse_params(defaults)


def test_several_faults_are_counted(defaults):
    defaults["train"] |= {"loss": "hinge?", "r1": -1, "r2": -1}
    with pytest.raises(UserError, match=r"train\.loss is 'hinge\?'.*2 more keys are at fault"):
        parse_params(defaults)


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


def test_numbers_are_read_as_dvc_reads_them(defaults, tmp_path):
    text, found = re.subn(r"learning_rate: \{.*\}", "learning_rate: 2e-3", settings_text())
    assert found == 1
    (tmp_path / "params.yaml").write_text(text)
    assert load_params(tmp_path / "params.yaml").train.learning_rate == 0.002
