"""The project is whole: its settings are valid, and every stage can start."""

import importlib
import re
import unittest
from pathlib import Path

from ganforge.params import load_params

STAGE = re.compile(r"exec python -m (pipeline\.[\w.]+)")


class ProjectTest(unittest.TestCase):
    def test_settings_are_valid(self) -> None:
        load_params()

    def test_every_stage_has_a_script(self) -> None:
        stages = STAGE.findall(Path("dvc.yaml").read_text())
        self.assertGreater(len(stages), 5)
        for stage in stages:
            importlib.import_module(stage)
