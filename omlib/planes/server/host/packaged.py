"""What packages own: of each file what dpkg or rpm recorded, to be compared with the disk."""

import os
import time

from omlib.planes.server.host.base import CannotTell
from omlib.planes.server.host.disk import real
from omlib.planes.server.host.dpkg import entries_of_dpkg, has_dpkg, owned_of_dpkg
from omlib.planes.server.host.entry import Entry
from omlib.planes.server.host.rpm import entries_of_rpm, has_rpm


def entries(under: "tuple[bytes, ...]", limit_s: float) -> "list[Entry]":
    """Of paths that begin with one of *under*, or of all if it is empty."""
    if has_dpkg():
        return entries_of_dpkg(under)
    if has_rpm():
        return entries_of_rpm(under, limit_s)
    raise CannotTell("unsupported", "neither dpkg nor rpm")


def owned(under: "tuple[bytes, ...]", limit_s: float) -> "set[bytes]":
    """By their folders' true names, the paths of packages that begin with one of *under*."""
    if has_dpkg():
        return {real(path) for path in owned_of_dpkg(under)}
    return {real(entry.path) for entry in entries(under, limit_s)}


class Clock:
    """Says when the time for a collection is over."""

    def __init__(self, limit_s: int) -> None:
        self.until = time.monotonic() + limit_s

    def left_s(self) -> float:
        return max(0.1, self.until - time.monotonic())

    def is_over(self) -> bool:
        return time.monotonic() > self.until


def spellings(folder: bytes) -> "tuple[bytes, ...]":
    """A folder as packages may spell it, each with a slash at its end: /usr/bin/ is /bin/ too."""
    true = os.path.realpath(folder)
    names = {folder, true}
    if true.startswith(b"/usr/"):
        names.add(true[len(b"/usr") :])
    return tuple(sorted(name.rstrip(b"/") + b"/" for name in names))
