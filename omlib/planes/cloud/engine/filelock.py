"""A lock between processes of one machine that tells who holds it, and goes with its holder.

flock(2): the kernel lets go of it when its holder ends, however that came about.
"""

import fcntl
import getpass
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from omlib.planes.cloud.engine.errors import EngineBusyError
from omlib.ports import Progress

STEP = "engine_wait"  # its name to Progress
_ASK_S = 0.1
_TELL_S = 5.0
_HOLDER_BYTES = 500


@contextmanager
def flocked(path: Path, *, scope: str, wait_s: float, progress: Progress) -> Iterator[None]:
    """Hold *path* alone, waiting for whoever has it; EngineBusyError after *wait_s*.

    While it waits *progress* is told the holder. Python closes the descriptor in programs that are
    started meanwhile, so none of them keeps the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(descriptor):
            _wait(descriptor, scope, wait_s, progress)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _me().encode()[:_HOLDER_BYTES], 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(descriptor: int, scope: str, wait_s: float, progress: Progress) -> None:
    began = told = time.monotonic()
    progress.start(STEP)
    progress.advance(STEP, _holder(descriptor))
    try:
        while not _taken(descriptor):
            now = time.monotonic()
            if now - began >= wait_s:
                raise EngineBusyError(
                    scope=scope, holder=_holder(descriptor), waited_s=round(now - began)
                )
            if now - told >= _TELL_S:
                progress.advance(STEP, _holder(descriptor))
                told = now
            time.sleep(_ASK_S)
    finally:
        progress.done(STEP, time.monotonic() - began)


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, _HOLDER_BYTES, 0).decode("utf-8", "replace")


def _me() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        user = str(os.getuid())
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return f"{user}@{socket.gethostname()}, process {os.getpid()}, since {since}"
