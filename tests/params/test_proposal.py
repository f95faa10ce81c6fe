"""Settings proposed for images that nobody has trained on: each follows from what lies there, and says from what."""

import io
from dataclasses import astuple

import pytest
from PIL import Image

from ganforge.cli import main
from ganforge.layout import IMPORT
from ganforge.networks.dcgan import DISCRIMINATOR_BASE
from ganforge.networks.layers import level_channels, pyramid
from ganforge.params import load_params, parse_params
from ganforge.params.proposal import propose
from ganforge.params.recipes import combined
from ganforge.params.survey import Survey, survey
from tests.settings import RECIPES, settings_of, settings_text


def proposed(
    count=5000, sizes=((300, 200),), class_counts=(), processors=2, device="cpu", minutes=10, pixels=1_000_000,
    coloured=True, gain=1.0, test_files=None, measured=None, side=None, **present,
):  # fmt: skip
    """What is proposed on a machine that trains on so many pixels in a second, ``gain`` times as many in bfloat16."""

    def speed(proposals, size):
        if measured is not None:
            measured.append(size)
        values = {f"{proposal.section}.{proposal.key}": proposal.value for proposal in proposals}
        factor = gain if values["train.precision"] == "bfloat16" else 1
        return factor * pixels / (size[0] * size[1]) * (32 / values["network.width"] if device == "cpu" else 1)

    classes = {f"class {number}": each for number, each in enumerate(class_counts)}
    survey = Survey(
        count=count, test_files=test_files, sizes=list(sizes), class_counts=classes, processors=processors,
        device=device, coloured=coloured, looked_at=len(sizes), unusable=0, **present,
    )  # fmt: skip
    proposals = propose(survey, minutes, speed, side)
    return {f"{proposal.section}.{proposal.key}": proposal for proposal in proposals}


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("sizes", [(), ((28, 28),), ((9, 9), (1, 1)), ((4000, 3000), (64, 64), (70, 65))])
@pytest.mark.parametrize("class_counts", [(), (3, 2, 1), (500, 700)])
def test_every_proposal_is_a_valid_plan_with_reasons(device, sizes, class_counts):
    for count in (30, 300, 10**6):
        values = settings_of("folder")
        for section, key, value, reason in map(astuple, proposed(count, sizes, class_counts, 64, device).values()):
            values[section] = combined(section, values[section], {key: value})
            assert len(reason) > 10
        parse_params(values)


def test_resolution_follows_from_the_sizes_the_time_and_the_speed():
    assert proposed(sizes=[(28, 28)] * 9)["dataset.resolution"].value == "native"
    assert proposed(sizes=[(28, 28)] * 9 + [(30, 30)])["dataset.resolution"].value == 32
    assert proposed(sizes=[(500, 400)])["dataset.resolution"].value == 32
    assert proposed(sizes=[(500, 400)], minutes=30)["dataset.resolution"].value == 64
    assert proposed(sizes=[(500, 400)], minutes=240)["dataset.resolution"].value == 128
    assert proposed(sizes=[(500, 400)], pixels=10**8)["dataset.resolution"].value == 128
    assert proposed(sizes=[(150, 100)], pixels=10**8)["dataset.resolution"].value == 96
    assert proposed(sizes=[(100, 70)], pixels=10**8)["dataset.resolution"].value == 64
    reason = proposed(sizes=[(500, 400)], minutes=30)["dataset.resolution"].reason
    assert "96 would need about 46 minutes on this machine" in reason  # 600,000 images, of width 16
    assert proposed(sizes=[])["dataset.resolution"].value == 32
    assert "they are enlarged" in proposed(sizes=[(20, 22)])["dataset.resolution"].reason


def test_a_size_far_too_large_for_this_machine_is_not_tried():
    measured = []
    assert proposed(sizes=[(500, 400)], minutes=10, measured=measured)["dataset.resolution"].value == 32
    assert measured == [(32, 32), (32, 32), (64, 64)]  # the smallest in both number formats
    measured.clear()
    assert proposed(sizes=[(500, 400)], minutes=10, device="cuda", measured=measured)["train.images"].value > 0
    assert measured == [(128, 128), (96, 96), (64, 64), (32, 32)]


def test_a_size_that_was_asked_for_is_not_chosen_anew():
    measured = []
    asked = proposed(sizes=[(500, 400)], side=200, measured=measured)
    assert asked["dataset.resolution"].value == 200
    assert asked["train.images"].value == 10 * 60 * 50
    assert "good images need 417 minutes" in asked["train.images"].reason  # 1,250,000 images
    assert measured == [(200, 200), (200, 200)]


def test_classifiers_that_learn_from_samples_see_fewer_large_images():
    def shown(**present):
        return proposed(sizes=[(500, 500)], pixels=10**8, **present)["evaluation.cas_images"].value

    assert [shown(side=side) for side in (32, 64, 128, 1024)] == [60_000, 60_000, 30_000, 10_000]
    assert shown(side=64, minutes=1, device="cuda") == 60_000
    assert proposed(sizes=[(500, 500)], side=32, minutes=1, pixels=512_000)["evaluation.cas_images"].value == 30_000


def test_long_pictures_get_bars_unless_the_user_has_chosen():
    strips = [(900, 20)] * 3 + [(64, 64)]
    assert proposed(sizes=strips)["dataset.crop"].value == "pad"
    assert "longer side of 900" in proposed(sizes=strips, pixels=10**8)["dataset.resolution"].reason
    assert proposed(sizes=strips, crop="none")["dataset.crop"].value == "none"
    assert proposed()["dataset.crop"].value == "centre"
    assert proposed(cut_out=True)["dataset.crop"].value == "pad"
    assert "longer side of 300" in proposed(cut_out=True, pixels=10**8)["dataset.resolution"].reason


def test_files_that_are_named_as_test_images_are_not_learnt_from():
    official = proposed(100, test_files=900)
    assert "dataset.test_share" not in official
    assert official["train.batch_size"].value == 16
    assert proposed(1000, test_files=900, held_out="validation")["dataset.test_share"].value == 0.1


def test_a_training_is_as_long_as_was_asked_for():
    five, twenty = proposed(minutes=5, pixels=1024_000), proposed(minutes=20, sizes=[(28, 28)], pixels=784_000)
    assert five["train.images"].value == 5 * 60 * 1000
    assert "5 minutes at 1,000 images per second" in five["train.images"].reason
    assert twenty["train.images"].value == 20 * 60 * 1000
    assert twenty["train.best_every"].value == twenty["train.images"].value / 10
    assert proposed(pixels=1024 * 1017)["train.images"].value == 610_000
    slow = proposed(pixels=102_400, minutes=5)["train.images"]
    assert slow.value == 30_000
    assert "good images need 33 minutes or more" in slow.reason
    assert five["train.patience"].value == 20_000
    assert proposed(pixels=102_400, minutes=5)["train.patience"].value == 6000


def test_the_number_format_is_the_faster_one_of_this_processor():
    assert proposed()["train.precision"].value == "float32"
    assert proposed(gain=0.2)["train.precision"].value == "float32"
    fast = proposed(gain=1.5, minutes=5, pixels=1024_000)
    assert fast["train.precision"].value == "bfloat16"
    assert "1.5 times as fast as float32 on this machine, as just measured" in fast["train.precision"].reason
    assert fast["train.images"].value == 5 * 60 * 1500
    assert proposed(gain=3, sizes=[(500, 400)])["dataset.resolution"].value == 64  # 32 in float32
    assert proposed(gain=1.5, device="cuda")["train.precision"].value == "tf32"


def test_the_penalty_grows_with_the_number_of_pixels():
    small, large = proposed(sizes=[(28, 28)]), proposed(sizes=[(500, 500)], minutes=240)
    assert small["objective.r1"].value == 0.1
    assert large["objective.r1"].value == pytest.approx(0.1 * (128 / 28) ** 2, rel=1e-3)


def test_rates_fit_the_channels_and_the_batches():
    def rate(**present):
        return proposed(**present)["train.learning_rate"].value["start"]

    assert rate(sizes=[(32, 32)]) == rate(sizes=[(28, 28)]) == rate(sizes=[(40, 40)]) == 0.003
    assert rate(sizes=[(500, 500)], side=64) == 0.003  # of width 16
    assert rate(sizes=[(500, 500)], side=128) == 0.0015  # in batches of 32
    assert rate(sizes=[(32, 32)], device="cuda") == 0.0015  # width 64: 256 channels
    assert rate(sizes=[(500, 500)], device="cuda", side=128) == 0.00038
    assert rate(count=300, sizes=[(32, 32)]) == 0.003  # batches are small because files are few


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_rates_fall_and_know_the_channels_of_the_network(device):
    for side in (8, 20, 28, 32, 40, 64, 96, 128, 500, 1024):
        asked = proposed(sizes=[(500, 500)], side=side, device=device)
        width, rate = asked["network.width"].value, asked["train.learning_rate"]
        levels = len(pyramid((side, side), DISCRIMINATOR_BASE)) - 1
        assert f"the coarsest layer has {level_channels(width, levels)}," in rate.reason
        assert rate.value["end"] <= rate.value["start"] / 10


def test_images_above_32_pixels_get_narrower_networks_on_a_cpu():
    assert proposed(sizes=[(32, 32)])["network.width"].value == 32
    assert proposed(sizes=[(40, 40)])["network.width"].value == 16
    assert proposed(sizes=[(500, 500)], device="cuda", side=64)["network.width"].value == 64


def test_batches_fit_the_resolution_and_few_images():
    assert proposed(5000)["train.batch_size"].value == 64
    assert proposed(5000, [(500, 500)], minutes=240)["train.batch_size"].value == 32
    assert proposed(5000, [(100, 100)], pixels=10**8)["train.batch_size"].value == 32  # at a side of 96
    assert proposed(300)["train.batch_size"].value == 32
    assert proposed(30)["train.batch_size"].value == 16
    assert "an eighth" not in proposed(600)["train.batch_size"].reason
    assert proposed(400)["dataset.test_share"].value * 400 == 100


def test_few_images_are_augmented_and_classes_too_small_are_joined():
    assert proposed(3000)["augment.mode"].value == "adaptive"
    assert proposed(60_000)["augment.mode"].value == "none"
    assert proposed(class_counts=[3] * 90)["dataset.labels"].value == "ignore"
    assert proposed(class_counts=[300] * 9)["dataset.labels"].value == "use"
    rare = proposed(class_counts=[3000, 3])["dataset.labels"]
    assert rare.value == "use"
    assert proposed(class_counts=[3000, 3], labels="ignore")["dataset.labels"].value == "ignore"
    assert "1 has fewer than 20 files, such as class 1" in rare.reason
    assert proposed(200)["dataset.test_share"].value > proposed(5000)["dataset.test_share"].value


def test_a_network_that_knows_photographs_scores_what_no_classifier_could_learn_or_would_see():
    for grey in (proposed(class_counts=[300, 200, 150], coloured=False), proposed(60_000, class_counts=[6000] * 10)):
        assert grey["extractor.name"].value == "classifier"
        assert "train.best_samples" not in grey
    coloured = proposed(class_counts=[300, 200, 150])
    assert coloured["extractor.name"].value == "squeezenet"
    assert "shapes and textures" in coloured["extractor.name"].reason
    assert proposed(class_counts=[300, 60, 50], coloured=False)["extractor.name"].value == "squeezenet"
    heap = proposed()
    assert heap["extractor.name"].value == "squeezenet"
    assert "there are no classes" in heap["extractor.name"].reason
    assert heap["train.best_samples"].value == 500


def test_one_command_turns_a_folder_into_settings(own_folder, capsys):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    for number in range(30):
        content = io.BytesIO()
        Image.new("RGB", (12, 12), (number, 0, 0)).save(content, "PNG")
        path = own_folder / IMPORT / "my photos" / f"{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.getvalue())
    before = load_params().train.images
    main(["recipe", "folder", "--minutes", "5"])
    said = capsys.readouterr().out
    assert "(5 minutes at " in said
    assert f"train.images: {before} -> " in said
    assert "(30 files are few" in said
    params = load_params()
    assert params.dataset.name == "folder"
    assert params.dataset.test_share == 0.3
    assert params.extractor.name == "squeezenet"
    assert params.augment.mode == "adaptive"
    assert params.train.images >= 1000


def test_how_the_files_are_read_stays_as_the_user_has_it(own_folder, capsys, monkeypatch):
    monkeypatch.setattr("ganforge.commands.recipe.speed", lambda *_: 1000.0)  # another test measures
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    for number in range(40):
        (own_folder / IMPORT).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (number, 0, 0)).save(own_folder / IMPORT / f"{number}.png")
    main(["recipe", "folder", "--minutes", "1"])
    main(["set", "dataset.crop=none", "dataset.mirror=true", "dataset.labels=ignore", "dataset.test_share=0.25"])
    capsys.readouterr()
    main(["recipe", "folder", "--minutes", "2"])
    dataset = load_params().dataset
    assert (dataset.crop, dataset.mirror, dataset.labels, dataset.test_share) == ("none", True, "ignore", 0.3)
    assert "dataset.crop stays as it is   (as params.yaml has it for these files)" in capsys.readouterr().out
    main(["recipe", "folder", "--resolution", "24"])
    assert load_params().dataset.resolution == 24
    assert "(as asked; half of the files have a shorter side of 12 pixels or more)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            [f"{number}.png" for number in range(20)],
            r"20 images, \d+ of them to learn from and \d to hold out .*: add m",
        ),
        (["one.png"], "contains 1 image, [01] of them to learn from and [01] to hold out"),
        (
            [f"train/{number}.png" for number in range(12)] + [f"test/{number}.png" for number in range(50)],
            "12 of them to learn from and 50 to hold out .* at least 16 and 6 are needed: add more, or put all",
        ),
    ],
)
def test_too_few_images_are_refused_before_anything_is_measured(own_folder, capsys, files, sentence):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    for name in files:
        (own_folder / IMPORT / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (len(name), 0, 0)).save(own_folder / IMPORT / name)
    with pytest.raises(SystemExit, match=sentence):
        main(["recipe", "folder"])
    assert "measuring" not in capsys.readouterr().out
    assert (own_folder / "params.yaml").read_text() == settings_text()


def test_a_translator_s_settings_make_way_for_a_generator(own_folder, monkeypatch):
    monkeypatch.setattr("ganforge.commands.recipe.speed", lambda *_: 1000.0)
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True, exist_ok=True)
    for number in range(60):
        Image.new("RGB", (12, 12), (number, 0, 0)).save(own_folder / IMPORT / f"{number}.png")
    main(["recipe", "folder"])
    main(["set", "dataset.source=edges", "network.name=unet", "objective.name=paired"])
    main(["recipe", "folder"])
    params = load_params()
    assert (params.dataset.source, params.network.name) == ("none", "modulated")


def test_pictures_that_are_cut_out_of_their_ground_are_recognised(own_folder):
    (own_folder / IMPORT).mkdir(parents=True, exist_ok=True)
    for number in range(40):
        stamp = Image.new("RGBA", (40, 60), (number, 0, 0, 255))
        if number < 25:
            stamp.paste((0, 0, 0, 0), (0, 0, 40, 60))
            stamp.paste((number, 90, 0, 255), (5, 5, 35, 55))
        stamp.save(own_folder / IMPORT / f"{number}.png")
    seen = survey(2, "cpu")
    assert seen.cut_out
    assert seen.framing == "pad"


def test_images_are_of_one_size_only_if_all_are(own_folder):
    for number in range(1200):
        (own_folder / IMPORT).mkdir(parents=True, exist_ok=True)
        side = 16 if number == 502 else 32
        Image.new("L", (side, side)).save(own_folder / IMPORT / f"{number:04}.png")
    assert {*survey(2, "cpu").sizes} == {(32, 32), (16, 16)}


def test_an_empty_folder_says_what_to_put_there(own_folder):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    with pytest.raises(SystemExit, match="data/import contains no images: put a folder"):
        main(["recipe", "folder"])
    assert (own_folder / "params.yaml").read_text() == settings_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mnist", "--minutes", "5"], "--minutes works with the recipe folder or sounds or midi only"),
        (["mnist", "--resolution", "64"], "--resolution works with the recipe folder only;"),
        (["folder", "--minutes", "0"], "'0' is not a whole number of 1 or more"),
        (["folder", "--resolution", "7"], "'7' is not a whole number of 8 to 1024"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(own_folder, capsys, arguments, sentence):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    with pytest.raises(SystemExit) as stopped:
        main(["recipe", *arguments])
    assert sentence in f"{stopped.value}{capsys.readouterr().err}"
    assert (own_folder / "params.yaml").read_text() == settings_text()
