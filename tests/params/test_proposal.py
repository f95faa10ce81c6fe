"""Settings proposed for images that nobody has trained on: each follows from what lies there, and says from what."""

import io
from dataclasses import astuple

import pytest
from PIL import Image

from ganforge.cli import main
from ganforge.layout import IMPORT
from ganforge.params import load_params, parse_params
from ganforge.params.proposal import IMAGES, Survey, propose
from ganforge.params.recipes import combined
from tests.settings import RECIPES, settings_of, settings_text


def proposed(count=5000, sizes=((300, 200),), class_counts=(), processors=2, accelerated=False):
    survey = Survey(count, list(sizes), list(class_counts), processors, accelerated)
    return {f"{proposal.section}.{proposal.key}": proposal for proposal in propose(survey)}


@pytest.mark.parametrize("accelerated", [False, True])
@pytest.mark.parametrize("sizes", [(), ((28, 28),), ((9, 9), (1, 1)), ((4000, 3000), (64, 64), (70, 65))])
@pytest.mark.parametrize("class_counts", [(), (3, 2, 1), (500, 700)])
def test_every_proposal_is_a_valid_plan_with_reasons(accelerated, sizes, class_counts):
    for count in (1, 300, 10**6):
        values = settings_of("folder")
        for section, key, value, reason in map(astuple, proposed(count, sizes, class_counts, 64, accelerated).values()):
            values[section] = combined(section, values[section], {key: value})
            assert len(reason) > 10
        parse_params(values)


def test_resolution_follows_from_the_sizes_and_the_machine():
    assert proposed(sizes=[(28, 28)] * 9)["dataset.resolution"].value == "native"
    assert proposed(sizes=[(28, 28)] * 9 + [(30, 30)])["dataset.resolution"].value == 32
    assert proposed(sizes=[(500, 400)])["dataset.resolution"].value == 32
    assert proposed(sizes=[(500, 400)], accelerated=True)["dataset.resolution"].value == 128
    assert proposed(sizes=[(500, 70)], accelerated=True)["dataset.resolution"].value == 64


def test_the_penalty_grows_with_the_number_of_pixels():
    small, large = proposed(sizes=[(28, 28)]), proposed(sizes=[(500, 500)], accelerated=True)
    assert small["objective.r1"].value == 0.1
    assert large["objective.r1"].value == pytest.approx(0.1 * (128 / 28) ** 2, rel=1e-3)


def test_batches_fit_the_resolution_and_few_images():
    assert proposed(5000)["train.batch_size"].value == 64
    assert proposed(5000, [(500, 500)], accelerated=True)["train.batch_size"].value == 32
    assert proposed(30)["train.batch_size"].value == 2
    assert proposed(200)["dataset.test_share"].value * 200 == 50


def test_few_images_are_augmented_and_classes_too_small_are_joined():
    assert proposed(3000)["augment.mode"].value == "adaptive"
    assert proposed(60_000)["augment.mode"].value == "none"
    assert proposed(class_counts=[3] * 90)["dataset.labels"].value == "ignore"
    assert proposed(class_counts=[300] * 9)["dataset.labels"].value == "use"
    assert proposed(200)["dataset.test_share"].value > proposed(5000)["dataset.test_share"].value


def test_one_command_turns_a_folder_into_settings(own_folder, capsys):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    for number in range(30):
        content = io.BytesIO()
        Image.new("RGB", (100, 80), (number, 0, 0)).save(content, "PNG")
        path = own_folder / IMPORT / "my photos" / f"{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.getvalue())
    before = load_params().train.images
    main(["recipe", "folder"])
    said = capsys.readouterr().out
    assert f"train.images: {before} -> " in said
    assert "(30 files are few" in said
    params = load_params()
    assert params.dataset.name == "folder"
    assert params.dataset.test_share == 0.3
    assert params.augment.mode == "adaptive"
    assert params.train.images in IMAGES.values()


def test_an_empty_folder_says_what_to_put_there(own_folder):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    with pytest.raises(SystemExit, match="data/import holds no images: put a folder"):
        main(["recipe", "folder"])
    assert (own_folder / "params.yaml").read_text() == settings_text()
