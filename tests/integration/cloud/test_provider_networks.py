"""Networks, subnets, routers, groups and keys on a real OpenStack, by the account for changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from omlib.lab.cloud import connect, create_project
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.provider.api import Clouds, ProjectApi
from omlib.planes.cloud.provider.compare import compare
from omlib.planes.cloud.provider.inputs import checked, shape
from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.provider.kinds.spelling import as_declared
from omlib.planes.cloud.provider.marks import carries
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import token_of, urn_of

pytestmark = pytest.mark.lab
PLACE = Place("gov-cloud", "RegionOne", "nets")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvkmCtyqp0tR0zmfqFhVmVnZvw5v9S8o1mJ1GxEXAMP me"
RULES = (
    "ingress tcp 443 198.18.0.0/24",
    "ingress tcp 1-65535 group:web",
    "ingress icmp 8 10.0.0.0/8",
    "ingress icmp any ::/0",
    "ingress 112 any 10.0.0.0/8",
    "egress udp 53 any",
)


@dataclass
class Thing:
    """One resource, made as it is declared."""

    api: ProjectApi
    kind: str
    name: str
    inputs: dict[str, Any]
    id: str = ""

    def make(self) -> "Thing":
        made: list[str] = []
        mark = Mark(urn_of("nets", self.kind, self.name), self.name)
        self.id = self._kind.create(self.api, self._checked(), mark, made.append)
        assert made == [self.id]
        assert self.differs() == {}
        return self

    def differs(self) -> dict[str, str]:
        """What a run with fresh listings says, in the words of a diff."""
        self.api.seen.forget_all()
        live = self._kind.live(self.api, self.id)
        assert live is not None
        assert live == self._kind.get(self.api, self.id)
        live = as_declared(self._kind.properties, live, self._checked())
        seen = {**PLACE.named, **shape(self._kind, live.attributes)}
        told = compare(self._kind.properties, old=seen, new=self._checked())
        return {name: str(change) for name, change in told.changes.items()}

    def update(self, **inputs: Any) -> None:
        self.inputs |= inputs
        live = self._kind.get(self.api, self.id)
        assert live is not None
        live = as_declared(self._kind.properties, live, self._checked())
        self._kind.update(self.api, live, self._checked())
        assert self.differs() == {}

    def remove(self) -> None:
        self._kind.delete(self.api, self.id)
        self.api.seen.forget_all()
        assert self._kind.live(self.api, self.id) is None
        assert self._kind.get(self.api, self.id) is None

    @property
    def _kind(self) -> Any:
        return KINDS[token_of(self.kind)]

    def _checked(self) -> dict[str, Any]:
        inputs, wrong = checked(self._kind, {**PLACE.named, **self.inputs})
        assert not wrong
        return inputs


Made = Callable[..., Thing]


@pytest.fixture(scope="module")
def api(cloud_lab: LabLayout) -> ProjectApi:
    create_project(cloud_lab, PLACE.project)
    clouds = Clouds({PLACE.cloud: "lab-change"}, cloud_lab.run / "clouds.yaml")
    return clouds.api(PLACE)


@pytest.fixture(scope="module")
def person(cloud_lab: LabLayout) -> Any:
    """Somebody who changes things behind everyone's back."""
    return connect(cloud_lab, project=PLACE.project)


@pytest.fixture
def made(api: ProjectApi) -> Made:
    def make(kind: str, name: str, /, **inputs: Any) -> Thing:
        return Thing(api, kind, name, inputs).make()

    return make


def test_a_network_with_its_subnet_and_router(made: Made, person: Any) -> None:
    network = made("network", "dmz", name="业务")
    subnet = made(
        "subnet",
        "dmz-4",
        name="业务-4",
        network="业务",
        cidr="10.9.0.0/24",
        gateway="10.9.0.1",
        dhcp=False,
        pools=["10.9.0.100-10.9.0.200"],
    )
    router = made("router", "out", name="出口", external_network="", networks=[network.id])

    person.network.update_network(network.id, name="renamed")
    assert network.differs() == {"name": "update"}
    network.update()
    person.network.update_subnet(
        subnet.id, enable_dhcp=True, allocation_pools=[{"start": "10.9.0.50", "end": "10.9.0.60"}]
    )
    assert subnet.differs() == {"dhcp": "update", "pools": "update"}
    subnet.update(pools=["10.9.0.10-10.9.0.20", "10.9.0.30-10.9.0.40"])
    person.network.remove_interface_from_router(router.id, subnet_id=subnet.id)
    assert router.differs() == {"networks": "update"}
    router.update(networks=["业务"], name="出口-2")

    ports = list(person.network.ports(device_id=router.id))
    assert [port.network_id for port in ports] == [network.id]
    for thing in (router, subnet, network):
        thing.remove()


def test_a_router_to_the_network_outside(made: Made, person: Any) -> None:
    (outside,) = person.network.networks(**{"router:external": True})
    router = made("router", "out", name="out", external_network=outside.name, networks=[])
    person.network.update_router(router.id, external_gateway_info={})
    assert router.differs() == {"external_network": "update"}
    router.update()
    router.update(external_network=outside.id)
    router.update(external_network="")
    router.remove()


def test_a_group_is_brought_to_its_rules_rule_by_rule(made: Made, person: Any) -> None:
    group = made("security_group", "web", name="web", rules=RULES, description="门户")
    told = person.network.get_security_group(group.id)
    assert carries({"description": told.description}, urn_of("nets", "security_group", "web"))
    kept = {rule["id"] for rule in told.security_group_rules}

    person.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", protocol="tcp", port_range_min=22,
        port_range_max=22,
    )  # fmt: skip
    assert group.differs() == {"rules": "update"}
    group.update()
    person.network.delete_security_group_rule(sorted(kept)[0])
    person.network.update_security_group(group.id, description="shadow")
    assert group.differs() == {"rules": "update", "description": "update"}
    group.update(description="新门户")
    group.update(name="portal", rules=(*RULES[2:], "ingress tcp any group:portal"))
    group.update(rules=())
    now = {rule["id"] for rule in person.network.get_security_group(group.id).security_group_rules}
    assert not now & kept
    assert len(now) == 2  # egress as neutron gives it to a new group
    group.remove()


def test_groups_that_name_each_other(made: Made) -> None:
    web = made("security_group", "web", name="web-tier", rules=())
    db = made("security_group", "db", name="库", rules=("ingress tcp 5432 group:web-tier",))
    web.update(rules=("egress tcp 5432 group:库", "egress tcp 5432 group:库 ipv6"))
    web.update(rules=())
    db.update(rules=())
    db.remove()
    web.remove()


def test_a_key_pair_and_a_server_group(made: Made) -> None:
    pair = made("key_pair", "ops", name="ops", public_key=f" {KEY}\n")
    apart = made("server_group", "apart", name="apart", policy="soft-anti-affinity")
    pair.remove()
    apart.remove()
