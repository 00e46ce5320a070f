"""A dead file system costs a look its own answer and little time."""

import time

import pytest

from omlib.planes.server.host.base import in_time
from omlib.planes.server.host.file_systems import Mount, Patience


def patience(limit_s: float) -> Patience:
    told = Patience(limit_s)
    told.mounted = [
        Mount(b"8:1", b"/", b"/", b"ext4"),
        Mount(b"0:9", b"/", b"/mnt", b"nfs4"),
        Mount(b"0:8", b"/", b"/net", b"autofs"),
    ]
    return told


def hang() -> None:
    time.sleep(5)


def test_what_is_asked_in_time_is_answered_or_raised() -> None:
    assert in_time(5, int, "7") == 7
    with pytest.raises(ValueError, match="invalid literal"):
        in_time(5, int, "x")
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        in_time(0.05, hang)
    assert time.monotonic() - begun < 2


def test_a_dead_file_system_is_waited_for_once() -> None:
    told = patience(60)
    begun = time.monotonic()
    for place in (b"/mnt/a", b"/mnt/b/c", b"/mnt/d"):
        with pytest.raises(TimeoutError):
            told.ask(place, hang)
    assert time.monotonic() - begun < 3
    assert told.ask(b"/home/x", int, "1") == 1
    assert told.ask(b"/net/x", int, "2") == 2


def test_all_waiting_together_stays_within_the_limit() -> None:
    told = patience(0.1)
    begun = time.monotonic()
    for place in (b"/mnt/a", b"/home/b", b"/net/c"):
        with pytest.raises(TimeoutError):
            told.ask(place, hang)
    assert time.monotonic() - begun < 2
