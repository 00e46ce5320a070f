"""Real hosts that only these tests use, and a plane that looks at them."""

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
from omlib.model.item import Source
from omlib.planes.server.plane import ServerPlane

LAB_ID = 4
NAMES = ("srv1", "srv2", "srv3")


@dataclass(frozen=True, slots=True)
class Vault:
    """Knows one secret, `env:IT`."""

    it: str = ""

    def resolve(self, reference: str) -> Secret:
        assert reference == "env:IT"
        return Secret(self.it)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Hosts:
    layout: LabLayout

    def plane(
        self, state: ServerState, *, user: str = "ops", secret: str = "", **site: Any
    ) -> ServerPlane:
        return ServerPlane(self.estate(state, user=user, **site), Vault(secret), Now())

    def estate(self, state: ServerState, *, user: str = "ops", **site: Any) -> Estate:
        told = json.loads((self.layout.run / "lab.json").read_text(encoding="utf-8"))
        source = Source("estate.yml", 1)
        servers = {
            host["name"]: Server(
                id=host["name"],
                systems=(),
                access=Access(site="lab", address=host["address"]),
                os="debian-12",
                state=state,
                source=source,
            )
            for host in told["hosts"]
        }
        facts = {
            "user": user,
            "key": f"file:{told['hosts'][0]['key_file']}",
            "known_hosts": told["hosts"][0]["known_hosts"],
            "connect_s": 3,
            "deadline_s": 10,
        }
        place = Site(id="lab", name="实验室", source=source, **(facts | site))
        return Estate(
            name="实验室",
            timezone="Asia/Shanghai",
            departments={},
            sites={"lab": place},
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

    def run(self, name: str, script: str) -> str:
        done = lifecycle.exec_(self.layout, name, ["sh", "-c", script])
        assert done.code == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session", autouse=True)
def supported() -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")


@pytest.fixture(scope="session")
def hosts(supported: None) -> Iterator[Hosts]:
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    lifecycle.up(layout, LabSpec(servers=tuple(LabServer(n, "dc", 10 + int(n[3:])) for n in NAMES)))
    yield Hosts(layout)
    lifecycle.down(layout)


@pytest.fixture
def changing(hosts: Hosts) -> Iterator[Callable[[str, str, str], None]]:
    """Do something to a host, and undo it when the test is over."""
    undone: list[tuple[str, str]] = []

    def change(name: str, script: str, undo: str) -> None:
        undone.append((name, undo))
        hosts.run(name, script)

    yield change
    for name, undo in reversed(undone):
        hosts.run(name, undo)
