"""The role scenario, as somebody who changes a role runs it: made, converged, seen, removed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from omlib.lab import machine

ROOT = Path(__file__).parents[2]


@pytest.mark.lab
@pytest.mark.timeout(900)  # some sixty runs of a role on two hosts; a busy machine needs minutes
def test_the_roles_converge_on_hosts_of_a_lab_and_testinfra_sees_it() -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [programs / "molecule", "test"],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "NO_COLOR": "1",
            "OMLIB_LAB_ID": "30",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert "changed=0" in done.stdout  # the second converge
    assert "4 passed" in done.stdout
