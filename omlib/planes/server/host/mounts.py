"""File systems: what is mounted (/proc/self/mountinfo) and what fstab(5) mounts at boot.

No mount point is ever looked into: behind it may be a server that does not answer.
"""

import os
import re
from collections import namedtuple

from omlib.planes.server.host.base import Found, items_of, text
from omlib.planes.server.host.disk import read

Mounted = namedtuple("Mounted", ("device", "root", "point", "fstype", "source", "options"))
Entry = namedtuple("Entry", ("source", "point", "fstype", "options"))
# asks a server, though the kernel counts it among those without a device
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "glusterfs", "lustre", "zfs", "fuse.")
VIRTUAL = ("nsfs", "rootfs", "fuse.lxcfs", "fuse.gvfsd-fuse", "fuse.portal")
# a container's own: its engine mounts them, and nobody else can
ENGINES = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv", "/.dockerenv")
# said only by what is not said against it
IMPLIED = {
    "exec": ("noexec",),
    "suid": ("nosuid",),
    "dev": ("nodev",),
    "async": ("sync",),
    "atime": ("noatime",),
    "diratime": ("nodiratime", "noatime"),
    "strictatime": ("noatime", "relatime"),
    "acl": ("noacl",),
    "user_xattr": ("nouser_xattr",),
}
UNSEEN_BY_KERNEL = ("bg", "fg", "intr", "nointr", "retry=", "helper=")  # mount(8) keeps them


def unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), word)


def parse_mountinfo(raw: bytes) -> "dict[str, Mounted]":
    """By mount point what was mounted there last, proc_pid_mountinfo(5)."""
    found = {}
    for line in text(raw).split("\n"):
        words = line.split(" ")
        if len(words) < 10 or "-" not in words[6:]:
            continue
        dash = words.index("-", 6)
        fstype, source = words[dash + 1], unescaped(words[dash + 2])
        options = list(dict.fromkeys(words[5].split(",") + words[dash + 3].split(",")))
        if "ro" in options and "rw" in options:  # of the mount, or of the whole file system
            options.remove("rw")
        point = unescaped(words[4])
        told = Mounted(words[2], unescaped(words[3]), point, fstype, source, options)
        found[point] = told
        if fstype == "autofs":  # it waits for somebody to come
            del found[point]
    return found


def parse_fstab(raw: bytes) -> "dict[str, Entry]":
    found = {}
    for line in text(raw).split("\n"):
        words = line.split()
        if len(words) >= 3 and not words[0].startswith("#") and words[1].startswith("/"):
            point = unescaped(words[1]).rstrip("/") or "/"
            options = unescaped(words[3]).split(",") if len(words) > 3 else ["defaults"]
            found[point] = Entry(unescaped(words[0]), point, words[2], options)
    return found


def device_of(source: str) -> str:
    """The device that UUID=, LABEL= and their like mean, by its true name."""
    kind, sign, value = source.partition("=")
    folder = {"UUID": "uuid", "LABEL": "label", "PARTUUID": "partuuid", "PARTLABEL": "partlabel"}
    if sign and kind in folder:
        path = "/dev/disk/by-" + folder[kind] + "/"
        return os.path.realpath(path + value.strip('"').replace("/", "\\x2f").replace(" ", "\\x20"))
    return os.path.realpath(source) if source.startswith("/dev/") else source.rstrip("/")


def is_source(wanted: str, seen: Mounted, table: "dict[str, Mounted]") -> bool:
    """Whether *seen* is mounted from what is *wanted*: a device by any name, or a folder."""
    if wanted == seen.source or device_of(wanted) == device_of(seen.source):
        return True
    if not wanted.startswith("/") or wanted.startswith("/dev/"):
        return False
    over = [one for one in table.values() if (wanted + "/").startswith(one.point.rstrip("/") + "/")]
    if not over:
        return False
    below = max(over, key=lambda one: len(one.point))
    inner = os.path.normpath(below.root + "/" + wanted[len(below.point.rstrip("/")) :])
    return (below.device, inner) == (seen.device, seen.root)


def size_of(option: str) -> str:
    """`size=64m` as the kernel prints it, `size=65536k`."""
    match = re.match(r"(size=)(\d+)([kmgKMG]?)$", option)
    if not match:
        return option
    unit = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[match.group(3).lower()]
    return match.group(1) + str(int(match.group(2)) * unit // 1024) + "k"


def options_of(seen: Mounted, wanted: "list[str]") -> "list[str]":
    """Those in force; one that is *wanted* in its own spelling, where it is in force."""
    found = list(seen.options)
    for option in wanted:
        against = IMPLIED.get(option)
        held = against is not None and not set(against) & set(seen.options)
        bound = option in ("bind", "rbind") and seen.root != "/"
        if held or bound or size_of(option) in seen.options or option.startswith(UNSEEN_BY_KERNEL):
            found.append(option)
    return list(dict.fromkeys(found))


def spelled(wanted: object, seen: "list[tuple[str, bool]]") -> str:
    """*wanted* where all that was *seen* is the same, else the first that is not."""
    if isinstance(wanted, str) and wanted and all(same for _, same in seen):
        return wanted
    return next((one for one, same in seen if not same), seen[0][0])


def same_type(wanted: object, seen: str) -> bool:
    return seen in (wanted, "auto") or (wanted, seen) == ("nfs", "nfs4")


def attributes_of(
    point: str, table: "dict[str, Mounted]", fstab: "dict[str, Entry]", wants: "dict[str, object]"
) -> "dict[str, object]":
    seen, entry = table.get(point), fstab.get(point)
    told = {"mounted": seen is not None}  # type: dict[str, object]
    told["at_boot"] = entry is not None and "noauto" not in entry.options
    wanted = wants.get("source")
    sources = []
    types = [one.fstype for one in (seen, entry) if one is not None]
    if seen is not None:
        same = isinstance(wanted, str) and is_source(wanted, seen, table)
        sources.append((seen.source, same))
        given = wants.get("options")
        told["options"] = options_of(seen, list(given) if isinstance(given, list) else [])
    if entry is not None:
        same = isinstance(wanted, str) and device_of(wanted) == device_of(entry.source)
        sources.append((entry.source, same))
        told["boot_options"] = entry.options
    told["source"] = spelled(wanted, sources)
    fstype = wants.get("fstype")
    told["fstype"] = spelled(fstype, [(one, same_type(fstype, one)) for one in types])
    return told


def is_real(one: Mounted, virtual: "set[str]") -> bool:
    if one.fstype in VIRTUAL or one.point in ENGINES:
        return False
    return one.fstype.startswith(REMOTE) or one.fstype not in virtual


def mounts(asked: "dict[str, object]", _limit_s: int) -> Found:
    with open("/proc/self/mountinfo", "rb") as opened:
        table = parse_mountinfo(opened.read())
    fstab = parse_fstab(read("/etc/fstab"))
    declared = items_of(asked)
    points = list(declared)
    if asked["full"]:
        rows = [line.split("\t") for line in text(read("/proc/filesystems")).split("\n")]
        virtual = {row[1] for row in rows if row[0] == "nodev"}
        points += [point for point, one in table.items() if is_real(one, virtual)]
        points += [point for point, entry in fstab.items() if "noauto" not in entry.options]
    found = Found()
    for name in dict.fromkeys(points):
        point = name.rstrip("/") or "/"
        if point in table or point in fstab:
            found.items[name] = attributes_of(point, table, fstab, declared.get(name, {}))
    return found
