"""What a host without a Python told in raw text, as the answer that a Python there would give.

Pure, and by the same functions that read a host's texts on the host. What they do not cover is
unsupported: never an absence.
"""

import base64
import grp
import pwd
import re
import stat
import sys
from collections.abc import Callable, Mapping
from functools import partial

from omlib.model.item import Attributes
from omlib.planes.access.faults import Fault
from omlib.planes.server.declared import Wanted
from omlib.planes.server.frames import Frames, read_raw
from omlib.planes.server.host import accounts, name_service, sockets, units
from omlib.planes.server.host.answer import as_answer
from omlib.planes.server.host.base import PRESENCE, CannotTell, Found, native, text
from omlib.planes.server.host.files import FILE_ATTRIBUTES
from omlib.planes.server.host.packages import parse_dpkg, parse_rpm
from omlib.planes.server.kinds import COLLECTION

NO_PYTHON_HERE = "no python3 (3.6 or newer)"
SOURCES = ("files", "systemd")
TABLES = {"tcp": "tcp", "tcp_six": "tcp6", "udp": "udp", "udp_six": "udp6"}
# the kernel prints addresses in the machine's own byte order
LITTLE = re.compile(r"(x86_64|i.86|aarch64|arm.*l|loongarch64|riscv64|ppc64le|mips.*el|sw_64)")
_TOO_LATE = (124, 137, 143)  # what timeout(1) ends with
_NO_PROGRAM = (126, 127)
Raw = Mapping[str, bytes]
Items = Mapping[str, Attributes]


def read_shell(out: bytes, nonce: str, wanted: Wanted, full: frozenset[str]) -> Frames:
    """As `read_frames` of the answer that a Python would give."""
    raw, broken = read_raw(out, nonce, _FRAMES)
    bodies: dict[str, Mapping[str, object]] = {}
    lost: dict[str, Fault] = {}
    if "host" in raw:
        bodies["host"] = {"uid": 0 if raw["host"] == b"0\n\n0" else None}
    for kind, items in wanted.items():
        reader, needed = _READERS.get(kind, (_unsupported, ()))
        if faults := [broken[name] for name in needed if name in broken]:
            lost[COLLECTION[kind]] = faults[0]
        elif not needed or needed[0] in raw:  # else the answer ended before it
            read = partial(reader, raw, items, kind in full)
            bodies[COLLECTION[kind]] = as_answer(read, items, full=kind in full)
    return Frames(bodies=bodies, broken=lost)


def _unsupported(_raw: Raw, _items: Items, _full: bool) -> Found:
    raise CannotTell("unsupported", NO_PYTHON_HERE)


def ended(raw: bytes) -> tuple[bytes, int]:
    """What a command printed, and what it ended with."""
    out, _, code = raw.rpartition(b"\n")
    if not code.isdigit():
        raise CannotTell("error", "no exit status")
    return out, int(code)


def _sound(raw: bytes, program: str) -> bytes:
    out, code = ended(raw)
    if code in _TOO_LATE:
        raise CannotTell("incomplete", f"{program}: no answer in time")
    if code in _NO_PROGRAM:
        raise CannotTell("unsupported", f"{program}: not found")
    if code:
        raise CannotTell("error", f"{program}: exit status {code}")
    return out


def _packages(raw: Raw, _items: Items, _full: bool) -> Found:
    manager, _, out = _sound(raw["packages"], "dpkg-query or rpm").partition(b"\n")
    found = parse_dpkg(out) if manager == b"dpkg" else parse_rpm(out, text(manager))
    if not found.items:
        raise CannotTell("error", "no package at all")
    return found


def _services(raw: Raw, items: Items, full: bool) -> Found:
    told, code = ended(raw["services"])
    booted, _, out = told.partition(b"\n")
    several = units.parse_units(out)
    if not several or "Id" not in several[0]:
        late = code in _TOO_LATE
        reason = "incomplete" if late else "error" if booted == b"booted" else "unsupported"
        raise CannotTell(reason, f"systemctl: exit status {code}")
    # what a script of System V is enabled by stands in links that are not read here
    scripts = {one["Id"] for one in several if one.get("UnitFileState") == "generated"}
    states = [{**one, "UnitFileState": ""} if one.get("Id") in scripts else one for one in several]
    found, shown = units.sort_units(states, sorted(items), ".service")
    if full:
        units.add_others(states, found, shown)
    by_name = {name: one for one in several for name in one.get("Names", "").split()}
    for name, attributes in found.items.items():
        if by_name.get(units.qualified(name, ".service"), {}).get("Id") in scripts:
            attributes.pop("enabled", None)
            found.unseen.setdefault(name, {})["enabled"] = "unsupported"
    return found


def _table(raw: Raw, database: str) -> list[list[str]]:
    """The rows of passwd(5) or group(5), if nothing but this host's files tells of accounts."""
    switch = ended(raw["nsswitch"])[0] if "nsswitch" in raw else b""
    for name in ("passwd", "group"):
        named = name_service.parse_nsswitch(switch).get(name, ["files"])
        if others := [source for source in named if source not in SOURCES]:
            raise CannotTell("unsupported", f"{NO_PYTHON_HERE} to ask {' '.join(others)} with")
    rows = [line.split(":") for line in text(_sound(raw[database], "sed")).split("\n")]
    if rows == [[""]]:
        raise CannotTell("error", f"/etc/{database}: empty")
    return [row for row in rows if len(row) == (7 if database == "passwd" else 4)]


def _groups_told(raw: Raw) -> list[grp.struct_group]:
    return [
        grp.struct_group((name, password, int(gid), [one for one in members.split(",") if one]))
        for name, password, gid, members in _table(raw, "group")
        if gid.isdigit()
    ]


def _users(raw: Raw, items: Items, full: bool) -> Found:
    found, of_all = Found(), _groups_told(raw)
    shadow, code = ended(raw["shadow"]) if "shadow" in raw else (b"", 0)
    locks = accounts.Locks(
        {} if code else accounts.parse_shadow(shadow), "denied" if code else "unsupported"
    )
    for name, password, uid, gid, gecos, home, shell in _table(raw, "passwd"):
        if not (uid.isdigit() and gid.isdigit()):
            continue
        account = pwd.struct_passwd((name, password, int(uid), int(gid), gecos, home, shell))
        if name in found.items or not (name in items or (full and accounts.can_log_in(account))):
            continue
        further = {g.gr_name for g in of_all if name in g.gr_mem and g.gr_gid != account.pw_gid}
        found.items[name] = accounts.user_attributes(account, sorted(map(native, further)))
        locks.add_to(found, name, account)
    return found


def _groups(raw: Raw, items: Items, full: bool) -> Found:
    found = Found()
    for group in _groups_told(raw):
        if group.gr_name in items or (full and accounts.stands_out(group)):
            found.items.setdefault(group.gr_name, accounts.group_attributes(group))
    return found


def _listeners(raw: Raw, items: Items, full: bool) -> Found:
    machine = text(ended(raw["machine"])[0]).strip()
    if not LITTLE.fullmatch(machine) or sys.byteorder != "little":
        raise CannotTell("unsupported", f"{NO_PYTHON_HERE} on {machine}")
    if "tcp" not in raw:
        raise CannotTell("unsupported", "/proc/net/tcp: not there")
    found = Found()
    for frame, proto in TABLES.items():
        table = _sound(raw[frame], "cat") if frame in raw else b""
        for key, _ in sockets.parse_sockets(proto, table):
            if full or key in items:
                found.items[key] = {}
                if full or any("process" in told for told in items.values()):
                    found.unseen[key] = {"process": "unsupported"}
    return found


def _files(raw: Raw, items: Items, full: bool) -> Found:
    found = Found()
    paths = sorted(items)
    lines = [line.split(" ") for line in text(_sound(raw["files"], "sh")).split("\n") if line]
    told = {int(words[0]): words[1:] for words in lines if words[0].isdigit()}
    for number, path in enumerate(paths):
        words = told.get(number, ["error"])
        if words[0] == "there" and len(words) == 10:
            _add_file(found, path, words, items[path])
        elif words == ["absent"] and path.isascii():
            continue
        else:  # one that is named in GB18030 was not looked for
            reason = {"denied": "denied", "absent": "unsupported"}.get(words[0], "error")
            found.items[path] = {}
            found.unseen[path] = dict.fromkeys((PRESENCE, *FILE_ATTRIBUTES), reason)
    if full:
        found.status, found.detail = "unsupported", f"{NO_PYTHON_HERE} to watch directories with"
    return found


def _add_file(found: Found, path: str, words: list[str], wants: Attributes) -> None:
    _, mode, uid, owner, gid, group, _, _, sha256, target = words
    seen: dict[str, object] = {
        "present": True,
        "owner": uid if owner == "UNKNOWN" else owner,
        "group": gid if group == "UNKNOWN" else group,
        "mode": f"{stat.S_IMODE(int(mode, 16)):04o}",
    }
    if "target" in wants:
        led = base64.b64decode(target, validate=True) if target != "-" else None
        seen["target"] = None if led is None else text(led.removesuffix(b"\n"))
    if "sha256" in wants and (sha256 == "none" or len(sha256) == 64):
        seen["sha256"] = None if sha256 == "none" else sha256
    elif "sha256" in wants:
        found.unseen[path] = {"sha256": sha256}
    found.items[path] = seen


_READERS: Mapping[str, tuple[Callable[[Raw, Items, bool], Found], tuple[str, ...]]] = {
    "package": (_packages, ("packages",)),
    "service": (_services, ("services",)),
    "user": (_users, ("passwd", "group", "nsswitch", "shadow")),
    "group": (_groups, ("group", "passwd", "nsswitch")),
    "listener": (_listeners, ("machine", *TABLES)),
    "file": (_files, ("files",)),
}
_FRAMES = frozenset({"host", *(name for _, names in _READERS.values() for name in names)})
