"""What stands on a declared host and is not declared, as a role to be reviewed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from omlib.errors import RunFailedError, UsageError
from omlib.inventory.found_role import WATCHED, FoundRole, LeftOut, found_role, to_yaml
from omlib.jobs import wiring
from omlib.jobs.workspace import read_estate
from omlib.jobs.world import ReferencedSecrets
from omlib.model.estate import Server
from omlib.model.kind import COLLECTIONS, KINDS
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason
from omlib.ports import Clock, Progress

STEP = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A kind that was not seen whole, so that the role says nothing of it."""

    collection: str
    reason: UnknownReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSnapshot:
    """*taken* is in the estate's time zone."""

    server: Server
    taken: datetime
    role: FoundRole
    lost: tuple[Lost, ...]

    @property
    def host(self) -> str:
        return self.server.id

    @property
    def address(self) -> str:
        return self.server.access.address

    @property
    def record(self) -> Mapping[str, object]:
        return self.role.record

    @property
    def left_out(self) -> Sequence[LeftOut]:
        return self.role.left_out

    def as_yaml(self, comments: Sequence[str]) -> str:
        return to_yaml(self.role, comments)


def take_snapshot(
    inventory: Path | None,
    host: str,
    *,
    role: str = "",
    collections: Sequence[str] = (),
    clock: Clock,
    progress: Progress,
) -> ServerSnapshot:
    """Look at *host* with everything under full ownership. Changes nothing, records nothing.

    Raises UsageError for a host, collection or role that cannot be, RunFailedError if the host told
    nothing at all.
    """
    estate = read_estate(inventory)
    if host not in estate.servers:
        raise UsageError(what="no_such_host", name=host)
    server, site = estate.servers[host], estate.sites[estate.servers[host].access.site]
    kinds = _kinds(collections)
    role = role or f"{host}-as-found"
    try:
        found_role(role, {}, {})
    except ValidationError:
        raise UsageError(what="bad_role_id", name=role) from None
    began, at = time.monotonic(), clock.now()
    progress.start(STEP)
    seen = wiring.snapshot(server, site, ReferencedSecrets(), kinds=kinds, watched=WATCHED, at=at)
    progress.done(STEP, time.monotonic() - began)
    if not seen.items:
        reason, detail = next(iter(seen.lost.values()))
        raise RunFailedError(what="snapshot", host=host, reason=str(reason), detail=detail)
    return ServerSnapshot(
        server=server,
        taken=at.astimezone(ZoneInfo(estate.timezone)),
        role=found_role(role, seen.items, seen.unseen),
        lost=tuple(
            Lost(collection=KINDS[Plane.SERVER, kind].collection, reason=reason, detail=detail)
            for kind, (reason, detail) in seen.lost.items()
        ),
    )


def _kinds(collections: Sequence[str]) -> tuple[str, ...]:
    known = wiring.kinds_of_a_snapshot()
    names = {KINDS[Plane.SERVER, kind].collection for kind in known}
    for name in collections:
        if name not in names:
            raise UsageError(what="no_such_collection", name=name, known=", ".join(sorted(names)))
    return tuple(COLLECTIONS[name].name for name in collections) or known
