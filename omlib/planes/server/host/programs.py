"""Programs that no package brought: whatever may be run from the folders of the system's PATH."""

import os
import re
import stat

from omlib.planes.server.host.alternatives import alternatives
from omlib.planes.server.host.base import PRESENCE, Found, items_of, text
from omlib.planes.server.host.disk import belonging, digest, look, read, real
from omlib.planes.server.host.packaged import Clock, owned, spellings

_ALWAYS = tuple(
    folder.encode("ascii")
    for top in ("/usr/local/", "/usr/", "/")
    for folder in (top + "sbin", top + "bin")
)


def parse_path(login_defs: bytes) -> "list[bytes]":
    """The folders of ENV_PATH and ENV_SUPATH, login.defs(5)."""
    lines = re.findall(rb"^[ \t]*ENV_(?:SU)?PATH[ \t]+(?:PATH=)?(\S+)", login_defs, re.M)
    return [folder for line in lines for folder in line.split(b":") if folder.startswith(b"/")]


def folders() -> "list[bytes]":
    """By their true names, each once: /bin is /usr/bin on most systems."""
    named = [*_ALWAYS, *parse_path(read("/etc/login.defs"))]
    return [one for one in dict.fromkeys(map(os.path.realpath, named)) if os.path.isdir(one)]


def is_program(path: bytes) -> bool:
    told = look(path, follow=True)
    return told is not None and stat.S_ISREG(told.st_mode) and bool(told.st_mode & 0o111)


def attributes(path: bytes) -> "tuple[dict[str, object], dict[str, str]]":
    told = look(path, follow=True)
    seen = belonging(told) if told else {}
    sha256, reason = digest(path)
    if sha256:
        seen["sha256"] = sha256
    return seen, {"sha256": reason} if reason else {}


def programs(asked: "dict[str, object]", limit_s: int) -> Found:
    clock, found = Clock(limit_s), Found()
    for name in items_of(asked):
        path = name.encode("utf-8", "surrogateescape")
        try:
            if is_program(path):
                found.items[name], unseen = attributes(path)
                found.unseen.update({name: unseen} if unseen else {})
        except PermissionError:
            found.items[name] = {}
            lost = (PRESENCE, "sha256", "owner", "group", "mode")
            found.unseen[name] = dict.fromkeys(lost, "denied")
    for path in _strangers(clock) if asked["full"] else ():
        if clock.is_over():
            found.status = "incomplete"
            found.detail = f"stopped after {limit_s} s at {text(path)}"
            break
        if text(path) not in found.items:
            found.items[text(path)], unseen = attributes(path)
            found.unseen.update({text(path): unseen} if unseen else {})
    return found


def _strangers(clock: Clock) -> "list[bytes]":
    """Programs that neither a package nor a package's alternative explains."""
    places = folders()
    links, targets = alternatives()
    ends = tuple(target for several in targets.values() for target in several)
    under = tuple(name for place in places for name in spellings(place))
    packaged = owned((*under, *ends), clock.left_s())
    links = {real(link): leads for link, leads in links.items()}
    found = []
    for place in places:
        for name in sorted(os.listdir(place)):
            path = os.path.join(place, name)
            if path in packaged or not is_program(path):
                continue
            middle = links.get(path)
            if middle and os.path.islink(path) and os.readlink(path) == middle:
                end = os.readlink(middle) if os.path.islink(middle) else b""
                if end in targets[middle] and real(end) in packaged:
                    continue
            found.append(path)
    return found
