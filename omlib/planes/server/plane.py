"""Servers over SSH as a `Plane`. The probe looks; Ansible changes."""

import os
import time
from collections.abc import Mapping, Sequence

from omlib.model.action import Action, Declined
from omlib.model.estate import Access, Estate, Server, Site
from omlib.model.finding import Finding
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.planes.access.faults import AccessError
from omlib.planes.access.way import way_to
from omlib.planes.server.declared import Wanted, asked, is_full, scope_of
from omlib.planes.server.observed import asked_digest, observed
from omlib.planes.server.posture import POSTURE, posture_wanted
from omlib.planes.server.probe import Look, look
from omlib.planes.server.reply import Reply
from omlib.planes.server.runs.own_way import OwnWay
from omlib.planes.server.runs.perform import UNCHANGED, NotMendedError, Run, perform
from omlib.planes.server.runs.places import own_way, path_in
from omlib.planes.server.runs.propose import propose
from omlib.planes.server.runs.runner import run
from omlib.planes.server.runs.verify import holds
from omlib.ports import Clock, Secrets, Target

GRACE_S = 2.0  # a look that ran to its own deadline still hands over what it has


class ServerPlane:
    name = Plane.SERVER

    def __init__(
        self,
        estate: Estate,
        secrets: Secrets,
        clock: Clock,
        *,
        env: Mapping[str, str] = os.environ,
        runs: Run = run,
        posture: bool = False,
    ) -> None:
        """*env* is where `env:` references to files lead; *runs* carries a playbook out.

        With *posture* hosts are asked for the facts that checks of the protection scheme need.
        """
        self._estate = estate
        self._ways: dict[str, OwnWay] = {}  # by host, as it was gone at the last look
        self._secrets = secrets
        self._clock = clock
        self._asked: dict[str, Wanted] = dict(asked(estate))
        for name, areas in posture_wanted(estate).items() if posture else ():
            self._asked[name] = {**self._asked[name], POSTURE: areas}
        self._path_of = path_in(env)
        self._runs = runs
        self._pythons: dict[str, tuple[int, ...]] = {}  # as the last look at each host told

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
        self._ways[server.id] = own_way(server.access, site, self._path_of)
        try:
            way = way_to(server.access, site, self._secrets)
        except AccessError as error:
            lost = Reply(reason=error.reason, detail=error.detail)
            told = Look(replies=dict.fromkeys(wanted, lost), as_root=False)
        else:
            full = frozenset(kind for kind in wanted if is_full(server.state, kind))
            told = look(way, wanted, full, server.state.watched, at=at)
        if told.python is not None:
            self._pythons[server.id] = told.python
        took_s = round(time.monotonic() - begun, 3)
        by = server.access.user or site.user
        return observed(server, wanted, told, by=by, at=at, took_s=took_s)

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:
        return [told for told in self._told(findings) if isinstance(told, Action)]

    def decline(self, findings: Sequence[Finding]) -> Sequence[Declined]:
        return [told for told in self._told(findings) if isinstance(told, Declined)]

    def _told(self, findings: Sequence[Finding]) -> Sequence[Action | Declined]:
        servers, sites = self._estate.servers, self._estate.sites
        ways = {
            name: self._ways.get(name) or login_of(servers[name].access, sites)
            for name in {finding.scope.where for finding in findings} & servers.keys()
        }
        return list(propose(findings, servers, self._asked, self._pythons, ways))

    def perform(self, action: Action) -> None:
        server = self._estate.servers[action.scope.where]
        try:
            perform(
                action,
                server,
                self._estate.sites[server.access.site],
                path_of=self._path_of,
                secrets=self._secrets,
                runs=self._runs,
            )
        except NotMendedError as fault:
            # an earlier step may have done it: a file that restarts the service which stood still
            if fault.facts["how"] != UNCHANGED or not self.verify(action):
                raise

    def verify(self, action: Action) -> bool:
        server = self._estate.servers[action.scope.where]
        site = self._estate.sites[server.access.site]
        return holds(action, way_to(server.access, site, self._secrets))


def login_of(access: Access, sites: Mapping[str, Site]) -> OwnWay:
    """What the inventory alone says of the way into a host: any of its keys may be the one."""
    return OwnWay(login=access.user or sites[access.site].user, key="")
