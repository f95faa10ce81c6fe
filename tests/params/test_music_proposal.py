"""Settings proposed for music that nobody has trained on."""

from dataclasses import astuple, replace

import pytest

from ganforge.cli import main
from ganforge.layout import IMPORT
from ganforge.params import load_params, parse_params
from ganforge.params.music_proposal import MusicSurvey, propose_for_music
from ganforge.params.recipes import combined
from tests.melodies import midi
from tests.settings import RECIPES, settings_of, settings_text

SEEN = MusicSurvey(
    count=300, test_files=None, class_counts={}, processors=2, device="cpu",
    ranges=[(40, 80)] * 95 + [(20, 110)] * 5, looked_at=100, unusable=0, windows=1000, steps=64, max_broken=0.1,
)  # fmt: skip


def proposed(minutes=10, windows_per_second=100.0, gain=1.0, pitches=None, spans=None, **changes):
    """What is proposed on a machine that trains on so many windows in a second."""

    def speed(proposals, count):
        if pitches is not None:
            pitches.append(count)
        values = {f"{proposal.section}.{proposal.key}": proposal.value for proposal in proposals}
        return windows_per_second * (gain if values["train.precision"] == "bfloat16" else 1)

    if spans is not None:
        changes |= {"ranges": [(0, span) for span in spans], "looked_at": len(spans)}
    proposals = propose_for_music(replace(SEEN, **changes), minutes, speed)
    return {f"{proposal.section}.{proposal.key}": proposal for proposal in proposals}


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("spans", [[], [0], [127] * 3])
@pytest.mark.parametrize("class_counts", [{}, {"a": 3, "b": 2}, {"a": 500, "b": 700}])
def test_every_proposal_is_a_valid_plan_with_reasons(device, spans, class_counts):
    for count, speed in ((10, 1.0), (10**5, 10**5)):
        values = settings_of("midi")
        seen = {"spans": spans, "device": device, "class_counts": class_counts, "count": count}
        for section, key, value, reason in map(astuple, proposed(windows_per_second=speed, **seen).values()):
            values[section] = combined(section, values[section], {key: value})
            assert len(reason) > 10
        parse_params(values)


def test_the_range_of_notes_has_whole_octaves_and_room_for_most_pieces():
    assert proposed()["dataset.widest"].value == 48
    assert proposed(spans=[48] * 20)["dataset.widest"].value == 48
    assert proposed(spans=[49] * 20)["dataset.widest"].value == 60
    assert proposed(spans=[40] * 94 + [90] * 6)["dataset.widest"].value == 96
    assert proposed(looked_at=104, unusable=4)["dataset.widest"].value == 48
    assert proposed(looked_at=110, unusable=10)["dataset.widest"].value == 96  # no more may be left out
    assert proposed(max_broken=0.0)["dataset.widest"].value == 96
    assert proposed(spans=[3])["dataset.widest"].value == 12
    assert proposed(spans=[127])["dataset.widest"].value == 127
    assert proposed()["dataset.widest"].reason == "95 of 100 pieces that were read fit; wider ones are left out"


def test_the_speed_is_measured_with_the_pitches_of_all_pieces_that_fit():
    pitches = []
    proposed(ranges=[(low, low + 12) for low in range(20, 90, 10)], pitches=pitches)
    assert pitches == [73, 73]
    pitches.clear()
    proposed(pitches=pitches)
    assert pitches == [41, 41]


def test_few_pieces_hold_out_enough_to_score_with():
    assert proposed()["dataset.test_share"].value == 0.1
    assert proposed(count=50)["dataset.test_share"].value == 0.2
    assert proposed(count=25)["dataset.test_share"].value == 0.3
    assert "dataset.test_share" not in proposed(test_files=20)
    assert proposed(test_files=20, held_out="validation")["dataset.test_share"].value == 0.1


def test_a_training_is_as_long_as_was_asked_for():
    assert proposed(minutes=20)["train.images"].value == 120_000
    assert "good excerpts need 20 minutes" in proposed()["train.images"].reason
    assert proposed(gain=2.0)["train.images"].value == 120_000
    assert proposed(gain=2.0)["train.precision"].value == "bfloat16"


def test_a_folder_of_music_is_surveyed_and_set(own_folder, capsys, monkeypatch):
    monkeypatch.setattr("ganforge.commands.recipe.speed_of_music", lambda *_: 100.0)
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True)
    for number in range(20):
        melody = [[(pitch, 4) for pitch in (40 + number, 105, 60, 64, 67)] * 8]
        (own_folder / IMPORT / f"{number}.mid").write_bytes(midi(melody))
    (own_folder / IMPORT / "broken.mid").write_bytes(b"MThd and then nothing")
    main(["recipe", "midi", "--minutes", "5"])
    assert "(20 of 20 pieces that were read fit" in capsys.readouterr().out
    params = load_params()
    assert (params.dataset.widest, params.dataset.test_share, params.train.images) == (72, 0.3, 30_000)
    assert params.train.batch_size == 16
    main(["set", "dataset.voices=2", "dataset.tempo=60"])
    main(["recipe", "midi"])
    dataset = load_params().dataset
    assert (dataset.voices, dataset.tempo) == (2, 60)


def test_few_pieces_are_refused_before_anything_is_measured(own_folder, capsys):
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True)
    (own_folder / IMPORT / "one.mid").write_bytes(midi([[(60, 16)]]))
    with pytest.raises(
        SystemExit, match=r"contains 1 piece, which give . excerpts .* at least 16 and 6 are needed: add more"
    ):
        main(["recipe", "midi"])
    assert "measuring" not in capsys.readouterr().out
    assert (own_folder / "params.yaml").read_text() == settings_text()


def test_short_pieces_give_few_windows(own_folder):
    """Twenty pieces of a bar are twenty windows: too few, where longer ones would do."""
    (own_folder / "recipes").symlink_to(RECIPES)
    (own_folder / "params.yaml").write_text(settings_text())
    (own_folder / IMPORT).mkdir(parents=True)
    for number in range(20):
        (own_folder / IMPORT / f"{number}.mid").write_bytes(midi([[(60 + number, 16)]]))
    with pytest.raises(SystemExit, match=r"contains 20 pieces, which give \d+ excerpts to learn from"):
        main(["recipe", "midi"])
