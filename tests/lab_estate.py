"""Hosts of a lab as a declared estate, and one look at a host of it: for tests on real hosts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from omlib.lab.layout import LabLayout
from omlib.log import Secret
from omlib.model.estate import Access, Estate, Server, ServerState, Site
from omlib.model.finding import Finding
from omlib.model.item import Actual, Source
from omlib.model.observation import Observation
from omlib.model.status import Status, UnknownReason
from omlib.planes.server.declared import declare
from omlib.planes.server.plane import ServerPlane
from omlib.reconcile.compare import reconcile

NOWHERE = Source("estate.yml", 1)


class NoSecrets:
    def resolve(self, reference: str) -> Secret:
        raise AssertionError(reference)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    observation: Observation
    findings: list[Finding]

    def items(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: dict(item.attributes) for name, item in self.actual(kind).items()}

    def actual(self, kind: str) -> dict[str, Actual]:
        return {item.ref.part: item for item in self.observation.actual if item.ref.kind == kind}

    def reason(self, kind: str) -> UnknownReason | None:
        told = {scope.kind: sight.reason for scope, sight in self.observation.sights.items()}
        return told[kind]

    def verdicts(self, kind: str) -> dict[str, Status]:
        return {one.ref.part: one.status for one in self.findings if one.ref.kind == kind}


def estate_of(
    layout: LabLayout, states: Mapping[str, ServerState], *, deadline_s: int = 20
) -> Estate:
    """An estate of those hosts of a lab that stands, entered as its operator."""
    told = json.loads((layout.run / "lab.json").read_text(encoding="utf-8"))
    hosts = {host["name"]: host for host in told["hosts"] if host["name"] in states}
    some = next(iter(hosts.values()))
    site = Site(
        id="lab",
        name="实验室",
        user="ops",
        key=f"file:{some['key_file']}",
        known_hosts=some["known_hosts"],
        connect_s=10,
        deadline_s=deadline_s,
        source=NOWHERE,
    )
    servers = {
        name: Server(
            id=name,
            systems=(),
            access=Access(site="lab", address=hosts[name]["address"]),
            os="debian-12",
            state=state,
            source=NOWHERE,
        )
        for name, state in states.items()
    }
    return Estate(
        name="实验室",
        timezone="Asia/Shanghai",
        departments={},
        sites={"lab": site},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        servers=servers,
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


def look_at(estate: Estate) -> Seen:
    """What the probe brings back of the estate's one host, and the verdicts on it."""
    plane = ServerPlane(estate, NoSecrets(), Now())
    observation = plane.observe(plane.targets()[0])
    today = datetime.now(UTC).date()
    return Seen(observation, reconcile(list(declare(estate)), observation, today=today))
