"""Files that are declared: their content's digest, owner, group and mode."""

import errno
import grp
import hashlib
import os
import pwd
import stat

from omlib.planes.server.host.base import PRESENCE, Found, items_of, native

HASH_LIMIT_BYTES = 256 * 1024 * 1024
FILE_ATTRIBUTES = ("sha256", "owner", "group", "mode")


def owner_of(uid: int) -> str:
    try:
        return native(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


def group_of(gid: int) -> str:
    try:
        return native(grp.getgrgid(gid).gr_name)
    except KeyError:
        return str(gid)


def locate(path: str) -> "tuple[bytes, os.stat_result] | None":
    """The file as UTF-8 names it, else as GB18030 does; None if there is neither.

    A link that leads nowhere is there, too: an enabled unit leaves one when its package goes.
    """
    for encoding in ("utf-8", "gb18030"):
        raw = path.encode(encoding)
        for look in (os.stat, os.lstat):
            try:
                return raw, look(raw)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
                    raise
    return None


def digest(raw: bytes) -> "tuple[str, str]":
    """SHA-256 of a regular file, or "" and the reason why not."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        handle = os.open(raw, flags | os.O_NOATIME)
    except PermissionError:  # O_NOATIME is for the owner and root
        try:
            handle = os.open(raw, flags)
        except PermissionError:
            return "", "denied"
    with os.fdopen(handle, "rb") as opened:
        before = os.fstat(opened.fileno())
        made = hashlib.sha256()
        size = 0
        while size <= HASH_LIMIT_BYTES:
            piece = opened.read(1 << 20)
            if not piece:
                after = os.fstat(opened.fileno())
                steady = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
                return (made.hexdigest(), "") if steady else ("", "in_transition")
            made.update(piece)
            size += len(piece)
    return "", "incomplete"


def files(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    for path, wants in items_of(asked).items():
        try:
            located = locate(path)
            if located is None:
                continue
            raw, told = located
            found.items[path] = {
                "owner": owner_of(told.st_uid),
                "group": group_of(told.st_gid),
                "mode": f"{stat.S_IMODE(told.st_mode):04o}",
            }
            if "sha256" in wants and stat.S_ISREG(told.st_mode):
                sha256, reason = digest(raw)
                found.items[path].update({"sha256": sha256} if sha256 else {})
                found.unseen.update({path: {"sha256": reason}} if reason else {})
            elif "sha256" in wants:
                found.items[path]["sha256"] = None  # a directory, device or pipe has no content
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
            lost = [] if path in found.items else [PRESENCE]
            seen = found.items.setdefault(path, {})
            lost += [name for name in FILE_ATTRIBUTES if name not in seen]
            found.unseen[path] = dict.fromkeys(lost, reason)
    return found
