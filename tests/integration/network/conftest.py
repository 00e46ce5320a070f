"""Real routers that only these tests use, and a plane that looks at them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Router
from omlib.log import Secret
from omlib.model.estate import Access, Device, Estate, Site
from omlib.model.item import Declared, Source
from omlib.planes.network.declared import declare
from omlib.planes.network.intended import environment, intended
from omlib.planes.network.plane import NetworkPlane

LAB_ID = 9
ROUTER = "rtr1"
TEMPLATES = Path(__file__).parents[3] / "templates" / "network"
VARS: Mapping[str, object] = {
    "routes": [
        {"to": "198.18.152.0/22", "via": "Null0"},
        {"to": "198.18.148.0/24", "via": "blackhole", "distance": 20},
    ],
    "prefix_lists": {
        "GOV": [
            {"seq": 10, "action": "permit", "prefix": "198.18.144.0/20", "le": 24},
            {"seq": 5, "action": "deny", "prefix": "198.18.152.0/22"},
        ]
    },
    "access_lists": {"MGMT": [{"seq": 5, "action": "permit", "prefix": "198.18.144.0/24"}]},
    "interfaces": {"eth0": {"description": "政务外网 上联核心"}},
    "bgp": {
        "asn": 65001,
        "policy_required": False,
        "neighbors": {"198.18.144.253": {"asn": 65002, "description": "政务云", "in": "RM"}},
        "networks": ["198.18.144.0/24"],
    },
    "route_maps": {
        "RM": [{"seq": 10, "action": "permit", "match": ["ip address prefix-list GOV"]}]
    },
}


class NoSecrets:
    def resolve(self, reference: str) -> Secret:
        raise AssertionError(reference)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Gear:
    """One FRR router. *estate* says with which ownership it is declared."""

    layout: LabLayout

    def estate(self, ownership: str = "full") -> Estate:
        told = json.loads((self.layout.run / "lab.json").read_text(encoding="utf-8"))
        [host] = told["hosts"]
        source = Source("network.yml", 1)
        site = Site(
            id="lab",
            name="实验室",
            user=host["user"],
            key=f"file:{host['key_file']}",
            known_hosts=host["known_hosts"],
            connect_s=5,
            deadline_s=20,
            source=source,
        )
        device = Device(
            id=ROUTER,
            platform="frr",
            access=Access(site="lab", address=host["address"]),
            template="router.j2",
            vars=VARS,
            ownership=ownership,
            source=source,
        )
        return Estate(
            name="实验室",
            timezone="Asia/Shanghai",
            departments={},
            sites={"lab": site},
            clouds={},
            systems={},
            vms={},
            security_groups={},
            servers={},
            devices={ROUTER: device},
            rooms={},
            circuits={},
            contracts=(),
            windows={},
            tombstones={},
            waivers=(),
        )

    def declared(self, estate: Estate) -> tuple[Declared, ...]:
        return tuple(declare(estate, TEMPLATES))

    def plane(self, estate: Estate) -> NetworkPlane:
        return NetworkPlane(estate, self.declared(estate), NoSecrets(), Now())

    def load_intended(self) -> None:
        text = intended(self.estate().devices[ROUTER], environment(TEMPLATES))
        self.run("cat > /tmp/intended.cfg && vtysh -f /tmp/intended.cfg", stdin=text)

    def run(self, script: str, stdin: str = "") -> str:
        done = lifecycle.exec_(self.layout, ROUTER, ["sh", "-c", script], stdin=stdin)
        assert done.code == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session", autouse=True)
def supported() -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")


@pytest.fixture(scope="session")
def standing(supported: None) -> Iterator[Gear]:
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    lifecycle.up(layout, LabSpec(routers=(Router(ROUTER, {"dc": 254, "gov": 254}),)))
    yield Gear(layout)
    lifecycle.down(layout)


@pytest.fixture
def gear(standing: Gear) -> Gear:
    """The router, freshly started: FRR keeps what is loaded only while it runs."""
    standing.run("systemctl reset-failed frr; systemctl restart frr")
    standing.load_intended()
    return standing
