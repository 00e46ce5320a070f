"""What dpkg knows of the files of its packages. Its own records are read; no program is run.

Paths are bytes, as the records have them: a list of packages names no encoding.
"""

import fnmatch
import glob
import os
import re

from omlib.planes.server.host.base import native
from omlib.planes.server.host.disk import read
from omlib.planes.server.host.entry import Entry

ADMIN = "/var/lib/dpkg/"
_HALF_WAY = ("half-installed", "unpacked", "half-configured")


def has_dpkg() -> bool:
    return os.path.exists(ADMIN + "status")


def parse_conffiles(status: bytes) -> "dict[bytes, tuple[str, str]]":
    """By path the package and the MD5 it shipped; of packages that are there."""
    found = {}
    for block in status.split(b"\n\n"):
        name = re.search(rb"^Package: (\S+)", block, re.M)
        state = re.search(rb"^Status: \S+ \S+ (\S+)", block, re.M)
        if not name or not state or state[1] in (b"config-files", b"not-installed"):
            continue
        lines = re.search(rb"^Conffiles:\n((?: .*\n?)+)", block, re.M)
        for line in lines[1].splitlines() if lines else ():
            path, _, rest = line.strip().partition(b" ")
            md5, *marks = rest.split()
            # of what is obsolete, or to be removed, the package ships nothing any more
            if not marks and re.fullmatch(rb"[0-9a-f]{32}", md5):
                found[path] = native(os.fsdecode(name[1])), md5.decode("ascii")
    return found


def obsolete(status: bytes) -> "set[bytes]":
    """Configuration files that a package shipped once and left behind."""
    return set(re.findall(rb"^ (/.*) [0-9a-f]{32} obsolete$", status, re.M))


def half_way(status: bytes) -> "set[str]":
    """Packages of which nobody can say what they should have: they are being installed."""
    found = set()
    for block in status.split(b"\n\n"):
        state = re.search(rb"^Status: \S+ \S+ (\S+)", block, re.M)
        name = re.search(rb"^Package: (\S+)", block, re.M)
        if name and state and state[1].decode("ascii", "replace") in _HALF_WAY:
            found.add(native(os.fsdecode(name[1])))
    return found


def parse_sums(raw: bytes) -> "list[tuple[bytes, str]]":
    """Path and MD5 of a package's `.md5sums`."""
    lines = (line.partition(b"  ") for line in raw.split(b"\n"))
    return [(b"/" + path, md5.decode("ascii", "replace")) for md5, blanks, path in lines if blanks]


def parse_diversions(raw: bytes) -> "dict[bytes, tuple[bytes, str]]":
    """By path where the file of any other package went, and the package that has the path."""
    lines = raw.split(b"\n")
    threes = zip(lines[0::3], lines[1::3], lines[2::3])  # noqa: B905 (strict= is of 3.10)
    return {there: (away, native(os.fsdecode(package))) for there, away, package in threes}


def parse_filters(raw: bytes) -> "list[tuple[bool, str]]":
    """`path-include` and `path-exclude` of dpkg.cfg(5), in order: whether, and the pattern."""
    found = []
    for line in native(os.fsdecode(raw)).split("\n"):
        option = re.match(r"\s*path-(include|exclude)(?:\s*=\s*|\s+)(\S+)", line)
        if option:
            found.append((option[1] == "include", option[2].strip("\"'")))
    return found


def left_out(path: bytes, filters: "list[tuple[bool, str]]") -> bool:
    """Whether dpkg was told not to unpack *path*: the last filter that matches counts."""
    name = native(os.fsdecode(path))
    for includes, pattern in reversed(filters):
        if fnmatch.fnmatchcase(name, pattern):
            return not includes
    return False


def filters() -> "list[tuple[bool, str]]":
    files = ["/etc/dpkg/dpkg.cfg", *sorted(glob.glob("/etc/dpkg/dpkg.cfg.d/*"))]
    return [one for file in files for one in parse_filters(read(file))]


def package_of(info: str) -> str:
    """The package that a file of dpkg's `info` belongs to: `libc6:amd64.md5sums` is libc6's."""
    return os.path.basename(info).rpartition(".")[0].partition(":")[0]


def entries_of_dpkg(under: "tuple[bytes, ...]") -> "list[Entry]":
    """What packages ship below one of *under*, or everywhere, by where it really went.

    Whether a file that dpkg was told to leave out came all the same cannot be known: it counts as
    shipped where it is, and as nobody's where it is not.
    """
    status = read(ADMIN + "status")
    diversions = parse_diversions(read(ADMIN + "diversions"))
    unsettled, skips = half_way(status), filters()
    sums = []
    for info in sorted(glob.glob(ADMIN + "info/*.md5sums")):
        package = package_of(info)
        sums += [(path, package, md5) for path, md5 in parse_sums(read(info))]
    sums += [(path, *shipped) for path, shipped in parse_conffiles(status).items()]
    told = {path for path, _, _ in sums} | obsolete(status)
    for info in sorted(glob.glob(ADMIN + "info/*.list")):  # directories and links have no sum
        package = package_of(info)
        paths = read(info).split(b"\n")[1:-1]  # the first is the root
        sums += [(path, package, "") for path in paths if path not in told]
    found = []
    for path, package, md5 in sums:
        if package in unsettled or not (path.startswith(under) or not under):
            continue
        away, owner = diversions.get(path, (path, package))
        place = path if owner == package else away
        if not skips or not left_out(path, skips) or os.path.lexists(place):
            found.append(Entry(place, package, "md5", md5))
    return found


def owned_of_dpkg(under: "tuple[bytes, ...]") -> "set[bytes]":
    """The paths of packages that begin with one of *under*, and where diverted ones went."""
    found = {away for away, _ in parse_diversions(read(ADMIN + "diversions")).values()}
    for info in glob.glob(ADMIN + "info/*.list"):
        found.update(line for line in read(info).split(b"\n") if line.startswith(under))
    return found
