"""``ganforge translate``."""

import numpy as np
import pytest
from PIL import Image

from ganforge.cli import main
from ganforge.commands.translate import names_of
from ganforge.datasets.derived import derive
from ganforge.generator import Generator
from ganforge.networks.storage import save_generator
from ganforge.translating.translation import translate
from tests.commands.saved import write_generator
from tests.settings import settings_text
from tests.specs import spec
from tests.translators import file_of, pixels_of, random_picture, translator, write_translator


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place with a folder of pictures."""
    pictures = tmp_path / "mine"
    pictures.mkdir()
    (pictures / "wide.png").write_bytes(file_of(random_picture(3, 33, 70)))
    (pictures / "tall.jpg").write_bytes(file_of(random_picture(3, 50, 21), "JPEG"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_of_pictures_is_translated_at_their_own_sizes(folder, capsys):
    write_translator(folder)
    main(["translate", "mine", "--out", "out"])
    assert capsys.readouterr().out == "Pictures translated into out: 2; out/sheet.png shows 2.\n"
    assert {file.name for file in (folder / "out").iterdir()} == {"wide.png", "tall.png", "sheet.png"}
    expected = translate(Generator.load("models/generator"), random_picture(3, 33, 70))[0]
    assert np.array_equal(pixels_of("out/wide.png"), expected)
    assert pixels_of("out/tall.png").shape == (3, 50, 21)


def test_count_and_seed(folder, capsys):
    write_translator(folder)
    main(["translate", "mine/wide.png", "--count", "3", "--seed", "7"])
    names = {file.name for file in (folder / "translated").iterdir()}
    assert names == {"wide-0.png", "wide-1.png", "wide-2.png", "sheet.png"}
    main(["translate", "mine/wide.png", "--count", "2", "--seed", "7", "--out", "again"])
    assert (folder / "again" / "wide-1.png").read_bytes() == (folder / "translated" / "wide-1.png").read_bytes()
    assert not np.array_equal(pixels_of("again/wide-0.png"), pixels_of("again/wide-1.png"))
    with Image.open("translated/sheet.png") as sheet:
        assert sheet.width == 4 * 210 + 3  # a picture of 70 pixels is shown three times as large


def test_broken_files_are_named_and_passed_over(folder, capsys):
    write_translator(folder)
    (folder / "mine" / "cut.png").write_bytes(file_of(random_picture(3, 33, 70))[:500])
    (folder / "mine" / ".hidden").write_bytes(b"")
    main(["translate", "mine", "--out", "out"])
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("Skipped: mine/cut.png cannot be read (")
    assert told[1:] == [
        "Pictures translated into out: 2; out/sheet.png shows 2.",
        "Skipped: 1 of 3 files in mine; see above.",
    ]
    (folder / "none").mkdir()
    for name in ("a.png", "b.png"):
        (folder / "none" / name).write_bytes(b"x")
    with pytest.raises(SystemExit, match=r"^ganforge: none of the 2 files in none could be translated"):
        main(["translate", "none", "--out", "empty"])
    assert not (folder / "empty").exists()


def test_transparent_pixels_lie_on_the_background_of_the_data(folder):
    write_translator(folder)
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save("clear.png")
    text = settings_text().replace("threads: 2", "threads: 1")
    (folder / "params.yaml").write_text(text)
    main(["translate", "clear.png", "--out", "out"])
    white = np.full((3, 40, 40), 255, np.uint8)
    assert np.array_equal(pixels_of("out/clear.png"), translate(Generator.load("models/generator"), white)[0])


def test_an_ordinary_picture_is_made_a_source_where_that_is_asked_for(folder):
    write_translator(folder, derived="edges", source=(1, 32, 32))
    main(["translate", "mine/wide.png", "--derive", "--out", "derived"])
    main(["translate", "mine/wide.png", "--out", "as-it-is"])
    source = derive(random_picture(3, 33, 70)[None], "edges", 0.2)[0]
    assert np.array_equal(pixels_of("derived/wide.png"), translate(Generator.load("models/generator"), source)[0])
    assert not np.array_equal(pixels_of("derived/wide.png"), pixels_of("as-it-is/wide.png"))


def test_a_generator_of_shrunk_sources_makes_pictures_larger(folder):
    write_translator(folder, "unet", derived="small")
    main(["translate", "mine/wide.png", "--out", "larger"])
    main(["translate", "mine/wide.png", "--derive", "--out", "same"])
    main(["translate", "mine/wide.png", "--resize", "11", "--out", "resized"])
    assert pixels_of("larger/wide.png").shape == (3, 66, 140)
    assert pixels_of("same/wide.png").shape == (3, 33, 70)
    assert pixels_of("resized/wide.png").shape == (3, 22, 46)


def test_names_are_kept_apart(tmp_path):
    files = [tmp_path / name for name in ("A.png", "a.jpg", "a.jpg.png", "b.png", "sheet.png")]
    assert names_of(files) == ["A.png", "a.jpg", "a.jpg_", "b", "sheet_"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.png"], "nowhere.png does not exist: name a picture"),
        (["mine", "--count", "0"], "--count is 0; allowed is 1 to 1000"),
        (["mine", "--seed", "-1"], "--seed is -1; allowed is 0 to"),
        (["mine", "--resize", "big"], "--resize is big; allowed is native, or 8 to 8192 pixels"),
        (["mine", "--tile", "3"], "--tile is 3; allowed is 16 to"),
        (["mine", "--out", "mine"], "--out is mine, the folder of the pictures, which would be overwritten"),
        (
            ["mine", "--derive"],
            "--derive is given, but the sources of pairs are files, not derived",
        ),
        (["mine", "--generator", "nowhere"], "nowhere holds no generator"),
    ],
)
def test_refusals_in_a_sentence(folder, arguments, words):
    write_translator(folder)
    with pytest.raises(SystemExit, match=rf"^ganforge: [^\n]*{words}[^\n]*[.]$"):
        main(["translate", *arguments])
    assert not (folder / "translated").exists()


def test_what_translates_nothing_or_one_way_only_says_so(folder):
    write_generator(folder, spec("dcgan", classes=3, width=8))
    with pytest.raises(SystemExit, match=r"^ganforge: .*translates no pictures: draw samples with `ganforge sample`"):
        main(["translate", "mine"])
    write_translator(folder, latent_dim=0)
    with pytest.raises(
        SystemExit, match=r"^ganforge: --count is 2, but the network translator makes one picture from "
    ):
        main(["translate", "mine", "--count", "2"])
    main(["translate", "mine"])
    assert pixels_of("translated/wide.png").shape == (3, 33, 70)


def test_the_way_back_is_taken_where_there_is_one(folder):
    write_translator(folder, target=(1, 32, 32))
    Image.fromarray(random_picture(1, 33, 70)[0]).save("grey.png")
    with pytest.raises(SystemExit, match=r"--back is given, but models/generator holds no generator that"):
        main(["translate", "grey.png", "--back"])
    back = translator(source=(1, 32, 32))
    save_generator(folder / "models" / "generator" / "back", back.module, back.config)
    main(["translate", "grey.png", "--back", "--out", "out"])
    assert np.array_equal(pixels_of("out/grey.png"), translate(back, random_picture(1, 33, 70))[0])


def test_a_picture_is_drawn_in_each_style_in_one_or_in_that_of_an_example(folder, capsys):
    write_translator(folder, "styled")
    main(["translate", "mine/wide.png", "--out", "each"])
    assert {file.name for file in (folder / "each").iterdir()} == {"wide-ink.png", "wide-oil.png", "sheet.png"}
    generator = Generator.load("models/generator")
    for style in ("ink", "oil"):
        expected = translate(generator, random_picture(3, 33, 70), style=style)[0]
        assert np.array_equal(pixels_of(f"each/wide-{style}.png"), expected)
    assert not np.array_equal(pixels_of("each/wide-ink.png"), pixels_of("each/wide-oil.png"))
    main(["translate", "mine/wide.png", "--style", "oil", "--count", "2", "--out", "one"])
    assert np.array_equal(pixels_of("one/wide-0.png"), pixels_of("each/wide-oil.png"))
    main(["translate", "mine/wide.png", "--style", "mine/tall.jpg", "--out", "like"])
    main(["translate", "mine/wide.png", "--style", "mine/wide.png", "--out", "itself"])
    assert not np.array_equal(pixels_of("like/wide.png"), pixels_of("itself/wide.png"))


@pytest.mark.parametrize(
    ("network", "arguments", "words"),
    [
        (
            "styled",
            ["--style", "chalk"],
            "--style is chalk, which is neither a file nor a style; allowed is one of ink, oil",
        ),
        ("styled", ["--style", "mine/broken.png"], "mine/broken.png cannot be read"),
        ("styled", ["--style", "mine/tall.jpg", "--count", "2"], "an example picture is one style; allowed is 1"),
        ("translator", ["--style", "ink"], "allowed for this generator is none, as it has a single style"),
    ],
)
def test_a_style_that_there_is_not_is_refused_in_a_sentence(folder, network, arguments, words):
    write_translator(folder, network)
    (folder / "mine" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(SystemExit, match=rf"^ganforge: [^\n]*{words}[^\n]*[.]$"):
        main(["translate", "mine/wide.png", *arguments])
    assert not (folder / "translated").exists()
