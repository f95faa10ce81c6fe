"""The command, as a process."""

import json
import subprocess
import sys

import pytest

from tests.evaluation.test_report import SCORES
from tests.project import ROOT

HEAVY = ("torch", "mlflow", "pandas", "matplotlib", "sklearn", "numpy", "dvc")


def ganforge(*arguments, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", "ganforge.cli", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_help_names_every_command_and_imports_nothing_heavy():
    script = (
        "import sys, ganforge.cli\n"
        "try: ganforge.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert all(command in done.stdout for command in ("check", "recipe", "compare", "scores"))
    assert done.stdout.strip().endswith("HEAVY []")


def test_check_says_that_all_is_well():
    done = ganforge("check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "params.yaml is valid.\n", "")


@pytest.mark.parametrize("arguments", [["check"], ["recipe"], ["recipe", "mnist"], ["scores"]])
def test_outside_a_project_every_command_ends_in_one_sentence(tmp_path, arguments):
    done = ganforge(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("ganforge: ")
    assert done.stderr.count("\n") == 1


def test_scores_show_figures_floors_and_where_to_look(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "params.yaml").write_text("evaluation: {inception: true}")
    (tmp_path / "reports" / "metrics.json").write_text(json.dumps(SCORES))
    (tmp_path / "reports" / "report.html").write_text("")
    done = ganforge("scores", cwd=tmp_path)
    assert done.returncode == 0
    assert "0.250 ± 0.017" in done.stdout
    assert "reports/report.html" in done.stdout
    assert "make ui" in done.stdout
    assert "ALARM: incomplete: evaluation.inception is true" in done.stdout
    (tmp_path / "reports" / "metrics.json").write_text("{")
    assert ganforge("scores", cwd=tmp_path).stderr.count("\n") == 1
