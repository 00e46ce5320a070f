"""What was found on a host as a role, for a person to review and to put into roles.yml."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from omlib.inventory.build_server import build_state
from omlib.inventory.contents import Contents
from omlib.inventory.schema.server import Collected, RoleRecord, StateRecord
from omlib.inventory.yaml_write import dump
from omlib.model.estate import ServerState
from omlib.model.item import Attributes, Value
from omlib.model.kind import COLLECTIONS, SERVER_KINDS, Kind

Found = Mapping[str, Mapping[str, Attributes]]
Written = dict[str, object]

# Where whatever decides over a host stands, and is not to be seen as an item of another kind.
# Not /boot: its images are made anew with every kernel. Not /var, /srv, /home: data.
WATCHED = (
    "/etc",  # settings of everything; PAM, ld.so.preload, profiles, rules of udev
    "/root",  # what the administrator's shell runs at login
    "/usr/local",  # comes before /usr for programs, libraries and Python
    "/opt",  # software that no package manager knows
    "/usr/lib/systemd",  # units and generators; a new one here is no changed file of a package
    "/usr/lib/udev",  # rules run programs as root
    "/usr/lib/modprobe.d",  # `install` lines run programs as root
    "/usr/lib/sysctl.d",
)
# Rewritten in the normal course of things: owner and mode are declared, the content is not. Who has
# an account and what it may do are items of their own.
WRITTEN_ANEW = frozenset(
    {
        *("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid"),
        *("/etc/ld.so.cache", "/etc/adjtime", "/etc/resolv.conf", "/etc/udev/hwdb.bin"),
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/ssl/certs/java/cacerts",
    }
)
_OF_A_MOUNT = ("ro", "nosuid", "nodev", "noexec")  # what is worth keeping where fstab has nothing
# a word like these before a value, a password in a URL, or one handed to a client of MySQL
_SECRET = re.compile(
    r"(?i)(pass(wd|word|phrase)?|pwd|secret|token|api_?key|credentials?)[\w-]*[\"']?\s*[=:]\s*\S"
    r"|--?(pass(wd|word)?|token|secret)\s+\S|://[^/\s:@]+:[^/\s@]+@"
)
_TAGS = re.compile(r"\b(NO)?PASSWD:")  # of sudoers(5)
_MYSQL = re.compile(r"\b(mysql|mariadb)\S*\s(.*\s)?-p\S")
_NEVER_WRITTEN = {("time_sync", "synchronised"), ("package", "version")}
_CONTENT = ("sha256", "target")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was found and does not stand in the role. *attribute* "": all of it.

    *why*: a reason of `unknown`, or `secret`, `not_of_the_form`.
    """

    kind: str
    name: str
    attribute: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRole:
    """*record* is accepted by the inventory; on the untouched host it gives no finding."""

    record: Mapping[str, object]
    state: ServerState
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    kind: Kind
    name: str
    seen: Attributes
    unseen: Mapping[str, str]


@dataclass(slots=True)
class _Role:
    collections: dict[str, Any] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave(self, item: _Item, why: str, attribute: str = "") -> None:
        self.left_out.append(
            LeftOut(kind=item.kind.name, name=item.name, attribute=attribute, why=why)
        )


def found_role(
    role_id: str,
    found: Found,
    unseen: Mapping[str, Mapping[str, Mapping[str, str]]],
    *,
    watched: tuple[str, ...] = WATCHED,
) -> FoundRole:
    """The role of what was *found*: of these kinds nothing else may be there any more.

    Raises ValidationError for an id that no role can have.
    """
    told = _told_once(found)
    role = _Role()
    for kind in SERVER_KINDS:
        for name, seen in sorted(told.get(kind.name, {}).items()):
            lost = unseen.get(kind.name, {}).get(name, {})
            _take(role, _Item(kind, name, seen, lost))
    full = [name for name in get_args(Collected) if COLLECTIONS[name].name in found]
    record: Written = {"id": role_id, **role.collections}
    record |= {"watched": list(watched)} if "file" in found else {}
    record |= {"full": full} if full else {}
    state = build_state(RoleRecord.model_validate(record), Contents(Path()))
    return FoundRole(record=record, state=state, left_out=tuple(role.left_out))


def to_yaml(role: FoundRole, comments: Sequence[str]) -> str:
    """A file of roles with this one, below *comments*, each a line."""
    return "".join(f"# {line}\n" for line in comments) + dump({"roles": [role.record]})


def _told_once(found: Found) -> Found:
    """Without what a file says of one that another item settles already."""
    files = dict(found.get("file", {}))
    for kind in ("program", "trust_file"):
        for path, told in found.get(kind, {}).items():
            files.pop(path, None) if "sha256" in told else None
    for path in _tables(found):
        files.pop(path, None)
    package_files = {
        path: told
        for path, told in found.get("package_file", {}).items()
        if not _settled(told.get("changed"), files.get(path))
    }
    return {**found, "file": files, "package_file": package_files}


def _tables(found: Found) -> Iterator[str]:
    """Files of which the rules or jobs are declared; a script's content is none of these."""
    for name, told in found.get("sudo", {}).items():
        if told.get("rules"):
            main = "/etc/sudoers" if name == "sudoers" else f"/etc/sudoers.d/{name}"
            yield name if name.startswith("/") else main
    for name, told in found.get("cron", {}).items():
        path = name if name.startswith("/") else f"/etc/cron.d/{name}"
        if told.get("jobs") and told["jobs"] != (path,):
            yield path


def _settled(changed: Value, file: Attributes | None) -> bool:
    if not isinstance(changed, tuple) or file is None:
        return False
    settled = {name for name in ("mode", "owner", "group") if name in file}
    settled |= {"content"} if any(file.get(name) for name in _CONTENT) else set()
    return settled.issuperset(map(str, changed))


def _take(role: _Role, item: _Item) -> None:
    if "@presence" in item.unseen:
        role.leave(item, item.unseen["@presence"])
        return
    for attribute, why in item.unseen.items():
        if (item.kind.name, attribute) not in _NEVER_WRITTEN:
            role.leave(item, why, attribute)
    written = _WRITERS.get(item.kind.name, _plain)(item)
    if _tells_a_secret(written):
        role.leave(item, "secret")
        return
    while (wrong := _wrong(item, written)) is not None:
        if wrong not in item.unseen:
            role.leave(item, "not_of_the_form", wrong)
        if not wrong or not isinstance(written, dict) or wrong not in written:
            return
        del written[wrong]
    if item.kind.name == "time_sync":
        role.collections[item.kind.collection] = written
    else:
        role.collections.setdefault(item.kind.collection, {})[item.name] = written


def _wrong(item: _Item, written: object) -> str | None:
    """The field that would not say what was seen; "" for all of it, None if nothing is wrong."""
    one = written if item.kind.name == "time_sync" else {item.name: written}
    try:
        record = StateRecord.model_validate({item.kind.collection: one})
    except ValidationError as error:
        last = [str(part) for part in error.errors()[0]["loc"]]
        return next((part for part in last if isinstance(written, dict) and part in written), "")
    state = build_state(record, Contents(Path()))
    for attribute, value in state.of(item.kind.name)[item.name].items():
        seen = item.seen.get(attribute)
        kind = item.kind
        if not kind.alike(attribute, kind.normal(attribute, value), kind.normal(attribute, seen)):
            return {"boot_options": "options"}.get(attribute, attribute)
    return None


def _tells_a_secret(written: object) -> bool:
    match written:
        case str():
            plain = _TAGS.sub("", written)
            return bool(_SECRET.search(plain) or _MYSQL.search(plain))
        case dict():
            return any(map(_tells_a_secret, written.values()))
        case list():
            return any(map(_tells_a_secret, written))
    return False


def _of(item: _Item, *names: str) -> Written:
    """Those attributes that were seen and say something."""
    told = {name: item.seen.get(name) for name in names if name not in item.unseen}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in told.items()
        if value is not None
    }


def _plain(item: _Item) -> object:
    return _of(item, *(name for name in item.kind.attributes if name != "present"))


def _file(item: _Item) -> object:
    content = ("target",) if item.name in WRITTEN_ANEW else _CONTENT
    return _of(item, *content, "owner", "group", "mode")


def _package_file(item: _Item) -> object:
    return _of(item, "changed")


def _mount(item: _Item) -> object:
    boot, now = item.seen.get("boot_options"), item.seen.get("options")
    options = boot if item.seen.get("at_boot") else now
    several = options if isinstance(options, tuple) else ()
    kept = [one for one in several if item.seen.get("at_boot") or one in _OF_A_MOUNT]
    return {**_of(item, "mounted", "at_boot", "source", "fstype"), "options": kept}


def _kernel_module(item: _Item) -> object:
    """*loaded* only as it is meant: what is blocked is not, what is loaded at boot is."""
    meant = bool(item.seen.get("at_boot")) and not item.seen.get("blocked")
    written = _of(item, "at_boot", "blocked", "loaded")
    if written.get("loaded") is not meant:
        written.pop("loaded", None)
    return written


def _listener(item: _Item) -> object:
    return _of(item, "process") if isinstance(item.seen.get("process"), str) else {}


def _time_sync(item: _Item) -> object:
    return _of(item, "servers")  # whether it is in step now is no setting


_WRITERS: Mapping[str, Callable[[_Item], object]] = {
    "file": _file,
    "package": lambda _: "present",  # another version is no drift unless somebody says so
    "package_file": _package_file,
    "mount": _mount,
    "kernel_module": _kernel_module,
    "listener": _listener,
    "time_sync": _time_sync,
    "authorized_keys": lambda item: _of(item, "keys").get("keys", {}),
    "sudo": lambda item: _of(item, "rules").get("rules", {}),
    "cron": lambda item: _of(item, "jobs").get("jobs", {}),
}
