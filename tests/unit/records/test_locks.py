"""One holder per scope; a dead one loses its lock, a live or unknown one never does."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from omlib.errors import RefusedError
from omlib.records.database import default_path
from omlib.records.errors import LockedError
from omlib.records.process import Process, is_dead, this_process
from omlib.records.store import RecordStore
from omlib.testing.stores import FakeClock

SCOPE = "server/package@oa-01"
HOLDER = """
import sys, time
from pathlib import Path
from omlib.records.store import RecordStore
from omlib.testing.stores import FakeClock
with RecordStore(Path(sys.argv[1])).lock(FakeClock()).hold(sys.argv[2], "li@ops"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return default_path(tmp_path)


@contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path), SCOPE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_scope_that_another_process_holds_is_refused_with_who_and_since_when(path: Path) -> None:
    clock = FakeClock()
    clock.advance(seconds=90)
    with _holder(path) as process, RecordStore(path) as store:
        with pytest.raises(LockedError) as told, store.lock(clock).hold(SCOPE, "wang@ops"):
            pass
        assert isinstance(told.value, RefusedError)
        assert told.value.facts["holder"] == "li@ops"
        assert told.value.facts["age_s"] == 90
        assert str(process.pid) in str(told.value.facts["where"])
        with store.lock(clock).hold("server/package@tax-01", "wang@ops"):
            pass  # another scope is free


def test_a_lock_of_a_killed_process_is_taken_over_and_the_chain_says_so(path: Path) -> None:
    with RecordStore(path) as store:
        with _holder(path) as process:
            process.send_signal(signal.SIGKILL)
            # it is left unreaped: a zombie still has its number, and is dead all the same
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            with store.lock(FakeClock()).hold(SCOPE, "wang@ops"):
                pass
        journal = store.journal(FakeClock(), run="", subject="")
        (entry,) = journal.entries()
        assert (entry["event"], entry["from"], entry["by"]) == (
            "lock.taken_over",
            "li@ops",
            "wang@ops",
        )
        assert store.verify().bad is None


def test_a_lock_is_free_again_after_use_and_after_an_error(path: Path) -> None:
    with RecordStore(path) as store:
        lock = store.lock(FakeClock())
        with lock.hold(SCOPE, "li@ops"), pytest.raises(LockedError), lock.hold(SCOPE, "li@ops"):
            pass
        with pytest.raises(KeyboardInterrupt), lock.hold(SCOPE, "li@ops"):
            raise KeyboardInterrupt
        with lock.hold(SCOPE, "li@ops"):
            pass


_HERE = this_process()


@pytest.mark.parametrize(
    ("field", "value", "dead"),
    [
        ("pid", 4_194_304, True),  # no such process
        ("start", "1", True),  # the number is used again by a younger process
        ("boot", "before", True),  # this machine was started again
        ("namespace", "pid:[1]", False),  # in another container: cannot be looked at
        ("boot", "", False),
    ],
)
def test_only_a_holder_that_is_certainly_gone_is_dead(
    field: str, value: str | int, dead: bool
) -> None:
    if field == "boot" and value and not _HERE.machine:
        pytest.skip("this machine has no /etc/machine-id")
    told = asdict(_HERE) | {field: value}
    assert is_dead(Process(**told)) is dead


def test_a_holder_on_another_machine_is_respected(path: Path) -> None:
    with RecordStore(path) as store:
        store.lock(FakeClock())
        with store.lock(FakeClock()).hold(SCOPE, "li@ops"):
            with sqlite3.connect(path) as file:
                (told,) = file.execute("select process from lock").fetchone()
                away = json.loads(told) | {"machine": "f" * 32, "boot": "elsewhere", "pid": 1}
                file.execute("update lock set process = ?", (json.dumps(away),))
            with pytest.raises(LockedError), store.lock(FakeClock()).hold(SCOPE, "wang@ops"):
                pass
