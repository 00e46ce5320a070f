import subprocess
import sys
from pathlib import Path

import pytest

from omlib.lab import processes
from omlib.lab.errors import LabBusyError, LabError
from omlib.lab.layout import LabLayout
from omlib.lab.locks import locked


def lab(home: Path, number: int = 7) -> LabLayout:
    return LabLayout(id=number, home=home)


def test_a_process_is_found_by_its_mark_and_by_no_other_lab(tmp_path: Path) -> None:
    mine, other = lab(tmp_path), lab(tmp_path, 8)
    child = processes.spawn(mine, "glance", ["sleep", "60"], log=tmp_path / "log")
    try:
        (found,) = processes.find(mine)
        assert (found.pid, found.role, found.program) == (child.pid, "glance", "sleep")
        assert not found.orphan
        assert processes.find(other) == []
        assert processes.find(other, any_lab=True) == [found]
        assert processes.find(lab(tmp_path / "elsewhere"), any_lab=True) == []
    finally:
        processes.stop(processes.find(mine), grace_s=2)
    assert not processes.alive(child.pid)


def test_what_a_killed_process_started_is_an_orphan(tmp_path: Path) -> None:
    starting = (
        "import sys, time; from pathlib import Path; from omlib.lab import processes\n"
        "from omlib.lab.layout import LabLayout\n"
        "lab = LabLayout(id=7, home=Path(sys.argv[1]))\n"
        "processes.spawn(lab, 'glance', ['sleep', '60'], log=lab.home / 'log')\n"
        "print(flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starting, tmp_path], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = processes.find(lab(tmp_path))
        assert not child.orphan
        parent.kill()
    (child,) = processes.find(lab(tmp_path))
    assert child.orphan
    processes.stop([child], grace_s=2)


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True)"
    log = tmp_path / "log"
    child = processes.spawn(
        lab(tmp_path), "nova", [sys.executable, "-c", f"{deaf}; time.sleep(60)"], log=log
    )
    while not log.read_text():
        assert child.poll() is None
    processes.stop(processes.find(lab(tmp_path)), grace_s=0.2)
    assert not processes.alive(child.pid)


def test_a_failed_program_tells_how_it_ended_and_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"ended with 3: no such bridge"):
        processes.run(lab(tmp_path), ["sh", "-c", "echo no such bridge >&2; exit 3"])


def test_a_program_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="took more than"):
        processes.run(lab(tmp_path), ["sleep", "60"], timeout_s=0.1)


def test_a_lock_is_refused_while_held_and_goes_with_a_killed_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holding = (
        "import sys, time; from pathlib import Path; from omlib.lab.locks import locked\n"
        "with locked(Path(sys.argv[1]), wait_s=5): print(flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, path], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LabBusyError), locked(path, wait_s=0.1):
            pass
        holder.kill()
    with locked(path, wait_s=1):
        pass
