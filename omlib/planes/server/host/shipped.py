"""Whether a file is exactly as its package ships it."""

from omlib.planes.server.host.base import CannotTell, run
from omlib.planes.server.host.disk import digest, look
from omlib.planes.server.host.dpkg import entries_of_dpkg, has_dpkg
from omlib.planes.server.host.rpm import QUERY, parse_files


def _spellings(path: bytes) -> "list[bytes]":
    """/lib is a link to /usr/lib on most systems, and packages name a file by either."""
    return [path, path[4:] if path.startswith(b"/usr/lib/") else b"/usr" + path]


def shipped(paths: "list[str]", limit_s: int) -> "set[str]":
    """Those of *paths* whose content is what their package brought."""
    by_raw = {name.encode("utf-8", "surrogateescape"): name for name in paths if name}
    told = {spelled: path for path in by_raw for spelled in _spellings(path)}
    if not by_raw:
        return set()
    if has_dpkg():
        entries = entries_of_dpkg(tuple(told))
    else:
        argv = ["rpm", "-qf", "--qf", QUERY, "--", *by_raw.values()]
        try:
            entries = parse_files(run(argv, limit_s)[1], tuple(told))
        except CannotTell:  # no package brought anything here
            return set()
    same = set()
    for entry in entries:
        path = told.get(entry.path)
        if path is not None and entry.digest and look(path):
            same.update([by_raw[path]] if digest(path, entry.algorithm)[0] == entry.digest else [])
    return same
