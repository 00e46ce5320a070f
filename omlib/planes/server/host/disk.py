"""A file as it is on the disk of this host: whose it is, its mode, its content's digest."""

import errno
import grp
import hashlib
import os
import pwd
import stat

from omlib.planes.server.host.base import CannotTell, native

HASH_LIMIT_BYTES = 256 * 1024 * 1024


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


def belonging(told: os.stat_result) -> "dict[str, object]":
    return {
        "owner": owner_of(told.st_uid),
        "group": group_of(told.st_gid),
        "mode": f"{stat.S_IMODE(told.st_mode):04o}",
    }


def open_to_all(mode: int) -> bool:
    """Whether anybody may change a file, or what a folder holds; a sticky folder guards that."""
    if stat.S_ISDIR(mode):
        return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
    return stat.S_ISREG(mode) and bool(mode & stat.S_IWOTH)


def look(path: bytes, follow: bool = False) -> "os.stat_result | None":
    """None where nothing is; raises OSError where that cannot be told."""
    try:
        return os.stat(path) if follow else os.lstat(path)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
            return None
        raise


def read(path: "str | bytes") -> bytes:
    """All of a file, nothing where there is none. A pipe that nobody writes to is empty, too."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read() or b""


def opened(raw: bytes) -> int:
    """A descriptor to read from that neither waits, nor is remembered as an access by its owner."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        return os.open(raw, flags | os.O_NOATIME)
    except PermissionError:  # O_NOATIME is for the owner and root
        return os.open(raw, flags)


def digest(raw: bytes, algorithm: str = "sha256") -> "tuple[str, str]":
    """The digest of a regular file, or "" and the reason why not."""
    made = _hash(algorithm)
    try:
        handle = opened(raw)
    except PermissionError:
        return "", "denied"
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(file.fileno())
        size = 0
        while size <= HASH_LIMIT_BYTES:
            piece = file.read(1 << 20)
            if not piece:
                after = os.fstat(file.fileno())
                steady = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
                return (made.hexdigest(), "") if steady else ("", "in_transition")
            made.update(piece)
            size += len(piece)
    return "", "incomplete"


def _hash(algorithm: str) -> "hashlib._Hash":
    try:  # in FIPS mode MD5 must say what it is for; Python before 3.9 knows no such word
        return hashlib.new(algorithm, usedforsecurity=False)
    except TypeError:
        pass
    try:
        return hashlib.new(algorithm)
    except ValueError as error:
        raise CannotTell("unsupported", str(error)) from None


_FOLDERS = {}  # type: dict[bytes, bytes]


def real(path: bytes) -> bytes:
    """*path* by its folder's true name: /bin/ls is /usr/bin/ls where /bin is a link."""
    folder, name = os.path.split(path)
    if folder not in _FOLDERS:
        _FOLDERS[folder] = os.path.realpath(folder)
    return os.path.join(_FOLDERS[folder], name)
