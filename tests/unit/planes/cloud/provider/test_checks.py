"""What Check makes of the inputs of a program."""

from typing import TYPE_CHECKING, Any

import pytest

from omlib.planes.cloud.provider.values import UNKNOWN

if TYPE_CHECKING:
    from tests.unit.planes.cloud.provider.conftest import Wire

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me"


def test_check_touches_no_cloud(wire: "Wire") -> None:
    wire.check("network", "dmz", name="dmz")
    wire.diff("network", {**wire.place, "name": "a"}, {**wire.place, "name": "b"})
    assert wire.cloud.counts() == {}


def test_rules_come_out_in_one_spelling_with_what_neutron_adds(wire: "Wire") -> None:
    rules = ["INGRESS TCP 443-443 198.18.0.7/24", "ingress 1 8 any"]
    assert wire.check("security_group", "web", name="web", rules=rules).inputs["rules"] == (
        "egress any any 0.0.0.0/0",
        "egress any any ::/0",
        "ingress icmp 8 0.0.0.0/0",
        "ingress tcp 443 198.18.0.0/24",
    )


def test_a_checked_input_is_checked_to_itself(wire: "Wire") -> None:
    rules = ["egress tcp 443 any", "ingress tcp 22 group:jump ipv6"]
    once = wire.check("security_group", "web", name="web", rules=rules).inputs
    again = {name: value for name, value in once.items() if name not in wire.place}
    assert wire.check("security_group", "web", **again).inputs == once


def test_whole_numbers_stay_whole_and_the_unknown_stays_unknown(wire: "Wire") -> None:
    told = wire.check("server", "s", name="s", vcpu=2, ram_mib=1024, ports=["p", UNKNOWN])
    assert not told.failures
    assert (told.inputs["vcpu"], type(told.inputs["vcpu"])) == (2, int)
    assert set(told.inputs["ports"]) == {"p", UNKNOWN}


@pytest.mark.parametrize(
    ("kind", "inputs", "failing"),
    [
        ("network", {}, "name"),
        ("network", {"name": ""}, "name"),
        ("network", {"name": 7}, "name"),
        ("network", {"name": "dmz", "colour": "red"}, "colour"),
        ("network", {"name": "dmz", "status": "ACTIVE"}, "status"),
        ("key_pair", {"name": "k", "public_key": "-----BEGIN PRIVATE KEY-----"}, "public_key"),
        ("key_pair", {"name": "k", "public_key": "ssh-ed25519"}, "public_key"),
        ("server_group", {"name": "g", "policy": "together"}, "policy"),
        ("subnet", {"name": "s", "network": "n", "cidr": "10.9.0.0/40"}, "cidr"),
        ("subnet", {"name": "s", "network": "n", "cidr": "10.9.0.0/24", "gateway": "10.8.0.1"},
         "gateway"),
        ("subnet", {"name": "s", "network": "n", "cidr": "10.9.0.0/24", "pools": ["10.9.0.9"]},
         "pools"),
        ("subnet", {"name": "s", "network": "n", "cidr": "10.9.0.0/24", "dhcp": "yes"}, "dhcp"),
        ("security_group", {"name": "g", "rules": ["ingress tcp 443"]}, "rules"),
        ("security_group", {"name": "g", "rules": ["ingress tcp 70000 any"]}, "rules"),
        ("security_group", {"name": "g", "rules": ["ingress tcp 90-80 any"]}, "rules"),
        ("security_group", {"name": "g", "rules": ["ingress any 80 any"]}, "rules"),
        ("security_group", {"name": "g", "rules": ["inwards tcp 80 any"]}, "rules"),
        ("security_group", {"name": "g", "rules": ["ingress tcp 80 nowhere"]}, "rules"),
        ("security_group", {"name": "g", "rules": [], "description": "x omlib_id=y"},
         "description"),
        ("router", {"name": "r", "networks": "dmz"}, "networks"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_property(
    wire: "Wire", kind: str, inputs: dict[str, Any], failing: str
) -> None:
    assert list(wire.check(kind, "x", **inputs).failures) == [failing]


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("key_pair", {"name": "k", "public_key": UNKNOWN}),
        ("server_group", {"name": "g", "policy": UNKNOWN}),
        ("subnet", {"name": "s", "network": UNKNOWN, "cidr": UNKNOWN, "gateway": UNKNOWN}),
        ("security_group", {"name": "g", "rules": [UNKNOWN], "description": UNKNOWN}),
        ("security_group", {"name": UNKNOWN, "rules": UNKNOWN}),
        ("router", {"name": "r", "networks": [UNKNOWN], "external_network": UNKNOWN}),
    ],
)
def test_what_is_not_known_yet_is_left_alone(
    wire: "Wire", kind: str, inputs: dict[str, Any]
) -> None:
    assert wire.check(kind, "x", **inputs).failures == {}
