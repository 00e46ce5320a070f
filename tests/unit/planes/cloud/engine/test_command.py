import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
from pulumi.automation.errors import CommandError

from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.running import ran


def engine(folder: Path, text: str) -> EngineCommand:
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    return EngineCommand(program)


def stopped_when(folder: Path, command: EngineCommand, wishes: int) -> float:
    """Say *wishes* once the program has written `begun`; when that was."""
    until = time.monotonic() + 20
    while not (folder / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    for _ in range(wishes):
        command.stop()
        time.sleep(0.1)
    return time.monotonic()


# ends what is in flight when it is told to stop, as the engine does
PATIENT = """
trap 'told=1' TERM
touch begun
while [ -z "$told" ]; do sleep 0.05; done
sleep 0.4; echo "in flight: done"; exit 1
"""
DEAF = "trap '' TERM; touch begun; sleep 30"


def test_words_and_the_end_are_given_back(tmp_path: Path) -> None:
    command = engine(tmp_path, 'echo "$@"; echo more >&2')
    result = command.run(["stack", "ls"], str(tmp_path), {})
    assert (result.stdout, result.stderr, result.code) == ("--non-interactive stack ls", "more", 0)


def test_one_wish_lets_everything_in_flight_end(tmp_path: Path) -> None:
    command = engine(tmp_path, PATIENT)
    threading.Thread(target=stopped_when, args=(tmp_path, command, 1)).start()
    with pytest.raises(CommandError, match="in flight: done"):
        command.run(["up"], str(tmp_path), {})
    assert command.stopped


def test_a_second_wish_kills(tmp_path: Path) -> None:
    command = engine(tmp_path, DEAF)
    threading.Thread(target=stopped_when, args=(tmp_path, command, 2)).start()
    began = time.monotonic()
    with pytest.raises(CommandError, match="code: -9"):
        command.run(["up"], str(tmp_path), {})
    assert time.monotonic() - began < 20


def test_nothing_is_begun_after_a_wish_to_stop(tmp_path: Path) -> None:
    command = engine(tmp_path, "touch begun")
    command.stop()
    with pytest.raises(CommandError):
        command.run(["up"], str(tmp_path), {})
    assert not (tmp_path / "begun").exists()


def test_the_engine_is_out_of_the_terminals_reach(tmp_path: Path) -> None:
    command = engine(tmp_path, "ps -o sid= -p $$")
    result = command.run([], str(tmp_path), {})
    assert int(result.stdout) != os.getsid(0)


def test_what_the_account_told_another_pulumi_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "canary")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary")
    monkeypatch.setenv("PULUMI_STACK", "another")
    command = engine(tmp_path, "env")
    told = command.run([], str(tmp_path), {"PULUMI_HOME": "/ours"}).stdout.splitlines()
    assert sorted(line for line in told if line.startswith("PULUMI_")) == [
        "PULUMI_AUTOMATION_API=true",
        "PULUMI_HOME=/ours",
    ]


def test_a_program_that_is_ended_takes_its_children_along(tmp_path: Path) -> None:
    """As Ctrl-C during a build: a compiler has a dozen of them."""
    script = "sleep 300 & echo $!; touch begun; wait"
    pids: list[int] = []

    def interrupted(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ran(["sh", "-c", script], cwd=tmp_path, on_line=interrupted)
    until = time.monotonic() + 10
    while alive(pids[0]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(pids[0])


def alive(pid: int) -> bool:
    told = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")
