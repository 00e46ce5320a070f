"""The file systems that are mounted, and which of them are this host's own."""

import re
from collections import namedtuple

from omlib.planes.server.host.base import in_time

# any other may ask a server that is dead, or holds what the kernel makes up (proc, sysfs, devpts)
LOCAL = frozenset(
    b"ext2 ext3 ext4 xfs btrfs zfs bcachefs f2fs jfs reiserfs nilfs2 ntfs ntfs3 hfsplus vfat exfat"
    b" msdos tmpfs ramfs overlay squashfs erofs iso9660 udf".split()
)
HANG_S = 1.0  # what is not answered in this time on a file system that is not local is dead

Mount = namedtuple("Mount", ("device", "root", "point", "fstype"))


def parse_mountinfo(raw: bytes) -> "list[Mount]":
    """Of proc_pid_mountinfo(5), in order of mounting; all as bytes."""
    found = []
    for line in raw.split(b"\n"):
        words = line.split(b" ")
        if len(words) < 10 or b"-" not in words[6:]:
            continue
        fstype = words[words.index(b"-", 6) + 1]
        found.append(Mount(words[2], unescaped(words[3]), unescaped(words[4]), fstype))
    return found


def unescaped(word: bytes) -> bytes:
    """The kernel writes blanks, newlines and backslashes of a path as `\\040`."""
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), word)


def mounts() -> "list[Mount]":
    with open("/proc/self/mountinfo", "rb") as table:
        return parse_mountinfo(table.read())


def is_under(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def mount_of(path: bytes, mounted: "list[Mount]") -> "Mount | None":
    """The mount that *path* lies on, by its text alone; of several at one place the last."""
    over = [mount for mount in mounted if is_under(path, mount.point)]
    return max(reversed(over), key=lambda mount: len(mount.point)) if over else None


class Patience:
    """Looks at places of which some may lie on a dead file system, all together within *left_s*.

    Each dead file system is waited for once.
    """

    def __init__(self, limit_s: float) -> None:
        self.left_s = limit_s
        self.mounted = mounts()
        self.dead = set()  # type: set[bytes]

    def ask(self, place: bytes, do: "object", *told: "object") -> "object":
        """What *do* returns or raises, or TimeoutError. *place* is where it will look."""
        mount = mount_of(place, self.mounted)
        remote = mount is not None and mount.fstype not in LOCAL
        if mount is not None and mount.point in self.dead:
            raise TimeoutError(mount.point.decode("utf-8", "replace") + " does not answer")
        wait_s = min(HANG_S, self.left_s) if remote else self.left_s
        try:
            return in_time(wait_s, do, *told)
        except TimeoutError:
            self.left_s -= wait_s
            if mount is not None and remote:
                self.dead.add(mount.point)
            raise
