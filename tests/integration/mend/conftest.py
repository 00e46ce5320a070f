"""A real host that only these tests use, and a plane that looks at it and mends it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec
from omlib.lab.spec import Server as LabServer
from omlib.log import Secret
from omlib.model.estate import Access, Estate, Server, ServerState, Site
from omlib.model.finding import Finding
from omlib.model.item import Source
from omlib.model.observation import merge
from omlib.planes.server.declared import declare
from omlib.planes.server.plane import ServerPlane
from omlib.reconcile.compare import reconcile

LAB_ID = 25
HOST = "srv1"
_HERE = Source("estate.yml", 1)


class NoSecrets:
    def resolve(self, reference: str) -> Secret:
        raise AssertionError(reference)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Host:
    layout: LabLayout

    def estate(self, state: ServerState, *, python: str = "", **site: Any) -> Estate:
        told = json.loads((self.layout.run / "lab.json").read_text(encoding="utf-8"))
        (host,) = told["hosts"]
        facts: dict[str, Any] = {
            "user": "ops",
            "key": f"file:{host['key_file']}",
            "known_hosts": f"file:{host['known_hosts']}",
            "connect_s": 5,
            "deadline_s": 30,
        }
        server = Server(
            id=HOST,
            systems=(),
            access=Access(site="lab", address=host["address"], python=python),
            os="debian-12",
            state=state,
            source=_HERE,
        )
        return Estate(
            name="实验室",
            timezone="Asia/Shanghai",
            departments={},
            sites={"lab": Site(id="lab", name="实验室", source=_HERE, **(facts | site))},
            clouds={},
            systems={},
            vms={},
            security_groups={},
            servers={HOST: server},
            devices={},
            rooms={},
            circuits={},
            contracts=(),
            windows={},
            tombstones={},
            waivers=(),
        )

    def plane(self, state: ServerState, **more: Any) -> ServerPlane:
        return ServerPlane(self.estate(state, **more), NoSecrets(), Now())

    def findings(self, state: ServerState, plane: ServerPlane) -> list[Finding]:
        seen = merge(*(plane.observe(target) for target in plane.targets()))
        return reconcile(list(declare(self.estate(state))), seen, today=datetime.now(UTC).date())

    def run(self, script: str) -> str:
        done = lifecycle.exec_(self.layout, HOST, ["sh", "-c", script])
        assert done.code == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    lifecycle.up(layout, LabSpec(servers=(LabServer(HOST, "dc", 11),)))
    yield Host(layout)
    lifecycle.down(layout)


@pytest.fixture
def undo(host: Host) -> Iterator[Callable[[str], None]]:
    """Run a script on the host when the test is over."""
    scripts: list[str] = []
    yield scripts.append
    for script in reversed(scripts):
        host.run(script)
