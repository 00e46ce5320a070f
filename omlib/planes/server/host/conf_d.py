"""Configuration that lies in several folders, read as systemd and its kin do: sysctl.d(5)."""

import os

from omlib.planes.server.host.base import native
from omlib.planes.server.host.disk import read

FOLDERS = ("/etc/", "/run/", "/usr/local/lib/", "/usr/lib/", "/lib/")


def files_of(folder: str) -> "list[str]":
    """The `.conf` files of *folder* in order; of several of one name the first folder's counts."""
    paths = {}  # type: dict[str, str]
    for base in FOLDERS:
        try:
            names = os.listdir(base + folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            if name.endswith(".conf"):
                paths.setdefault(native(name), base + folder + "/" + native(name))
    return [paths[name] for name in sorted(paths)]


def lines_of(raw: bytes) -> "list[str]":
    """Without comments, empty lines and the ends of continued ones."""
    joined = raw.decode("utf-8", "surrogateescape").replace("\\\n", " ")
    lines = [line.strip() for line in joined.split("\n")]
    return [line for line in lines if line and line[0] not in "#;"]


def read_all(folder: str) -> "list[tuple[str, str]]":
    """Each line that counts, with the file that has it."""
    return [
        (path, line)
        for path in files_of(folder)
        for line in lines_of(read(path.encode("utf-8", "surrogateescape")))
    ]
