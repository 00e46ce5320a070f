"""Networks, routers, ports that hold addresses for others, key pairs, server groups as items."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from omlib.model.item import Actual, Key
from omlib.model.ref import parse_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import Around
from omlib.planes.cloud.normal_access import groups_of_servers, key_pair, server_group
from omlib.planes.cloud.normal_net import (
    links_of,
    network,
    port,
    router,
    subnets_of,
    vip_users,
)

AROUND = Around(
    where="gov-cloud:RegionOne:hrss",
    project="hrss",
    live_project="p-hrss",
    owners={"s1": "hrss-app-01"},
    networks={"n1": "hrss-net", "ext": "ext-net"},
    subnets=subnets_of(
        [
            {
                "network_id": "n1",
                "cidr": "10.0.0.0/24",
                "gateway_ip": "10.0.0.1",
                "enable_dhcp": False,
            }
        ]
    ),
    links={"r1": {"n1"}},
    routers=frozenset({"r1"}),
)
NETWORK: Mapping[str, Any] = {
    "id": "n1",
    "name": "hrss-net",
    "project_id": "p-hrss",
    "description": "社保 omlib_id=hrss-net omlib_urn=urn:pulumi:s::omlib::k::hrss-net",
}
ROUTER: Mapping[str, Any] = {
    "id": "r1",
    "name": "hrss-router",
    "external_gateway_info": {"network_id": "ext"},
}
VIP: Mapping[str, Any] = {
    "id": "p9",
    "name": "vip",
    "network_id": "n1",
    "mac_address": "fa:16:3e:00:00:09",
    "fixed_ips": [{"ip_address": "10.0.0.9"}],
    "device_id": "",
    "device_owner": "",
}


def seen(found: Actual | None) -> Actual:
    assert found is not None
    return found


def test_a_network_shows_its_subnets_prefixes_and_its_marks() -> None:
    told = seen(network(NETWORK, AROUND))
    assert told.attributes == {
        "name": "hrss-net",
        "cidrs": ("10.0.0.0/24",),
        "gateway": "10.0.0.1",
        "dhcp": False,
        "project": "hrss",
    }
    assert told.keys == (
        Key("id", "n1"),
        Key("mark", "hrss-net"),
        Key("name", "hrss-net"),
        Key("urn", "urn:pulumi:s::omlib::k::hrss-net"),
    )


def test_a_network_of_another_project_is_not_this_ones() -> None:
    assert network({**NETWORK, "project_id": "p-admin"}, AROUND) is None
    old = {key: value for key, value in NETWORK.items() if key != "project_id"}
    assert network({**old, "tenant_id": "p-admin"}, AROUND) is None
    assert network({**old, "tenant_id": "p-hrss"}, AROUND) is not None


def test_of_several_subnets_only_the_prefixes_are_compared() -> None:
    two = [{"network_id": "n1", "cidr": f"10.0.{net}.0/24", "gateway_ip": None} for net in (1, 0)]
    told = seen(network(NETWORK, replace(AROUND, subnets=subnets_of(two))))
    assert told.attributes["cidrs"] == ("10.0.0.0/24", "10.0.1.0/24")
    assert told.unseen == dict.fromkeys(("gateway", "dhcp"), UnknownReason.UNSUPPORTED)


def test_a_network_whose_subnets_were_not_listed_does_not_tell_its_prefixes() -> None:
    told = seen(network(NETWORK, replace(AROUND, unseen={"subnet": UnknownReason.DENIED})))
    assert told.unseen["cidrs"] is UnknownReason.DENIED
    assert "cidrs" not in told.attributes


def test_a_router_shows_where_it_leads_and_what_it_joins() -> None:
    told = router(ROUTER, AROUND)
    assert told.attributes == {
        "name": "hrss-router",
        "external_network": "ext-net",
        "networks": ("hrss-net",),
        "project": "hrss",
    }
    inside = router({**ROUTER, "external_gateway_info": None}, AROUND)
    assert inside.attributes["external_network"] == ""
    blind = router(ROUTER, replace(AROUND, unseen={"port": UnknownReason.INCOMPLETE}))
    assert blind.unseen == {"networks": UnknownReason.INCOMPLETE}


@pytest.mark.parametrize(
    "user",
    [
        "network:router_interface",
        "network:router_interface_distributed",
        "network:ha_router_replicated_interface",
        "network:router_gateway",
    ],
)
def test_a_port_of_a_router_is_its_child(user: str) -> None:
    held = {**VIP, "device_owner": user, "device_id": "r1"}
    assert seen(port(held, AROUND)).parent == Key("id", "r1")
    assert port({**held, "device_id": "r7"}, AROUND) is None  # of a router nobody lists here
    assert links_of([held]) == ({"r1": {"n1"}} if "gateway" not in user else {})


def test_a_virtual_ip_is_a_child_of_the_port_that_may_use_it() -> None:
    users = [
        {"id": name, "network_id": "n1", "allowed_address_pairs": [{"ip_address": "10.0.0.9"}]}
        for name in ("p3", "p2")
    ]
    around = replace(AROUND, vip_users=vip_users(users))
    assert seen(port(VIP, around)).parent == Key("id", "p2")
    vendor = {**VIP, "device_owner": "neutron:VIP_PORT"}
    assert seen(port(vendor, around)).parent == Key("id", "p2")
    assert seen(port({**VIP, "network_id": "n2"}, around)).parent is None


def test_a_leftover_port_is_not_hidden_by_a_prefix_that_somebody_allows() -> None:
    wide = [
        {"id": "p2", "network_id": "n1", "allowed_address_pairs": [{"ip_address": "0.0.0.0/0"}]}
    ]
    assert seen(port(VIP, replace(AROUND, vip_users=vip_users(wide)))).parent is None
    narrow = [
        {"id": "p2", "network_id": "n1", "allowed_address_pairs": [{"ip_address": "10.0.0.9/32"}]}
    ]
    assert seen(port(VIP, replace(AROUND, vip_users=vip_users(narrow)))).parent == Key("id", "p2")


def test_a_port_that_allows_its_own_address_is_nobodys_child() -> None:
    own = {**VIP, "allowed_address_pairs": [{"ip_address": "10.0.0.9"}]}
    assert seen(port(own, replace(AROUND, vip_users=vip_users([own])))).parent is None


@pytest.mark.parametrize("user", ["Octavia", "neutron:LOADBALANCERV2"])
def test_a_port_of_a_load_balancer_is_never_an_orphan(user: str) -> None:
    held = {**VIP, "device_owner": user, "device_id": "lb-1"}
    assert port(held, AROUND) is None
    around = replace(AROUND, vip_users={("n1", "10.0.0.9"): "p2"})
    assert seen(port(held, around)).parent == Key("id", "p2")


def test_only_declared_key_pairs_are_told_and_without_their_comment() -> None:
    ref = parse_ref("cloud/key_pair/ops")
    around = replace(AROUND, key_pairs={"ops-2026": ref})
    told = {"name": "ops-2026", "public_key": "ssh-ed25519 AAAA 运维@堡垒机\n"}
    found = seen(key_pair(told, around))
    assert (found.ref, found.attributes["public_key"]) == (ref, "ssh-ed25519 AAAA")
    assert key_pair({**told, "name": "my-own"}, around) is None


def test_a_server_group_has_one_policy_in_the_old_and_the_new_shape() -> None:
    told = {"id": "g1", "name": "pay-apart", "members": ["s1", "s9"], "metadata": {}}
    new = server_group({**told, "policy": "anti-affinity"}, AROUND)
    old = server_group({**told, "policies": ["anti-affinity"]}, AROUND)
    assert new.attributes == old.attributes
    assert new.attributes["members"] == ("@s9", "hrss-app-01")
    assert groups_of_servers([told]) == {"s1": "pay-apart", "s9": "pay-apart"}
