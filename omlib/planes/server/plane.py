"""Servers over SSH as a `Plane`. It reads; changes are made by Ansible."""

import time
from collections.abc import Sequence

from omlib.errors import RefusedError
from omlib.model.action import Action
from omlib.model.estate import Estate, Server
from omlib.model.finding import Finding
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.planes.access.faults import AccessError
from omlib.planes.access.way import way_to
from omlib.planes.server.declared import Wanted, asked, is_full, scope_of
from omlib.planes.server.observed import asked_digest, observed
from omlib.planes.server.probe import Look, look
from omlib.planes.server.reply import Reply
from omlib.ports import Clock, Secrets, Target

GRACE_S = 2.0  # a look that ran to its own deadline still hands over what it has


class ServerPlane:
    name = Plane.SERVER

    def __init__(self, estate: Estate, secrets: Secrets, clock: Clock) -> None:
        self._estate = estate
        self._secrets = secrets
        self._clock = clock
        self._asked = asked(estate)

    def targets(self) -> Sequence[Target]:
        """One per host of which something is declared."""
        return [
            self._target(self._estate.servers[name], kinds)
            for name, kinds in self._asked.items()
            if kinds
        ]

    def _target(self, server: Server, kinds: Wanted) -> Target:
        site = self._estate.sites[server.access.site]
        return Target(
            name=server.id,
            site=site.id,
            scopes=tuple(scope_of(server, kind) for kind in kinds),
            deadline_s=site.deadline_s + GRACE_S,
            asked={
                scope_of(server, kind): asked_digest(kind, items, full=is_full(server.state, kind))
                for kind, items in kinds.items()
            },
        )

    def observe(self, target: Target) -> Observation:
        server = self._estate.servers[target.name]
        site = self._estate.sites[server.access.site]
        wanted = self._asked[server.id]
        at, begun = self._clock.now(), time.monotonic()
        try:
            way = way_to(server.access, site, self._secrets)
        except AccessError as error:
            lost = Reply(reason=error.reason, detail=error.detail)
            told = Look(replies=dict.fromkeys(wanted, lost), as_root=False)
        else:
            full = frozenset(kind for kind in wanted if is_full(server.state, kind))
            told = look(way, wanted, full, server.state.watched, at=at)
        took_s = round(time.monotonic() - begun, 3)
        by = server.access.user or site.user
        return observed(server, wanted, told, by=by, at=at, took_s=took_s)

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:  # noqa: ARG002
        return ()

    def perform(self, action: Action) -> None:
        raise RefusedError(what="servers are only read here", ref=str(action.ref))

    def verify(self, action: Action) -> bool:
        raise RefusedError(what="servers are only read here", ref=str(action.ref))
