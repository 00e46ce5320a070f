"""Who a process is, so that a lock's dead holder is told from a live one. Linux only.

A process id alone is not enough: it is used again. With the boot, the process id namespace (other
containers) and the start time it names one process for ever. Where that cannot be read, a holder
counts as alive: a lock that is wrongly kept costs a command, one wrongly taken costs an estate.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """*machine* is /etc/machine-id, *start* the ticks since boot at which the process began."""

    host: str
    machine: str
    boot: str
    namespace: str
    pid: int
    start: str


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _state_and_start(pid: int) -> tuple[str, str]:
    """State letter and start time from /proc/PID/stat (proc(5)); ("", "") if there is none."""
    # the second field is the program's name in brackets, which may hold blanks and brackets
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (fields[0], fields[19]) if len(fields) > 19 else ("", "")


def this_process() -> Process:
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        namespace = ""
    return Process(
        host=socket.gethostname(),
        machine=_text("/etc/machine-id"),
        boot=_text("/proc/sys/kernel/random/boot_id"),
        namespace=namespace,
        pid=os.getpid(),
        start=_state_and_start(os.getpid())[1],
    )


def is_dead(process: Process) -> bool:
    """Whether *process* is certainly gone. False where it cannot be known from here."""
    here = this_process()
    if not process.boot or not here.boot:
        return False
    if process.boot != here.boot:  # the same machine, started again; or another machine
        return bool(here.machine) and process.machine == here.machine
    if not process.namespace or process.namespace != here.namespace or not here.start:
        return False
    state, start = _state_and_start(process.pid)
    return state in ("", "Z", "X") or start != process.start
