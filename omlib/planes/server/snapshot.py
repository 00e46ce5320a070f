"""Everything of a host that could be declared and is not, for somebody to declare it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from omlib.model.estate import Server, Site
from omlib.model.item import Attributes
from omlib.model.kind import SERVER_KINDS
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import AccessError
from omlib.planes.access.way import way_to
from omlib.planes.server.declared import Wanted, wanted
from omlib.planes.server.observed import undeclared
from omlib.planes.server.probe import Look, look
from omlib.planes.server.reply import Reply
from omlib.ports import Secrets

# found nowhere: they must be named to be seen (certificates), or are no part of a state (posture)
_NEVER_FOUND = frozenset({"certificate", "posture"})
_BY_NAME: Wanted = {"time_sync": {"clock": {}}}  # whose only item has always the same name
KINDS = tuple(kind.name for kind in SERVER_KINDS if kind.name not in _NEVER_FOUND)
DEADLINE_S = 180  # at least: this look reads every file of every package


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """*items* by kind and name. *lost* are kinds that could not be seen whole, and why.

    *unseen*: what of single items could not be read.
    """

    items: Mapping[str, Mapping[str, Attributes]] = field(default_factory=dict)
    unseen: Mapping[str, Mapping[str, Mapping[str, UnknownReason]]] = field(default_factory=dict)
    lost: Mapping[str, tuple[UnknownReason, str]] = field(default_factory=dict)


def snapshot(
    server: Server,
    site: Site,
    secrets: Secrets,
    *,
    kinds: Collection[str],
    watched: tuple[str, ...],
    at: datetime,
) -> Snapshot:
    """What is on *server* of *kinds*, and files below *watched*, beside what its state declares."""
    declared = wanted(server.state)
    asked = {
        kind: {**declared.get(kind, {}), **_BY_NAME.get(kind, {})}
        for kind in KINDS
        if kind in kinds
    }
    try:
        way = way_to(server.access, site, secrets)
    except AccessError as error:
        return Snapshot(lost=dict.fromkeys(asked, (error.reason, error.detail)))
    way = replace(way, deadline_s=max(way.deadline_s, DEADLINE_S))
    full = frozenset(asked) - _BY_NAME.keys()
    told = look(way, asked, full, (*server.state.watched, *watched), modes=True, at=at)
    replies = dict(told.replies)
    if "file" in asked and (paths := list(_worth_a_digest(replies, declared))):
        several = {"file": {path: {"sha256": ""} for path in paths}}
        replies["file"] = _with(replies["file"], look(way, several, frozenset(), at=at))
    return Snapshot(
        items={
            kind: undeclared(kind, reply.items, declared)
            for kind, reply in replies.items()
            if reply.reason is None
        },
        unseen={kind: reply.unseen for kind, reply in replies.items()},
        lost={
            kind: (reply.reason, reply.detail)
            for kind, reply in replies.items()
            if reply.reason is not None
        },
    )


def _worth_a_digest(replies: Mapping[str, Reply], declared: Wanted) -> Iterator[str]:
    """Files of packages with another content: which content that is, nothing else says.

    Those below watched directories are among the files already, with theirs.
    """
    reply = replies.get("package_file", Reply(reason=None))
    for path, told in undeclared("package_file", reply.items, declared).items():
        changed = told.get("changed")
        content = isinstance(changed, tuple) and "content" in changed
        if content and "sha256" not in replies["file"].items.get(path, {}):
            yield path


def _with(reply: Reply, more: Look) -> Reply:
    told = more.replies["file"]
    if told.reason is not None:
        return replace(reply, reason=reply.reason or told.reason, detail=told.detail)
    return replace(
        reply, items={**reply.items, **told.items}, unseen={**reply.unseen, **told.unseen}
    )
