"""Processes of a lab, found by a mark in their environment and by nothing else.

A pid file is written after its process starts, so a kill between the two leaks the process; and a
pid may be another program's by the time it is read. The mark is there from the first instruction
and is inherited: what a killed `up` left behind is found, and only that. Containers and their
monitors do not carry it: podman starts them with an environment of their own.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout

MARK = "OMLIB_LAB_PROCESS"


@dataclass(frozen=True, slots=True)
class LabProcess:
    pid: int
    role: str  # a service's name, `repository`, `image`, `venv`, `command` or `host`
    program: str
    orphan: bool  # whoever started it has ended


def mark(layout: LabLayout, role: str) -> dict[str, str]:
    owner = os.getpid()
    return {MARK: f"{layout.home_key}/{layout.id}/{role}/{owner}/{_started(owner)}"}


def child_environment(layout: LabLayout, role: str) -> dict[str, str]:
    """The caller's environment with the mark, and without what would change Debian's programs."""
    lab = {"OMLIB_LAB_HOME": str(layout.home), "OMLIB_LAB_ID": str(layout.id)}
    return {**os.environ, "LC_ALL": "C.UTF-8", **lab, **mark(layout, role)}


def run(
    layout: LabLayout,
    argv: Sequence[str],
    *,
    role: str = "",
    timeout_s: float = 120,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; on failure raise with the end of what it printed."""
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env={**child_environment(layout, role or _own_role()), **(environment or {})},
            check=False,
        )
    except FileNotFoundError:
        raise LabError(f"program {argv[0]} is not installed", "run `omlib lab status`") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{' '.join(argv[:4])} took more than {timeout_s:.0f} s") from None
    if check and done.returncode:
        told = (done.stderr.strip() or done.stdout.strip())[-600:]
        raise LabError(f"{' '.join(argv[:4])} ended with {done.returncode}: {told}")
    return done


def spawn(
    layout: LabLayout,
    role: str,
    argv: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**child_environment(layout, role), **(environment or {})},
            cwd=directory,
            start_new_session=True,
        )


def find(layout: LabLayout, *, any_lab: bool = False) -> list[LabProcess]:
    """Processes of this lab; with *any_lab*, of every lab of the same home."""
    start = f"{MARK}={layout.home_key}/" + ("" if any_lab else f"{layout.id}/")
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            program = (entry / "comm").read_text().strip()
        except OSError:  # it ended while we looked
            continue
        for variable in variables:
            if variable.startswith(start.encode()):
                role, owner, started = variable.decode(errors="replace").split("/")[2:]
                orphan = _started(int(owner)) != started
                found.append(LabProcess(int(entry.name), role, program, orphan))
    return found


def stop(processes: Sequence[LabProcess], *, grace_s: float) -> None:
    """Ask, then kill; return when they are gone."""
    for name, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        for process in processes:
            _signal(process.pid, name)
        end = time.monotonic() + wait_s
        while (left := [p for p in processes if alive(p.pid)]) and time.monotonic() < end:
            time.sleep(0.02)
        if not left:
            return
        processes = left
    raise LabError(f"processes {[process.pid for process in processes]} do not end")


def alive(pid: int) -> bool:
    """A zombie counts as gone: its parent will collect it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    if state == "Z":
        _collect(pid)
    return state != "Z"


def _own_role() -> str:
    """`host` for what nova and neutron have done by `omlib.lab.host`, else `command`."""
    owner = os.environ.get(MARK, "")
    return "host" if "/nova/" in owner or "/neutron/" in owner else "command"


def _started(pid: int) -> str:
    """When a process began, in ticks of this boot: no other has this pid and this start."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _collect(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # it is not ours to collect
        os.waitpid(pid, os.WNOHANG)
