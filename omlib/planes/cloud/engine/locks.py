"""Pulumi's own lock of a stack: a dead run's is removed, anybody else's is respected and named.

Pulumi writes one file for each run that changes something, and never looks whether its writer is
alive. `pulumi cancel` removes all of them, also a colleague's: it is not used.
"""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from omlib import log
from omlib.planes.cloud.engine.environment import StateHome, drop_torn_attributes
from omlib.planes.cloud.engine.errors import StackLockedError

# start times of processes are told in ticks since a boot that is known to the second
_CLOCK_SLACK = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLock:
    """*at* is None, and *pid* 0, where the file does not tell."""

    path: Path
    pid: int
    user: str
    host: str
    at: datetime | None

    @property
    def is_stale(self) -> bool:
        """Its run was on this machine and is certainly over.

        A process that began after the lock was written has only its number from the run. But where
        the clock was set forward meanwhile, the run itself seems to: an engine is never taken for
        another process.
        """
        if self.host != socket.gethostname() or self.pid <= 0 or self.at is None:
            return False
        began = started_at(self.pid)
        return began is None or (began > self.at + _CLOCK_SLACK and not _is_engine(self.pid))


def clear_stale(home: StateHome, stack: str) -> list[StackLock]:
    """Remove the locks of dead runs and give them; StackLockedError for any other.

    The caller holds the queue. None is removed where one has to be respected. What else a killed
    engine leaves, and the next one stumbles over, is removed with them.
    """
    locks = list(locks_of(home, stack))
    for lock in locks:
        if not lock.is_stale:
            raise StackLockedError(
                scope=stack,
                holder=lock.user or "?",
                where=f"{lock.host or '?'}, process {lock.pid or '?'}",
                since=lock.at.isoformat(timespec="seconds") if lock.at else "?",
                path=str(lock.path),
            )
    for lock in locks:
        lock.path.unlink(missing_ok=True)
        Path(f"{lock.path}.attrs").unlink(missing_ok=True)
        log.event("engine.stale_lock_removed", stack=stack, pid=lock.pid, since=str(lock.at))
    drop_torn_attributes(home)
    return locks


def locks_of(home: StateHome, stack: str) -> Iterator[StackLock]:
    """What holds *stack*, sorted. A `.json.attrs` beside a lock is litter and locks nothing."""
    for path in sorted(home.locks(stack).glob("*.json")):
        try:
            told = json.loads(path.read_bytes())
            yield StackLock(
                path=path,
                pid=int(told["pid"]),
                user=str(told["username"]),
                host=str(told["hostname"]),
                at=datetime.fromisoformat(told["timestamp"]),
            )
        except FileNotFoundError:
            continue  # its run ended just now
        except (OSError, ValueError, TypeError, KeyError):
            yield StackLock(path=path, pid=0, user="", host="", at=None)


def started_at(pid: int, proc: Path = Path("/proc")) -> datetime | None:
    """When the process began; None if there is none, or only what its parent did not collect.

    A process that *proc* hides from this account (mount option hidepid) began before all time.
    """
    try:
        # the second field is the program's name in brackets, which may hold blanks and brackets
        fields = (proc / f"{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        state, ticks = fields[0], int(fields[19])
        boot = _boot_time()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return datetime.min.replace(tzinfo=UTC) if _is_there(pid) else None
    if state in ("Z", "X"):
        return None
    return boot + timedelta(seconds=ticks / os.sysconf("SC_CLK_TCK"))


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # sends nothing
    except ProcessLookupError:
        return False
    except PermissionError:  # another account's
        return True
    return True


def _is_engine(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip() == "pulumi"
    except OSError:
        return False


def _boot_time() -> datetime:
    with Path("/proc/stat").open(encoding="ascii") as lines:
        told = next(line for line in lines if line.startswith("btime "))
    return datetime.fromtimestamp(int(told.split()[1]), UTC)
