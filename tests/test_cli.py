"""The command, as a process."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ganforge.cli import COMMANDS, main
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.generator import Generator
from ganforge.networks.storage import CONFIG
from tests.commands.saved import write_generator
from tests.pages.test_report import SCORES
from tests.settings import settings_text
from tests.specs import spec

HEAVY = ("torch", "mlflow", "pandas", "matplotlib", "sklearn", "numpy", "dvc")


def ganforge(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "ganforge.cli", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_package_runs_as_a_module_and_shells_can_complete_it():
    done = subprocess.run(
        [sys.executable, "-m", "ganforge", "completion", "bash"], capture_output=True, text=True, check=True
    )
    assert "--condition" in done.stdout
    subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=True)


def test_help_names_every_command_and_imports_nothing_heavy():
    script = (
        "import sys, ganforge.cli\n"
        "try: ganforge.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert all(f"    {command.NAME} " in done.stdout for command in COMMANDS)
    assert done.stdout.strip().endswith("HEAVY []")


def test_check_says_that_all_is_well(tmp_path):
    (tmp_path / "params.yaml").write_text(settings_text())
    done = ganforge("check", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "params.yaml is valid.\n", "")


@pytest.mark.parametrize(
    "arguments", [["check"], ["recipe"], ["recipe", "mnist"], ["scores"], ["register"], ["serve"], ["export", "onnx"]]
)
def test_outside_a_project_every_command_ends_in_one_sentence(tmp_path, arguments):
    done = ganforge(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("ganforge: ")
    assert done.stderr.count("\n") == 1


def test_scores_show_figures_floors_and_where_to_look(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "params.yaml").write_text("evaluation: {inception: true}")
    (tmp_path / "reports" / "metrics.json").write_text(json.dumps(SCORES | {"inception": {}}))
    (tmp_path / "reports" / "report.html").write_text("")
    done = ganforge("scores", cwd=tmp_path)
    assert done.returncode == 0
    assert "0.250 ± 0.017" in done.stdout
    assert "reports/report.html" in done.stdout
    assert "make ui" in done.stdout
    assert "ALARM: incomplete: evaluation.inception is true" in done.stdout
    (tmp_path / "reports" / "metrics.json").write_text("{")
    assert ganforge("scores", cwd=tmp_path).stderr.count("\n") == 1


@pytest.fixture
def generator(tmp_path):
    """A folder with an untrained one."""
    return write_generator(tmp_path, spec("dcgan", condition=Labels(("zero", "one"), (3, 4)), width=8))


def test_info_says_what_a_generator_is(generator, monkeypatch, capsys):
    monkeypatch.chdir(generator)
    main(["info"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "Trained on  digits, 640 images shown",
        "Draws       images of 1 x 8 x 8",
        "Asks for    labels: zero, one",
    ]
    assert lines[3].startswith("Network     dcgan, ") and lines[3].endswith(" weights, latent vectors of 4")


def test_info_opens_generators_of_the_last_release(generator, monkeypatch, capsys):
    monkeypatch.chdir(generator)
    network = {"name": "dcgan", "shape": [1, 8, 8], "classes": 2, "latent_dim": 4, "width": 8}
    network |= {"attention": False, "refinement": False, "sphere": False, "spectral_norm": False}
    labels = {"classes": ["zero", "one"], "class_counts": [3, 4]}
    described = {"format": 3, "network": network, "signal": "image", "dataset": "digits", **labels, "images": 640}
    main(["info"])
    today = capsys.readouterr().out
    (generator / "models" / "generator" / CONFIG).write_text(json.dumps(described))
    main(["info"])
    assert capsys.readouterr().out == today


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (None, "Asks for    nothing: it was trained without a condition"),
        (Captions(("", "low", "high"), 3), "Asks for    captions of up to 3 words, of 2 known ones"),
    ],
)
def test_info_says_what_can_be_asked_for(tmp_path, monkeypatch, capsys, condition, words):
    monkeypatch.chdir(write_generator(tmp_path, spec("mlp", condition=condition)))
    main(["info"])
    assert words in capsys.readouterr().out


def test_sample_draws_what_the_generator_draws(generator):
    done = ganforge("sample", "--count", "70", "--seed", "3", "--label", "one", "--out", "out", cwd=generator)
    assert done.stdout == "Samples in out: 70; out/sheet.png shows 70.\n", done.stderr
    expected = Generator.load(generator / "models" / "generator").sample(70, seed=3, condition=1)
    for index in (0, 69):
        with Image.open(generator / "out" / f"{index:06d}.png") as picture:
            assert np.array_equal(np.asarray(picture), expected[index, 0])
    assert len(list((generator / "out").iterdir())) == 71


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--label", "two"], "label is 'two'; allowed is one of zero, one"),
        (["--label", "2"], "label is 2; allowed is 0 to 1"),
        (["--count", "0"], "--count is 0"),
        (["--seed", "-1"], "--seed is -1; allowed is 0 to 4294967295"),
        (["--label", "9" * 5000], "label is '9999"),
        (["--truncation", "2"], "truncation is 2.0; allowed is 0 to 1"),
        (["--count", "1000000000"], "--count is 1000000000; allowed is 1 to 1000000"),
        (["--generator", "nowhere"], "nowhere holds no generator"),
        (["--labels", "zero,two"], "label is 'two'; allowed is one of zero, one"),
        (["--condition", "two"], "label is 'two'; allowed is one of zero, one"),
        (["--conditions", "zero,,one"], "label is ''; allowed is one of zero, one"),
        (["--interpolate", "1"], "--interpolate is 1; allowed is 2 to 2000"),
        (["--interpolate", "0"], "--interpolate is 0; allowed is 2 to 2000"),
        (["--interpolate", "5", "--count", "1"], "--interpolate walks between samples, but --count is 1"),
        (["--interpolate", "2000"], "these options give 128000 pictures; an animation or a walk has at most 2000"),
        (["--rate", "0"], "--rate is 0; allowed is 1 to 50"),
        (["--video", "walk.avi"], "walk.avi is not a supported animation file; allowed is .gif or .mp4"),
    ],
)
def test_sample_refuses_in_a_sentence_what_it_cannot_draw(generator, monkeypatch, arguments, words):
    monkeypatch.chdir(generator)
    with pytest.raises(SystemExit, match=f"^ganforge: .*{words}.*[.]$"):
        main(["sample", *arguments])
    assert not (generator / "generated").exists()


@pytest.mark.parametrize("option", ["--labels", "--conditions"])
def test_labels_come_in_turns(generator, monkeypatch, option):
    monkeypatch.chdir(generator)
    main(["sample", "--count", "5", "--seed", "3", option, "one,zero", "--out", "out"])
    expected = Generator.load("models/generator").sample(5, seed=3, condition=[1, 0, 1, 0, 1])
    for index, image in enumerate(expected[:, 0]):
        with Image.open(f"out/{index:06d}.png") as picture:
            assert np.array_equal(np.asarray(picture), image)


def test_sample_says_which_pictures_are_of_an_earlier_call(generator, monkeypatch, capsys):
    monkeypatch.chdir(generator)
    main(["sample", "--count", "3"])
    assert "earlier" not in capsys.readouterr().out
    main(["sample", "--count", "1"])
    assert capsys.readouterr().out == (
        "Samples in generated: 1; generated/sheet.png shows 1.\n"
        "Left in generated from an earlier call: 000001.png to 000002.png.\n"
    )


def test_edit_wants_a_direction_for_a_strength(generator, monkeypatch):
    monkeypatch.chdir(generator)
    with pytest.raises(SystemExit, match="--strength needs --direction: name one"):
        main(["edit", "x.png", "--strength", "2"])


def test_edit_takes_one_direction_at_a_time(generator, monkeypatch):
    monkeypatch.chdir(generator)
    with pytest.raises(SystemExit, match=r"--direction is given 2 times; give one, then edit edited/code[.]json"):
        main(["edit", "x.png", "--direction", "slant", "--direction", "width"])


def test_a_number_out_of_range_is_refused_before_anything_heavy_is_imported(generator):
    script = (
        "import sys, ganforge.cli\n"
        "try: ganforge.cli.main(sys.argv[1:])\n"
        "except SystemExit as refusal: print(refusal)\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    for arguments in (
        ["sample", "--count", "0"],
        ["edit", "x.png", "--strength", "99"],
        ["demo", "--port", "0"],
        ["augment", "--per-class", "0"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], cwd=generator, capture_output=True, text=True, check=True
        )
        assert "allowed is" in done.stdout and done.stdout.endswith("HEAVY []\n"), done.stdout


def test_a_walk_goes_through_all_samples_and_back_and_can_be_watched(generator, monkeypatch, capsys):
    monkeypatch.chdir(generator)
    main(["sample", "--count", "3", "--seed", "3", "--labels", "all", "--interpolate", "4", "--video", "walk.gif"])
    assert "walk.gif shows them in 0.6 s" in capsys.readouterr().out
    samples = Generator.load("models/generator").sample(3, seed=3, condition=[0, 1, 0])
    with Image.open("walk.gif") as walk:
        assert walk.n_frames == 12
    for place, sample in enumerate(samples[:, 0]):
        with Image.open(f"generated/{4 * place:06d}.png") as picture:
            assert np.abs(np.asarray(picture).astype(int) - sample).max() <= 1


@pytest.mark.parametrize(
    "command", [["project", "x.png"], ["edit", "x.png", "--direction", "slant"], ["demo"], ["augment"]]
)
def test_what_needs_more_than_a_generator_says_what_is_missing(generator, monkeypatch, command):
    (generator / "params.yaml").write_text(settings_text())
    monkeypatch.chdir(generator)
    with pytest.raises(SystemExit, match=r"^ganforge: [^\n]*[.]$"):
        main(command)
