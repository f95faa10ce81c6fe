"""Settings proposed for sounds that nobody has trained on: each follows from the files and the speed of the machine."""

import tarfile
from dataclasses import astuple, replace

import numpy as np
import pytest
import soundfile

from ganforge.cli import main
from ganforge.layout import IMPORT
from ganforge.params import load_params, parse_params
from ganforge.params.recipes import combined
from ganforge.params.sound_proposal import SoundSurvey, propose_for_sounds, survey_sounds
from tests.settings import RECIPES, settings_of, settings_text

SEEN = SoundSurvey(
    count=3000, test_files=None, seconds=[0.5] * 90 + [0.9] * 10, rates=[44_100] * 100,
    class_counts={"a": 1500, "b": 1500}, processors=2, device="cpu", looked_at=100, unusable=0,
)  # fmt: skip


def proposed(minutes=10, cells=1_000_000, gain=1.0, measured=None, **changes):
    """What is proposed on a machine that trains on so many cells of spectrograms in a second."""

    def speed(proposals, rate, samples):
        if measured is not None:
            measured.append((rate, samples))
        values = {f"{proposal.section}.{proposal.key}": proposal.value for proposal in proposals}
        return cells / samples * (gain if values["train.precision"] == "bfloat16" else 1)

    proposals = propose_for_sounds(replace(SEEN, **changes), minutes, speed)
    return {f"{proposal.section}.{proposal.key}": proposal for proposal in proposals}


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("seconds", [[], [0.05], [0.3, 7.0], [3600.0]])
@pytest.mark.parametrize("class_counts", [{}, {"a": 3, "b": 2}, {"a": 500, "b": 700}])
def test_every_proposal_is_a_valid_plan_with_reasons(device, seconds, class_counts):
    for count, cells in ((60, 10**5), (10**6, 10**8)):
        values = settings_of("sounds")
        rates = [22_050] * len(seconds)
        seen = {"seconds": seconds, "rates": rates, "device": device, "class_counts": class_counts, "count": count}
        for section, key, value, reason in map(astuple, proposed(cells=cells, **seen).values()):
            values[section] = combined(section, values[section], {key: value})
            assert len(reason) > 10
        parse_params(values)


def test_window_and_rate_follow_from_the_files_and_the_time():
    """Nine of ten sounds last half a second: 8,192 samples at 16 kHz, 4,096 at 8 kHz."""

    def window(**changes):
        found = proposed(**changes)
        return tuple(found[f"dataset.{key}"].value for key in ("rate", "samples", "placement"))

    assert window(cells=2 * 10**6) == (16_000, 8192, "start")  # 100,000 of 8,192 need seven minutes
    assert window(cells=10**6) == (8000, 4096, "start")
    assert "0.51 s at 16,000 would need about 14 minutes" in proposed(cells=10**6)["dataset.rate"].reason
    assert window(rates=[11_025] * 100) == (8000, 4096, "start")
    assert window(rates=[4000] * 100) == (8000, 4096, "start")
    assert window(seconds=[5.0] * 100) == (8000, 8192, "loudest")
    assert window(seconds=[5.0] * 100, minutes=60) == (8000, 16_384, "loudest")
    assert window(seconds=[2.0] * 100, rates=[8000] * 100, minutes=60) == (8000, 16_384, "start")
    assert window(seconds=[], rates=[]) == (8000, 8192, "loudest")
    assert window(seconds=[1.5] * 100, cells=10**8) == (8000, 16_384, "start")  # 1.5 s at 16 kHz do not fit


def test_a_training_is_as_long_as_was_asked_for():
    found = proposed(minutes=20, rates=[8000] * 100)
    assert found["train.images"].value == 290_000  # 20 minutes at 244 a second, to two digits
    assert found["train.best_every"].value == 58_000
    assert "good sounds need 68 minutes" in proposed(cells=10**5, rates=[8000] * 100)["train.images"].reason
    assert found["train.precision"].value == "float32"
    faster = proposed(minutes=20, rates=[8000] * 100, gain=1.5)
    assert (faster["train.precision"].value, faster["train.images"].value) == ("bfloat16", 440_000)


def test_settings_of_the_networks_follow_the_rules_for_images():
    """A spectrogram of 128 by 64 values has the batch and the rate of an image of 128 pixels of a side."""
    found = proposed(seconds=[1.0] * 100, rates=[8000] * 100)
    assert found["objective.r1"].value == found["objective.r2"].value == 0.5
    assert found["train.batch_size"].value == 32
    assert found["train.learning_rate"].value["start"] == 0.0015
    assert proposed(seconds=[2.0] * 100, rates=[8000] * 100, minutes=60)["objective.r1"].value == 1.0
    assert proposed()["augment.mode"].value == "adaptive"
    assert proposed(count=50_000)["augment.mode"].value == "none"


def test_files_that_are_named_as_test_sounds_are_the_ones_to_score_with():
    assert proposed()["dataset.test_share"].value == 0.1
    assert proposed(count=200)["dataset.test_share"].value == 0.3
    assert "dataset.test_share" not in proposed(test_files=500)


def test_a_folder_of_sounds_is_surveyed_and_set(own_folder, capsys, monkeypatch):
    monkeypatch.setattr("ganforge.commands.recipe.speed_of_sounds", lambda *_: 50.0)
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    for number in range(70):
        place = own_folder / IMPORT / f"{number % 2}" / f"{number}.ogg"
        place.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(place, np.sin(np.arange(11_025) / 20), 22_050)
    (own_folder / IMPORT / "0" / "broken.wav").write_bytes(b"RIFF and then nothing")
    with tarfile.open(own_folder / IMPORT / "more.tar", "w", encoding="latin-1") as archive:
        archive.add(place, "1/caf\xe9.ogg")  # a name that is not UTF-8
    seen = survey_sounds(2, "cpu", {})
    assert (seen.count, seen.test_files) == (72, None)
    assert (set(seen.seconds), set(seen.rates), len(seen.seconds)) == ({0.5}, {22_050}, 71)
    main(["recipe", "sounds", "--minutes", "5"])
    said = capsys.readouterr().out
    assert "(5 minutes at 50 sounds per second" in said
    params = load_params()
    assert params.train.images == 15_000
    assert (params.dataset.rate, params.dataset.samples, params.dataset.test_share) == (8000, 4096, 0.3)
    main(["set", "dataset.silence=-40", "dataset.labels=ignore"])
    main(["recipe", "sounds"])
    dataset = load_params().dataset
    assert (dataset.silence, dataset.labels, dataset.placement) == (-40, "ignore", "start")


def test_few_sounds_are_refused_before_anything_is_measured(own_folder, capsys):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True)
    soundfile.write(own_folder / IMPORT / "one.wav", np.sin(np.arange(8000) / 20), 8000)
    with pytest.raises(SystemExit, match=r"contains 1 sound, .* at least 16 and 6 are needed: add more"):
        main(["recipe", "sounds"])
    assert "measuring" not in capsys.readouterr().out
    assert (own_folder / "params.yaml").read_text() == settings_text()
