import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import EngineBusyError, StackLockedError
from omlib.planes.cloud.engine.locks import clear_stale, locks_of, started_at
from omlib.planes.cloud.engine.queue import held

STACK = "gov-cloud.RegionOne.hrss"
HOLDS = """
import sys, time
from pathlib import Path
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.queue import held
with held(StateHome(Path(sys.argv[1])), sys.argv[2], 0, None):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(home: StateHome) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home.root), STACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_is_before_it_and_refused_when_it_takes_too_long(
    home: StateHome, told: Any
) -> None:
    first = holder(home)
    try:
        with pytest.raises(EngineBusyError) as refusal, held(home, STACK, 0.3, told):
            pytest.fail("both hold it")
        assert f"process {first.pid}" in str(refusal.value.facts["holder"])
        assert refusal.value.facts["scope"] == STACK
        assert told.steps == ["engine_wait"]
        assert f"process {first.pid}" in told.notes[0]
    finally:
        first.kill()
        first.wait()


def test_a_killed_holder_lets_the_next_one_in_at_once(home: StateHome, told: Any) -> None:
    first = holder(home)
    first.kill()
    first.wait()
    with held(home, STACK, 0, told):
        pass
    assert told.steps == []


def test_the_second_goes_on_when_the_first_has_ended(home: StateHome, told: Any) -> None:
    first = holder(home)
    assert first.stdin is not None
    first.stdin.close()
    with held(home, STACK, 20, told):
        assert f"process {os.getpid()}" in home.queue(STACK).read_text(encoding="utf-8")
    first.wait()


def test_two_stacks_do_not_wait_for_each_other(home: StateHome, told: Any) -> None:
    with held(home, STACK, 0, told), held(home, "another.r.p", 0, told):
        assert told.steps == []


def lock(home: StateHome, pid: int, at: datetime, host: str = "", name: str = "a") -> Path:
    path = home.locks(STACK) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "pid": pid,
        "username": "zhang",
        "hostname": host or socket.gethostname(),
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%f}123Z",
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    path.with_name(f"{name}.json.attrs").write_text("{}", encoding="utf-8")
    return path


def dead_pid() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def test_the_lock_of_a_dead_run_of_this_machine_is_removed(home: StateHome) -> None:
    path, pid = lock(home, dead_pid(), datetime.now(UTC)), 0
    removed = clear_stale(home, STACK)
    assert [each.path for each in removed] == [path]
    assert removed[0].user == "zhang"
    assert removed[0].pid > pid
    assert list(locks_of(home, STACK)) == []


def test_a_lock_older_than_the_process_that_has_its_number_now_is_removed(home: StateHome) -> None:
    lock(home, os.getpid(), datetime.now(UTC) - timedelta(days=30))
    assert len(clear_stale(home, STACK)) == 1


def test_the_lock_of_a_living_run_is_respected_and_named(home: StateHome) -> None:
    path = lock(home, os.getpid(), datetime.now(UTC))
    with pytest.raises(StackLockedError) as refusal:
        clear_stale(home, STACK)
    assert path.exists()
    assert refusal.value.facts["holder"] == "zhang"
    assert refusal.value.facts["where"] == f"{socket.gethostname()}, process {os.getpid()}"


def test_another_machines_lock_is_respected_however_old_and_none_is_removed_beside_it(
    home: StateHome,
) -> None:
    dead = lock(home, dead_pid(), datetime.now(UTC))
    foreign = lock(home, dead_pid(), datetime(2020, 1, 1, tzinfo=UTC), "jump-07", "b")
    with pytest.raises(StackLockedError) as refusal:
        clear_stale(home, STACK)
    assert str(refusal.value.facts["where"]).startswith("jump-07, process ")
    assert refusal.value.facts["since"] == "2020-01-01T00:00:00+00:00"
    assert dead.exists()
    assert foreign.exists()


def test_a_lock_that_cannot_be_read_is_somebodys(home: StateHome) -> None:
    lock(home, 1, datetime.now(UTC)).write_text("{", encoding="utf-8")
    with pytest.raises(StackLockedError):
        clear_stale(home, STACK)


def test_an_empty_companion_of_the_state_goes_when_nobody_writes_it(home: StateHome) -> None:
    torn = home.stack_file(STACK).with_name(f"{STACK}.json.attrs")
    torn.parent.mkdir(parents=True)
    torn.touch()
    home.prepare()
    assert torn.exists()  # it may be being written just now
    clear_stale(home, STACK)
    assert not torn.exists()
    torn.touch()
    os.utime(torn, (0, 0))
    home.prepare()
    assert not torn.exists()


def test_a_living_engine_keeps_its_lock_when_the_clock_was_set_forward(
    home: StateHome, tmp_path: Path
) -> None:
    """The time of boot is reckoned from the clock, and moves with it."""
    engine = tmp_path / "pulumi"
    shutil.copyfile(str(shutil.which("sleep")), engine)
    engine.chmod(0o755)
    running = subprocess.Popen([str(engine), "60"])
    try:
        path = lock(home, running.pid, datetime.now(UTC) - timedelta(hours=1))
        with pytest.raises(StackLockedError):
            clear_stale(home, STACK)
    finally:
        running.kill()
        running.wait()
    assert path.exists()
    assert len(clear_stale(home, STACK)) == 1


def test_a_process_that_the_machine_hides_from_this_account_is_alive(tmp_path: Path) -> None:
    """As /proc mounted with hidepid shows those of others: not at all."""
    began = started_at(os.getppid(), proc=tmp_path)
    assert began is not None
    assert began < datetime.now(UTC) - timedelta(days=365)
    assert started_at(dead_pid(), proc=tmp_path) is None


def test_a_process_began_when_it_began() -> None:
    began = started_at(os.getpid())
    assert began is not None
    assert timedelta(0) < datetime.now(UTC) - began < timedelta(hours=1)
