"""How the threads of a stage share the cores."""

import json
import os
import subprocess
import sys

import pytest

from ganforge.compute import processors
from tests.project import ROOT, our_environment

ASK = """
import json, os, sys
import pipeline.train
from ganforge.compute import ComputeSettings
from pipeline.process import bind_threads, release_this_thread
assert "torch" not in sys.modules  # else binding would come too late
threads, processes, release = map(int, sys.argv[1:])
values = {"device": "cpu", "cuda_graphs": True, "checkpoint_seconds": 10}
bind_threads(ComputeSettings(threads=threads, processes=processes, **values))
import torch
if release:
    release_this_thread()
    print(json.dumps([sorted(os.sched_getaffinity(0))]))
    sys.exit()
torch.set_num_threads(threads)
torch.randn(2**22).exp()
print(json.dumps([sorted(os.sched_getaffinity(int(task))) for task in os.listdir("/proc/self/task")]))
"""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell where threads may run")


def cores(threads: int, processes: int = 1, release: bool = False, **environment: str) -> list[list[int]]:
    """Those that each thread of a stage of so many threads may run on; only those of the first, if it is released."""
    ours = {name: value for name, value in our_environment().items() if not name.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(threads), str(processes), str(int(release))],
        cwd=ROOT,
        env=ours | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[int]] = json.loads(done.stdout)
    return found


@needs_linux
@pytest.mark.skipif(processors() != 2, reason="threads are bound on two cores only")
def test_two_threads_have_one_of_two_cores_each_until_they_are_released():
    bound = [found[0] for found in cores(2) if len(found) == 1]  # numpy has threads of its own, which only it uses
    assert set(bound) == os.sched_getaffinity(0)
    assert cores(2, release=True) == [sorted(os.sched_getaffinity(0))]


@needs_linux
@pytest.mark.parametrize(
    ("threads", "processes", "environment"),
    [(1, 1, {}), (processors() + 1, 1, {}), (2, 2, {}), (2, 1, {"OMP_PROC_BIND": "false"})],
    ids=["one thread", "more threads than cores", "several processes", "a user's own choice"],
)
def test_other_threads_go_where_the_system_wants(threads, processes, environment):
    assert all(found == sorted(os.sched_getaffinity(0)) for found in cores(threads, processes, **environment))
