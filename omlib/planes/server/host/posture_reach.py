"""For checks: what a host's own listeners speak, and which hosts' logs it has received."""

import os
import socket
import ssl
import time

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, in_time, native

HANDSHAKE_S = 3.0
VERSIONS = (
    ("TLSv1", "PROTOCOL_TLSv1"),
    ("TLSv1.1", "PROTOCOL_TLSv1_1"),
    ("TLSv1.2", "PROTOCOL_TLSv1_2"),
)
FOLDERS = ("/var/log", "/data/log", "/data/logs", "/srv/log")
MOST = 50000  # files that are looked at
DAY_S, HOUR_S = 86400, 3600


def address_of(listener: str) -> "tuple[str, int]":
    """Where this host itself reaches `tcp/ADDRESS:PORT`."""
    where, _, port = listener.partition("/")[2].rpartition(":")
    return ("127.0.0.1" if where == "*" else where.strip("[]")), int(port)


def contexts() -> "list[tuple[str, ssl.SSLContext]]":
    """One for each version; a version this host's own OpenSSL cannot speak is left out."""
    found = []
    for name, protocol in VERSIONS:
        try:
            made = ssl.SSLContext(getattr(ssl, protocol))
            made.verify_mode = ssl.CERT_NONE
            made.set_ciphers("ALL:@SECLEVEL=0")
        except (AttributeError, ValueError, ssl.SSLError):
            continue
        found.append((name, made))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS)
    made.verify_mode = ssl.CERT_NONE
    if getattr(ssl, "HAS_TLSv1_3", False):
        made.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2
        found.append(("TLSv1.3", made))
    return found


def speaks(address: "tuple[str, int]", made: ssl.SSLContext) -> "str":
    """The version agreed on, "" where the other side would not."""
    with socket.create_connection(address, HANDSHAKE_S) as plain:
        try:
            with made.wrap_socket(plain) as wrapped:
                return wrapped.version() or ""
        except ssl.SSLError:
            return ""
        except ConnectionResetError:
            return ""


def versions(listener: str) -> "list[str]":
    """Told only where old versions could be tried: silence of this side is no refusal."""
    made = contexts()
    if [name for name, _ in made][:3] != ["TLSv1", "TLSv1.1", "TLSv1.2"]:
        raise CannotTell("unsupported", "this host cannot try old versions itself")
    told = [speaks(address_of(listener), one) for _, one in made]
    if not any(told):
        raise CannotTell("error", "no TLS")
    return sorted(set(filter(None, told)))


def tls(given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    for listener in given.get("listeners", []):  # type: ignore[attr-defined]
        area.read(listener, lambda one=listener: in_time(5 * HANDSHAKE_S, versions, one))
    return area


def newest(names: "list[str]", files: "list[tuple[str, float]]") -> "float | None":
    """Of the files that a host's name or address has in its path, as a whole part of it."""
    times = []
    for path, written in files:
        parts = path.split("/")[2:]
        stems = set(parts) | {part.split(".log")[0] for part in parts}
        if stems & set(names):
            times.append(written)
    return max(times) if times else None


def files_under(folders: "tuple[str, ...]") -> "list[tuple[str, float]]":
    found = []  # type: list[tuple[str, float]]
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(base, name)
                try:
                    told = os.lstat(path)
                except OSError:
                    continue
                if told.st_size:
                    found.append((native(path), told.st_mtime))
                if len(found) > MOST:
                    raise CannotTell("incomplete", "more than " + str(MOST) + " files")
    return found


def logs(given: "dict[str, object]", limit_s: int) -> Area:
    """For each host that is asked for, how many hours ago something of it was written here; -1
    where nothing of it is here."""
    area = Area()
    hosts = given.get("hosts", [])
    area.read("files", lambda: in_time(limit_s, files_under, FOLDERS))
    files = area.told.pop("files", None)
    for line in hosts:  # type: ignore[attr-defined]
        names = line.split()
        if files is None:
            area.unseen[names[0]] = area.unseen["files"]
            continue
        written = newest(names[1:], files)  # type: ignore[arg-type]
        hours = -1 if written is None else max(0, int((time.time() - written) // HOUR_S))
        area.told[names[0]] = hours
    area.unseen.pop("files", None)
    return area
