"""`ganforge new`, from this checkout and from an installed wheel."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ganforge.cli import main
from ganforge.starting import DVC_CONFIG, INSTALLED, of_installed_package
from tests.project import ROOT
from tests.settings import settings_text


def activated() -> dict[str, str]:
    """The variables of a shell in which the environment of these tests is activated."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_a_new_project_has_valid_settings_and_all_stages(tmp_path, capsys):
    folder = tmp_path / "mine"
    main(["new", str(folder)])
    assert str(folder) in capsys.readouterr().out
    assert not list(folder.rglob("*.pyc"))
    subprocess.run(["make", "test"], cwd=folder, env=activated(), check=True, capture_output=True)


def test_it_has_the_released_settings_whatever_this_checkout_has(tmp_path):
    main(["new", str(tmp_path / "mine")])
    made = (tmp_path / "mine" / "params.yaml").read_text()
    assert made == settings_text()
    assert (tmp_path / "mine" / ".dvc" / "config").read_text() == DVC_CONFIG


def test_a_repository_and_an_environment_may_be_there_before(tmp_path):
    for name in (".git", ".venv"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    main(["new", str(tmp_path / "mine")])
    assert (tmp_path / "mine" / "dvc.yaml").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_messages_ask_for_can_be_made_in_a_new_project_too():
    code = [*(ROOT / "src").rglob("*.py"), *(ROOT / "pipeline").rglob("*.py")]
    words = {word for file in code for word in re.findall(r"\bmake ([a-z][a-z-]+)", file.read_text("utf-8"))}
    here, there = (
        {*re.findall(r"^([a-z-]+):", (folder / "Makefile").read_text(), re.MULTILINE)} for folder in (ROOT, INSTALLED)
    )
    assert {"repro", "serve", "register", "augmentation"} <= words & here
    assert words & here - there == set()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="is not empty: name a new or an empty folder"):
        main(["new", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_stages_depend_on_the_version_in_place_of_the_files_of_the_package():
    text = "    deps: # why\n      - pipeline/a.py\n      - src/ganforge/b # c\n      - src/ganforge/d.py\n"
    text += "      - data/e\n"
    expected = "    deps: # why\n      - requirements.txt\n      - pipeline/a.py\n      - data/e\n"
    assert of_installed_package(text) == expected


@pytest.mark.long
def test_an_installed_wheel_lays_out_a_project_that_runs(tmp_path):
    wheels, site, folder = tmp_path / "wheels", tmp_path / "site", tmp_path / "mine"
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", wheels, ROOT], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([uv, "pip", "install", "--quiet", "--no-deps", "--target", site, wheel], check=True)
    environment = activated() | {"PYTHONPATH": str(site)}  # found before the checkout

    def run(*command, cwd=tmp_path):
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = run(sys.executable, "-c", "import ganforge; print(ganforge.__file__)")
    assert Path(where.strip()).is_relative_to(site)
    run(sys.executable, "-m", "ganforge", "new", str(folder))
    run("git", "init", "--quiet", cwd=folder)
    run("make", "test", cwd=folder)
    (folder / "params.yaml").write_text(settings_text(), encoding="utf-8")
    assert "Fréchet distance" in run("make", "repro", cwd=folder)
    assert (folder / "samples" / "grid.png").is_file()
    assert "didn't change, skipping" in run("dvc", "repro", cwd=folder)
