"""What a look at a host told, as items and sights. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from omlib.model.estate import Server
from omlib.model.item import Actual, Attributes, Scope, Value
from omlib.model.kind import KINDS
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.server.declared import Wanted, is_full, scope_of
from omlib.planes.server.kinds import AT_A_PRICE
from omlib.planes.server.probe import Look
from omlib.planes.server.reply import Reply

# kinds whose finds may be what another kind declares
_BY_PATH = frozenset({"file", "package_file", "program"})
# of what several kinds find at one place the one that says most tells it
_TOLD_BY = {
    "program": ("setuid_file",),
    "file": ("setuid_file", "program", "trust_file", "sudo", "cron", "package_file"),
}
# what is declared of a file, and what of its package's file that settles
_SETTLES = {
    "sha256": ("content",),
    "target": ("content", "link"),
    "issuer": ("content",),
    "mode": ("mode",),
    "owner": ("owner",),
    "group": ("group",),
    "capabilities": ("capabilities",),
}
_PATHS = ("file", "certificate", "program", "setuid_file", "trust_file")
_FOLDERS = {"sudo": "/etc/sudoers.d/", "cron": "/etc/cron.d/"}


def asked_digest(kind: str, items: Mapping[str, Attributes], *, full: bool) -> str:
    """Stands for what a look is asked of one kind: another question had another answer."""
    dear = AT_A_PRICE.get(kind)
    told = [[name, dear in items[name], is_away(kind, items[name])] for name in sorted(items)]
    return hashlib.sha256(json.dumps([full, told]).encode("ascii")).hexdigest()[:16]


def observed(
    server: Server, wanted: Wanted, told: Look, *, by: str, at: datetime, took_s: float
) -> Observation:
    sights: dict[Scope, Sight] = {}
    actual: list[Actual] = []
    for kind, reply in told.replies.items():
        sights[scope_of(server, kind)] = Sight(
            complete=reply.reason is None,
            reason=reply.reason,
            at=at,
            by=f"{by} (root)" if told.as_root and by != "root" else by,
            via="ssh",
            detail=reply.detail,
            took_s=took_s,
            asked=asked_digest(kind, wanted[kind], full=is_full(server.state, kind)),
        )
        actual += _items(server, kind, wanted, told.replies)
    return Observation(sights=sights, actual=tuple(actual))


def _items(
    server: Server, kind: str, wanted: Wanted, replies: Mapping[str, Reply]
) -> Iterator[Actual]:
    reply = replies[kind]
    full = is_full(server.state, kind)
    found = {name: told for name, told in reply.items.items() if full or name in wanted[kind]}
    strangers = undeclared(kind, found, wanted)
    for other in _TOLD_BY.get(kind, ()) if strangers else ():
        if other in replies and is_full(server.state, other):
            told_there = paths_of(other, undeclared(other, replies[other].items, wanted))
            strangers = {name: one for name, one in strangers.items() if name not in told_there}
    found = {name: told for name, told in found.items() if name in wanted[kind]} | strangers
    for name, attributes in wanted[kind].items():
        if name not in found and reply.reason is None and is_away(kind, attributes):
            found[name] = attributes
    for name in sorted(found):
        yield Actual(
            ref=make_ref(Plane.SERVER, kind, server.id, name),
            scope=scope_of(server, kind),
            attributes=found[name],
            unseen={**_not_asked(kind, found[name]), **reply.unseen.get(name, {})},
        )


def undeclared(kind: str, found: Mapping[str, Attributes], wanted: Wanted) -> dict[str, Attributes]:
    """Those *found* that nobody declares, as whatever kind."""
    names = wanted.get(kind, {})
    left = {name: told for name, told in found.items() if name not in names}
    if kind == "package_file":
        return {name: told for name, told in left.items() if not _settled(name, told, wanted)}
    if kind in _BY_PATH:
        spoken_for = declared_paths(wanted)
        return {name: told for name, told in left.items() if name not in spoken_for}
    return left


def _settled(path: str, told: Attributes, wanted: Wanted) -> bool:
    """Whether all that differs from the package is declared of *path*: it was meant, or it is told
    as a difference there.

    A set-uid file that is declared with its mode may still have got another content.
    """
    settled = {"content", "missing"} if path in _tables(wanted) else set()
    for kind in _PATHS:
        declared = wanted.get(kind, {}).get(path)
        if declared is not None:
            settled |= {"missing"}.union(*(_SETTLES.get(name, ()) for name in declared))
            settled |= {"content"} if declared.get("present") is False else set()
    changed = told.get("changed")
    return bool(settled) if changed is None else settled.issuperset(_texts(changed))


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value if isinstance(value, tuple) else (value,)))


def declared_paths(wanted: Wanted) -> set[str]:
    """The files that are declared, as whatever kind: none of them is there unknown to anybody."""
    return {path for kind in _PATHS for path in wanted.get(kind, {})} | _tables(wanted)


def _tables(wanted: Wanted) -> set[str]:
    return {path for kind in _FOLDERS for path in paths_of(kind, wanted.get(kind, {}))}


def paths_of(kind: str, names: Iterable[str]) -> set[str]:
    """Where the items of a kind lie that is told by file."""
    folder = _FOLDERS.get(kind, "")
    paths = {name if name.startswith("/") else folder + name for name in names}
    return {"/etc/sudoers" if path == "/etc/sudoers.d/sudoers" else path for path in paths}


def is_away(kind: str, attributes: Attributes) -> bool:
    """Whether all that is declared of an item is that it is away: its absence is as declared."""
    return dict(attributes) in KINDS[Plane.SERVER, kind].away


def _not_asked(kind: str, attributes: Attributes) -> Mapping[str, UnknownReason]:
    """So that a later comparison with this look does not take what nobody read for "has none"."""
    dear = AT_A_PRICE.get(kind)
    return {dear: UnknownReason.NOT_CHECKED} if dear and dear not in attributes else {}
