"""Files that give whoever runs them more than he has: set-uid, set-gid, capabilities.

Every local file system is walked, each by itself: a place where another is mounted is not entered.
"""

import os
import stat
import time

from omlib.planes.server.host.base import PRESENCE, Found, items_of, text
from omlib.planes.server.host.capabilities import capabilities
from omlib.planes.server.host.disk import belonging, look
from omlib.planes.server.host.file_systems import LOCAL, Mount, is_under, mounts

# where engines keep the trees of containers. Left out where only root may enter: what a file there
# may do on this host, root could do before.
STORES = (b"/var/lib/docker", b"/var/lib/containers", b"/var/lib/containerd", b"/var/lib/lxc")
SPECIAL = stat.S_ISUID | stat.S_ISGID
CAN_RUN = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
ATTRIBUTES = ("owner", "group", "mode", "capabilities")


def starts(mounted: "list[Mount]") -> "list[bytes]":
    """Where a walk begins: the mount points of local file systems, each part of one only once.

    The tree of a running container (overlay, other than the host's own) is not the host's.
    """
    shown = {mount.point: mount for mount in mounted}  # of several at one place the last
    own = [
        mount
        for mount in shown.values()
        if mount.fstype in LOCAL and (mount.fstype != b"overlay" or mount.point == b"/")
    ]
    own.sort(key=lambda mount: (len(mount.root), len(mount.point), mount.point))
    kept = []  # type: list[Mount]
    for mount in own:
        again = (
            other.device == mount.device and is_under(mount.root, other.root) for other in kept
        )
        if not any(again):
            kept.append(mount)
    return sorted(mount.point for mount in kept)


def is_walled(folder: bytes) -> bool:
    try:
        return not os.lstat(folder).st_mode & stat.S_IXOTH
    except OSError:
        return False


class Walk:
    """Goes through folders until *until*; what it could not read is counted in *shut*."""

    def __init__(self, not_entered: "set[bytes]", until: float) -> None:
        self.not_entered = not_entered
        self.until = until
        self.shut = 0
        self.over = False
        self.found = {}  # type: dict[bytes, tuple[os.stat_result, str]]

    def go(self, start: bytes) -> None:
        folders = [start]
        while folders:
            if time.monotonic() > self.until:
                self.over = True
                return
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    self.look(entries, folders)
            except PermissionError:
                self.shut += 1
            except OSError:  # it went meanwhile
                continue

    def look(self, entries: "object", folders: "list[bytes]") -> None:
        for entry in entries:  # type: ignore[attr-defined]
            if entry.is_dir(follow_symlinks=False):
                if entry.path not in self.not_entered:
                    folders.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                try:
                    told = entry.stat(follow_symlinks=False)
                    # nobody gains by the capabilities of what cannot be run
                    held = capabilities(entry.path) if told.st_mode & CAN_RUN else ""
                except FileNotFoundError:
                    continue
                except ValueError:  # an attribute that no kernel takes for capabilities
                    held = ""
                if held or told.st_mode & SPECIAL:
                    self.found[entry.path] = told, held


def attributes_of(told: os.stat_result, held: str) -> "dict[str, object]":
    attributes = belonging(told)
    attributes.update({"capabilities": held} if held else {})
    return attributes


def setuid_files(asked: "dict[str, object]", limit_s: int) -> Found:
    found = Found()
    for name in items_of(asked):
        path = name.encode("utf-8", "surrogateescape")
        try:
            told = look(path)
            held = capabilities(path) if told is not None else ""
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, *ATTRIBUTES), reason)
            continue
        if told is not None and stat.S_ISREG(told.st_mode) and (held or told.st_mode & SPECIAL):
            found.items[name] = attributes_of(told, held)
    if asked["full"]:
        mounted = mounts()
        walled = {folder for folder in STORES if is_walled(folder)}
        walk = Walk({mount.point for mount in mounted} | walled, time.monotonic() + limit_s)
        for start in starts(mounted):
            walk.go(start)
        for path, (told, held) in walk.found.items():
            found.items.setdefault(text(path), attributes_of(told, held))
        if walk.over:
            found.status, found.detail = "incomplete", f"not walked through in {limit_s} s"
        elif walk.shut:
            found.status, found.detail = "denied", f"{walk.shut} folders"
    return found
