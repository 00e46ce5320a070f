"""File locks between processes. A lock goes with its holder, also with a killed one."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omlib.lab.errors import LabBusyError


@contextmanager
def locked(path: Path, *, wait_s: float) -> Iterator[None]:
    """Hold *path* exclusively. Python closes the descriptor in children, so none keeps the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    what = f"another process has held {path} for {wait_s:.0f} s"
                    raise LabBusyError(what, "wait for it, or end it") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
