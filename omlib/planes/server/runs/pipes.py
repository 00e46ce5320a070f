"""Pipes with a name in the run's folder: what goes through is in no file and on no command line."""

import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_WAIT_S = 0.02


@contextmanager
def handed_over(path: Path, text: str) -> Iterator[Path]:
    """A pipe that gives *text* to the first who reads it."""
    os.mkfifo(path, 0o600)
    over = threading.Event()
    giver = threading.Thread(target=_give, args=(path, text.encode(), over), daemon=True)
    giver.start()
    try:
        yield path
    finally:
        over.set()
        giver.join()


def _give(path: Path, data: bytes, over: threading.Event) -> None:
    while not over.is_set():
        try:  # without a reader it would wait for ever
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            over.wait(_WAIT_S)
            continue
        os.set_blocking(pipe, True)
        with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as writer:
            writer.write(data)
        return


@contextmanager
def lines_from(path: Path, take: Callable[[str], None]) -> Iterator[None]:
    """Call *take* with each line that is written to the pipe at *path* until the block ends."""
    os.mkfifo(path, 0o600)
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    ended, wake = os.pipe()
    reader = threading.Thread(target=_take, args=(pipe, ended, take), daemon=True)
    reader.start()
    try:
        yield
    finally:
        os.close(wake)
        reader.join()
        os.close(pipe)
        os.close(ended)


def _take(pipe: int, ended: int, take: Callable[[str], None]) -> None:
    kept = b""
    while True:
        ready = select.select([pipe, ended], [], [])[0]
        data = _read(pipe)
        *lines, kept = (kept + data).split(b"\n")
        for line in lines:
            take(line.decode("utf-8", "replace"))
        if data:
            continue
        if ended in ready:
            return
        select.select([ended], [], [], _WAIT_S)  # nobody writes: its end is always readable


def _read(pipe: int) -> bytes:
    try:
        return os.read(pipe, 1 << 20)
    except BlockingIOError:
        return b""
