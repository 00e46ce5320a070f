"""What a look at a host told, as items and sights. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from omlib.model.estate import Server
from omlib.model.item import Actual, Attributes, Scope
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
        actual += _items(server, kind, wanted, reply)
    return Observation(sights=sights, actual=tuple(actual))


def _items(server: Server, kind: str, wanted: Wanted, reply: Reply) -> Iterator[Actual]:
    full = is_full(server.state, kind)
    found = {name: told for name, told in reply.items.items() if full or name in wanted[kind]}
    if kind in _BY_PATH:
        spoken_for = declared_paths(wanted) - wanted[kind].keys()
        found = {name: told for name, told in found.items() if name not in spoken_for}
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


def declared_paths(wanted: Wanted) -> set[str]:
    """The files that are declared, as whatever kind: none of them is there unknown to anybody."""
    paths = {path for kind in _PATHS for path in wanted.get(kind, {})}
    for kind, folder in _FOLDERS.items():
        names = wanted.get(kind, {})
        paths |= {name if name.startswith("/") else folder + name for name in names}
    return paths | ({"/etc/sudoers"} if "sudoers" in wanted.get("sudo", {}) else set())


def is_away(kind: str, attributes: Attributes) -> bool:
    """Whether all that is declared of an item is that it is away: its absence is as declared."""
    return dict(attributes) in KINDS[Plane.SERVER, kind].away


def _not_asked(kind: str, attributes: Attributes) -> Mapping[str, UnknownReason]:
    """So that a later comparison with this look does not take what nobody read for "has none"."""
    dear = AT_A_PRICE.get(kind)
    return {dear: UnknownReason.NOT_CHECKED} if dear and dear not in attributes else {}
