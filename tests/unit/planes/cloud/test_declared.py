"""What the inventory wants of a cloud, as items."""

from dataclasses import replace
from datetime import date

import pytest

from omlib.model.estate import (
    Cloud,
    CloudNetwork,
    Estate,
    Interface,
    KeyPair,
    Project,
    Router,
    SecurityGroup,
    ServerGroup,
    System,
    Vm,
    Volume,
)
from omlib.model.item import Declared, Key, Source
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.planes.cloud.declared import declare
from omlib.planes.cloud.rules import declared_rules, live_rule

SOURCE = Source("vms.yml", 3)
CLOUD = Cloud(
    id="gov-cloud",
    name="政务云",
    site="gov",
    profile="wuxi",
    region="RegionOne",
    projects=(Project(id="hrss", department="hrss-bureau", system="hrss"),),
    source=SOURCE,
)
HRSS = System(
    id="hrss",
    name="社保一体化平台",
    department="hrss-bureau",
    owner_business="王",
    owner_technical="李",
    function=(),
    zone="gov",
    mlps_level=3,
    lifecycle=Lifecycle(
        stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2020, 1, 1)
    ),
    source=SOURCE,
)
WEB = SecurityGroup(
    id="hrss-web",
    name="web",
    cloud="gov-cloud",
    project="hrss",
    rules=("ingress tcp 443 198.18.0.7/24",),
    source=SOURCE,
)
BARE = Vm(
    id="hrss-app-01",
    name="hrss-app-01",
    cloud="gov-cloud",
    project="hrss",
    systems=("hrss",),
    vcpu=4,
    ram_mib=8192,
    source=SOURCE,
)


def estate(vm: Vm) -> Estate:
    return Estate(
        name="无锡",
        timezone="Asia/Shanghai",
        departments={},
        sites={},
        clouds={CLOUD.id: CLOUD},
        systems={HRSS.id: HRSS},
        vms={vm.id: vm},
        security_groups={WEB.id: WEB},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


def items(vm: Vm) -> dict[str, Declared]:
    return {str(item.ref): item for item in declare(estate(vm))}


def test_only_what_the_estate_says_is_wanted() -> None:
    declared = items(BARE)
    assert set(declared) == {"cloud/server/hrss-app-01", "cloud/security_group/hrss-web"}
    server = declared["cloud/server/hrss-app-01"]
    assert server.attributes == {
        "name": "hrss-app-01",
        "vcpu": 4,
        "ram_mib": 8192,
        "power": "on",
        "project": "hrss",
    }
    assert str(server.scope) == "cloud/server@gov-cloud:RegionOne:hrss"
    assert server.keys == (Key("mark", "hrss-app-01"),)
    assert (server.systems, server.department) == (("hrss",), "hrss-bureau")


def test_a_server_brings_its_volumes_and_its_floating_ip() -> None:
    vm = replace(
        BARE,
        image="lab-linux",
        interfaces=(Interface(network="gov-net", address="10.0.0.7"),),
        security_groups=("hrss-web", "default"),
        volumes=(Volume(id="hrss-data", size_gib=40, bound_id="v1"),),
        floating_ip="172.31.0.9",
        bound_id="s1",
    )
    declared = items(vm)
    server = declared["cloud/server/hrss-app-01"]
    assert server.keys == (Key("id", "s1"), Key("mark", "hrss-app-01"))
    assert server.attributes["security_groups"] == ("default", "web")  # names, as nova tells them
    assert server.attributes["addresses"] == ("10.0.0.7",)
    volume = declared["cloud/volume/hrss-data"]
    assert volume.keys == (Key("id", "v1"), Key("mark", "hrss-data"))
    assert volume.attributes["attached_to"] == ("hrss-app-01",)
    floating = declared["cloud/floating_ip/hrss-app-01"]
    assert floating.attributes == {
        "address": "172.31.0.9",
        "target": "10.0.0.7",
        "project": "hrss",
    }


def test_the_target_of_a_floating_ip_is_open_where_a_server_has_two_interfaces() -> None:
    two = tuple(Interface(network="gov-net", address=f"10.0.0.{last}") for last in (7, 8))
    declared = items(replace(BARE, interfaces=two, floating_ip="172.31.0.9"))
    assert "target" not in declared["cloud/floating_ip/hrss-app-01"].attributes


def test_a_group_without_egress_wants_what_neutron_gives_it() -> None:
    assert items(BARE)["cloud/security_group/hrss-web"].attributes["rules"] == (
        "egress any any 0.0.0.0/0",
        "egress any any ::/0",
        "ingress tcp 443 198.18.0.0/24",
    )


def test_a_group_that_names_egress_wants_just_that() -> None:
    assert declared_rules(["egress tcp 443 10.0.0.0/8"]) == ("egress tcp 443 10.0.0.0/8",)


@pytest.mark.parametrize(
    ("live", "text"),
    [
        (
            {"protocol": "tcp", "port_range_min": 443, "port_range_max": 443},
            "ingress tcp 443 0.0.0.0/0",
        ),
        (
            {"protocol": "6", "port_range_min": 8000, "port_range_max": 8100},
            "ingress tcp 8000-8100 0.0.0.0/0",
        ),
        ({"remote_ip_prefix": "198.18.0.0/24"}, "ingress any any 198.18.0.0/24"),
        ({"ethertype": "IPv6"}, "ingress any any ::/0"),
        ({"remote_group_id": "g1"}, "ingress any any group:web"),
        ({"remote_group_id": "g1", "ethertype": "IPv6"}, "ingress any any group:web ipv6"),
        ({"remote_group_id": "g2"}, "ingress any any group:g2"),
        ({"remote_address_group_id": "a1"}, "ingress any any addresses:a1"),
        ({"protocol": "icmp"}, "ingress icmp any 0.0.0.0/0"),
        (
            {"protocol": "icmp", "port_range_min": 8, "port_range_max": 0},
            "ingress icmp 8/0 0.0.0.0/0",
        ),
        ({"protocol": "icmpv6", "ethertype": "IPv6"}, "ingress ipv6-icmp any ::/0"),
    ],
)
def test_a_live_rule_and_the_declared_text_are_one_spelling(
    live: dict[str, object], text: str
) -> None:
    rule = {"direction": "ingress", "ethertype": "IPv4", "protocol": None, **live}
    assert live_rule(rule, {"g1": "web"}) == text
    assert text in declared_rules([text])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ingress TCP 443-443 198.18.0.7/24", "ingress tcp 443 198.18.0.0/24"),
        ("ingress 6 22 any", "ingress tcp 22 0.0.0.0/0"),
        ("ingress icmpv6 any 2001:DB8::/32", "ingress ipv6-icmp any 2001:db8::/32"),
        ("ingress  tcp", "ingress tcp"),
    ],
)
def test_spellings_that_mean_the_same_are_the_same(written: str, meant: str) -> None:
    assert meant in declared_rules([written])


def test_what_a_cloud_holds_is_declared_by_its_own_names() -> None:
    cloud = replace(
        CLOUD,
        networks=(
            CloudNetwork(id="gov-net", cidr="198.18.4.0/22"),  # only referred to
            CloudNetwork(id="pay", name="pay-net", cidr="10.0.0.0/24", project="hrss", dhcp=False),
        ),
        routers=(
            Router(
                id="gw", name="gw", project="hrss", external="ext-net", networks=("pay", "gov-net")
            ),
        ),
        key_pairs=(
            KeyPair(id="ops", name="ops-2026", project="hrss", public_key="ssh-ed25519 AAAA me"),
        ),
        server_groups=(
            ServerGroup(id="apart", name="pay-apart", project="hrss", policy="anti-affinity"),
        ),
    )
    vm = replace(
        BARE,
        flavor="m1.large",
        key_pair="ops",
        server_group="apart",
        metadata={"tier": "web", "部门": "人社"},
    )
    told = replace(estate(vm), clouds={cloud.id: cloud})
    declared = {str(item.ref): item for item in declare(told)}
    server = declared["cloud/server/hrss-app-01"].attributes
    assert (server["flavor"], server["key_pair"]) == ("m1.large", "ops-2026")
    assert (server["server_group"], server["metadata"]) == ("pay-apart", ("tier=web", "部门=人社"))
    assert "cloud/network/gov-net" not in declared
    assert declared["cloud/network/pay"].attributes == {
        "name": "pay-net",
        "cidrs": ("10.0.0.0/24",),
        "dhcp": False,
        "project": "hrss",
    }
    assert declared["cloud/router/gw"].attributes["networks"] == ("gov-net", "pay-net")
    assert declared["cloud/key_pair/ops"].attributes["public_key"] == "ssh-ed25519 AAAA"
    group = declared["cloud/server_group/apart"]
    assert group.attributes["policy"] == "anti-affinity"
    assert (group.systems, group.department) == (("hrss",), "hrss-bureau")


def test_metadata_that_is_declared_to_be_empty_is_compared() -> None:
    assert (
        items(replace(BARE, metadata={}))["cloud/server/hrss-app-01"].attributes["metadata"] == ()
    )
    assert "metadata" not in items(BARE)["cloud/server/hrss-app-01"].attributes


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ingress tcp 1-65535 10.0.0.0/8", "ingress tcp any 10.0.0.0/8"),
        ("ingress icmp any ::/0", "ingress ipv6-icmp any ::/0"),
        ("ingress icmp 8 group:web ipv6", "ingress ipv6-icmp 8 group:web ipv6"),
        ("ingress icmp 8 group:web", "ingress icmp 8 group:web"),
        ("ingress icmp any addresses:6f1c", "ingress icmp any addresses:6f1c"),
    ],
)
def test_a_rule_is_spelled_as_neutron_keeps_it(written: str, kept: str) -> None:
    assert kept in declared_rules([written])
