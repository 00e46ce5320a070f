"""What rpm knows of the files of its packages: one query of its database, which checks nothing.

`rpm -Va` would read the database twice and say less: it names no package.
"""

import os

from omlib.planes.server.host.base import CannotTell, native, run
from omlib.planes.server.host.entry import Entry

QUERY = (
    "[%{=NAME}\\t%{=FILEDIGESTALGO}\\t%{FILEDIGESTS}\\t%{FILEMODES:octal}\\t%{FILEUSERNAME}"
    "\\t%{FILEGROUPNAME}\\t%{FILEFLAGS}\\t%{FILEVERIFYFLAGS}\\t%{FILESTATES}\\t%{FILECAPS}"
    "\\t%{FILELINKTOS}\\t%{FILENAMES}\\n]"
)
_ALGORITHMS = {"2": "sha1", "8": "sha256", "9": "sha384", "10": "sha512", "11": "sha224"}
_GHOST, _MISSING_OK = 64, 8  # RPMFILE_*: of a ghost only the name is the package's
# RPMVERIFY_*: what `%verify` of a package leaves
_CONTENT, _LINK, _OWNER, _GROUP, _MODE, _CAPABILITIES = 1, 4, 8, 16, 64, 256


def has_rpm() -> bool:
    return os.path.isdir("/var/lib/rpm") or os.path.isdir("/usr/lib/sysimage/rpm")


def parse_files(out: bytes, under: "tuple[bytes, ...]") -> "list[Entry]":
    """Files that were installed: not those of languages or documents that nobody wanted."""
    found = []
    for line in out.split(b"\n"):
        fields = line.split(b"\t", 11)
        if len(fields) != 12 or not (fields[11].startswith(under) or not under):
            continue
        name, algorithm, digest, mode, owner, group, flags, verify, state, caps, link, path = fields
        if state not in (b"0", b"(none)") or not path.startswith(b"/"):
            continue
        minded = 0 if int(flags) & _GHOST else int(verify)
        # a package without the tag is of the time of MD5
        made_by = _ALGORITHMS.get(algorithm.decode("ascii", "replace"), "md5")
        told = digest.decode("ascii", "replace") if minded & _CONTENT else ""
        one = Entry(path, native(os.fsdecode(name)), made_by, told)
        one.may_miss = bool(int(flags) & (_GHOST | _MISSING_OK))
        if minded & _MODE:
            one.mode = int(mode, 8)
        if minded & _OWNER:
            one.owner = native(os.fsdecode(owner))
        if minded & _GROUP:
            one.group = native(os.fsdecode(group))
        if minded & _LINK and link:
            one.link = link
        if minded & _CAPABILITIES:
            one.capabilities = "" if caps == b"(none)" else caps.decode("ascii", "replace")
        found.append(one)
    return found


def entries_of_rpm(under: "tuple[bytes, ...]", limit_s: float) -> "list[Entry]":
    code, out, err = run(["rpm", "-qa", "--qf", QUERY], max(1, int(limit_s)))
    if code or not out:
        raise CannotTell("error", err or "no package at all")
    return parse_files(out, under)
