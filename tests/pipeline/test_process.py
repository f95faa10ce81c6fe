"""How the threads of a stage share the cores."""

import json
import os
import subprocess
import sys

import pytest

from ganforge.processors import processors
from tests.project import ROOT, our_environment

ASK = """
import json, os, sys
from ganforge.params import ComputeParams
from pipeline.process import bind_threads
threads, processes = map(int, sys.argv[1:])
values = {"device": "cpu", "cuda_graphs": True, "checkpoint_seconds": 10}
bind_threads(ComputeParams(threads=threads, processes=processes, **values))
import torch
torch.set_num_threads(threads)
torch.randn(2**22).exp()
print(json.dumps([sorted(os.sched_getaffinity(int(task))) for task in os.listdir("/proc/self/task")]))
"""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell where threads may run")


def cores(threads: int, processes: int = 1, **environment: str) -> list[list[int]]:
    """Those that each thread of a process may run on, whose stage has that many."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(threads), str(processes)],
        cwd=ROOT,
        env=our_environment() | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[int]] = json.loads(done.stdout)
    return found


@needs_linux
@pytest.mark.skipif(processors() == 1, reason="one core leaves nothing to share")
def test_as_many_threads_as_cores_have_one_each():
    found = cores(processors())
    assert {core for (core,) in found} == os.sched_getaffinity(0)


@needs_linux
@pytest.mark.parametrize(
    ("threads", "processes", "environment"),
    [(processors() + 1, 1, {}), (processors(), 2, {}), (processors(), 1, {"OMP_PROC_BIND": "false"})],
    ids=["more threads", "several processes", "a user's own choice"],
)
def test_other_threads_go_where_the_system_wants(threads, processes, environment):
    assert all(found == sorted(os.sched_getaffinity(0)) for found in cores(threads, processes, **environment))
