"""What single things of OpenStack become as items."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from omlib.model.item import Actual, Key
from omlib.model.ref import parse_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import Around
from omlib.planes.cloud.normal import root_images, server, volume
from omlib.planes.cloud.normal_net import floating_ip, port, security_group

AROUND = Around(
    where="gov-cloud:RegionOne:hrss",
    project="hrss",
    owners={"s1": "hrss-app-01"},
    groups={"g1": "web", "g0": "default"},
    floating={"172.31.0.9": parse_ref("cloud/floating_ip/hrss-app-01")},
)
SERVER: Mapping[str, Any] = {
    "id": "s1",
    "name": "vm-1",
    "status": "ACTIVE",
    "metadata": {},
    "flavor": {"vcpus": 4, "ram": 8192},
    "image": "",
    "addresses": {
        "gov-net": [
            {"addr": "10.0.0.7", "OS-EXT-IPS:type": "fixed"},
            {"addr": "172.31.0.9", "OS-EXT-IPS:type": "floating"},
            {"addr": "2001:db8::7", "OS-EXT-IPS:type": "fixed"},
        ]
    },
    "security_groups": [{"name": "web"}, {"name": "web"}, {"name": "default"}],
    "OS-EXT-STS:task_state": None,
}
PORT: Mapping[str, Any] = {
    "id": "p1",
    "name": "",
    "network_id": "n1",
    "mac_address": "fa:16:3e:00:00:01",
    "fixed_ips": [{"ip_address": "10.0.0.7"}],
    "security_groups": ["g1", "g9"],
    "device_id": "s1",
    "device_owner": "compute:nova",
}
GROUP: Mapping[str, Any] = {
    "id": "g0",
    "name": "default",
    "description": "Default security group",
    "security_group_rules": [
        {"direction": "egress", "ethertype": "IPv4"},
        {"direction": "egress", "ethertype": "IPv6"},
        {"direction": "ingress", "ethertype": "IPv4", "remote_group_id": "g0"},
        {"direction": "ingress", "ethertype": "IPv6", "remote_group_id": "g0"},
    ],
}
OPENED = {
    "direction": "ingress",
    "ethertype": "IPv4",
    "protocol": "tcp",
    "port_range_min": 22,
    "port_range_max": 22,
    "remote_ip_prefix": "0.0.0.0/0",
}


def seen(found: Actual | None) -> Actual:
    assert found is not None
    return found


def test_a_server_shows_fixed_addresses_and_each_group_once() -> None:
    told = seen(server(SERVER, AROUND))
    assert told.attributes["addresses"] == ("10.0.0.7", "2001:db8::7")
    assert told.attributes["security_groups"] == ("default", "web")
    assert not told.in_transition
    assert str(told.ref) == "cloud/server/@gov-cloud:RegionOne:hrss:s1"


@pytest.mark.parametrize(
    ("status", "power"),
    [("ACTIVE", "on"), ("SHUTOFF", "off"), ("ERROR", "error"), ("PAUSED", "paused")],
)
def test_power_is_on_or_off_or_the_status_itself(status: str, power: str) -> None:
    assert seen(server({**SERVER, "status": status}, AROUND)).attributes["power"] == power


@pytest.mark.parametrize(
    "told",
    [
        {"status": "BUILD"},
        {"status": "VERIFY_RESIZE"},
        {"status": "ACTIVE", "OS-EXT-STS:task_state": "deleting"},
    ],
)
def test_a_server_on_its_way_to_another_state_is_in_transition(told: dict[str, str]) -> None:
    assert seen(server({**SERVER, **told}, AROUND)).in_transition


def test_a_deleted_server_that_an_administrator_still_sees_is_not_there() -> None:
    assert server({**SERVER, "status": "DELETED"}, AROUND) is None


def test_a_server_booted_from_a_volume_has_that_volumes_image() -> None:
    root = {
        "bootable": "true",
        "volume_image_metadata": {"image_name": "openEuler 24.03"},
        "attachments": [{"server_id": "s1"}],
    }
    around = replace(AROUND, root_images=root_images([root]))
    assert seen(server(SERVER, around)).attributes["image"] == "openEuler 24.03"
    assert seen(server(SERVER, AROUND)).unseen == {"image": UnknownReason.UNSUPPORTED}
    blind = replace(AROUND, unseen={"volume": UnknownReason.DENIED})
    assert seen(server(SERVER, blind)).unseen == {"image": UnknownReason.DENIED}


def test_a_creation_that_did_not_end_is_pending() -> None:
    marks = {"omlib_id": "hrss-app-01", "omlib_pending": "run-7"}
    assert seen(server({**SERVER, "metadata": marks}, AROUND)).pending


def test_a_port_of_a_server_is_its_child() -> None:
    told = seen(port(PORT, AROUND))
    assert told.parent == Key("id", "s1")
    assert told.attributes["device"] == "hrss-app-01"
    assert told.attributes["security_groups"] == ("g9", "web")
    assert Key("mac", "fa:16:3e:00:00:01") in told.keys
    assert told.label == "10.0.0.7"


def test_a_port_that_nothing_uses_has_no_parent() -> None:
    told = seen(port({**PORT, "device_id": "", "device_owner": ""}, AROUND))
    assert (told.parent, told.attributes["device"]) == (None, "")


@pytest.mark.parametrize("user", ["network:router_interface", "network:dhcp"])
def test_ports_that_neutron_made_for_itself_are_left_out(user: str) -> None:
    assert port({**PORT, "device_owner": user}, AROUND) is None


def test_marks_of_a_port_stand_in_its_tags_or_description() -> None:
    tagged = seen(port({**PORT, "tags": ["omlib_id=p-7", "omlib_system=hrss"]}, AROUND))
    assert (tagged.keys[1], tagged.system) == (Key("mark", "p-7"), "hrss")
    described = seen(port({**PORT, "description": "made for 人社; omlib_id=p-8"}, AROUND))
    assert described.keys[1] == Key("mark", "p-8")


def test_a_floating_ip_is_known_by_its_address() -> None:
    told = {"id": "f1", "floating_ip_address": "172.31.0.9", "fixed_ip_address": None}
    declared = floating_ip(told, AROUND)
    assert str(declared.ref) == "cloud/floating_ip/hrss-app-01"
    assert declared.attributes["target"] == ""
    other = floating_ip({**told, "floating_ip_address": "172.31.0.10"}, AROUND)
    assert str(other.ref) == "cloud/floating_ip/@gov-cloud:RegionOne:hrss:f1"


def test_a_volume_names_the_servers_that_have_it() -> None:
    told = {
        "id": "v1",
        "name": None,
        "size": 40,
        "status": "in-use",
        "metadata": {"omlib_id": "hrss-data"},
        "attachments": [{"server_id": "s1"}, {"server_id": "s7"}],
    }
    found = volume(told, AROUND)
    assert found.attributes["attached_to"] == ("@s7", "hrss-app-01")
    assert found.keys == (Key("id", "v1"), Key("mark", "hrss-data"))
    assert volume({**told, "status": "extending"}, AROUND).in_transition


def test_the_default_group_is_nobodys_until_it_is_declared_or_opened() -> None:
    assert security_group(GROUP, AROUND) is None
    closed = {**GROUP, "security_group_rules": []}
    assert security_group(closed, AROUND) is None
    opened = {**GROUP, "security_group_rules": [*GROUP["security_group_rules"], OPENED]}
    found = seen(security_group(opened, AROUND))
    assert str(found.ref) == "cloud/security_group/@gov-cloud:RegionOne:hrss:g0"
    rules = found.attributes["rules"]
    assert isinstance(rules, tuple)
    assert "ingress tcp 22 0.0.0.0/0" in rules
    ref = parse_ref("cloud/security_group/hrss-default")
    assert seen(security_group(GROUP, replace(AROUND, default_group=ref))).ref == ref


def test_a_group_carries_its_mark_in_the_description() -> None:
    told = {**GROUP, "id": "g1", "name": "web", "description": "门户 omlib_id=hrss-web"}
    assert seen(security_group(told, AROUND)).keys[1] == Key("mark", "hrss-web")


def test_metadata_is_told_whole_but_for_the_marks_of_omlib() -> None:
    marks = {"omlib_id": "hrss-app-01", "omlib_urn": "urn:pulumi:s::omlib::k::hrss-app-01"}
    told = seen(server({**SERVER, "metadata": {**marks, "tier": "web", "部门": "人社"}}, AROUND))
    assert told.attributes["metadata"] == ("tier=web", "部门=人社")
    assert told.keys[1] == Key("mark", "hrss-app-01")
    assert told.keys[-1] == Key("urn", "urn:pulumi:s::omlib::k::hrss-app-01")


def test_a_server_shows_its_key_pair_its_group_and_what_it_stands_on() -> None:
    more = {"key_name": "ops", "hostId": "abc", "locked": True}
    around = replace(AROUND, server_groups={"s1": "pay-apart"})
    told = seen(server({**SERVER, **more}, around)).attributes
    assert (told["key_pair"], told["server_group"]) == ("ops", "pay-apart")
    assert (told["host_id"], told["locked"]) == ("abc", True)
    assert "hypervisor" not in told
    plain = seen(server(SERVER, AROUND))
    assert (plain.attributes["key_pair"], plain.attributes["server_group"]) == ("", "")
    blind = seen(server(SERVER, replace(AROUND, unseen={"server_group": UnknownReason.DENIED})))
    assert blind.unseen["server_group"] is UnknownReason.DENIED


def test_a_fork_may_tell_numbers_as_texts_and_leave_fields_out() -> None:
    fork = {
        "id": "s1",
        "name": "vm-1",
        "status": "ACTIVE",
        "flavor": {"id": "s6.large", "name": "s6.large", "vcpus": "4", "ram": "8192"},
        "addresses": {
            "vpc": [{"addr": "10.0.0.7"}, {"addr": "172.31.0.9"}],
        },
    }
    around = replace(AROUND, floating_addresses=frozenset({"172.31.0.9"}))
    told = seen(server(fork, around))
    assert (told.attributes["vcpu"], told.attributes["ram_mib"]) == (4, 8192)
    assert told.attributes["flavor"] == "s6.large"
    assert told.attributes["addresses"] == ("10.0.0.7",)
    assert told.unseen == {"image": UnknownReason.UNSUPPORTED}
    bare = {key: value for key, value in fork.items() if key != "addresses"}
    assert seen(server(bare, around)).unseen["addresses"] is UnknownReason.UNSUPPORTED


def test_a_volume_that_does_not_tell_its_servers_is_unseen_in_just_that() -> None:
    found = volume({"id": "v1", "name": "d", "size": "40", "status": "in-use"}, AROUND)
    assert found.attributes["size_gib"] == 40
    assert found.unseen == {"attached_to": UnknownReason.UNSUPPORTED}


def test_the_disk_a_server_boots_from_is_its_child_and_another_is_not() -> None:
    around = replace(AROUND, diskless=frozenset({"s1"}))
    root = {
        "id": "v1",
        "name": "",
        "size": 40,
        "status": "in-use",
        "bootable": "true",
        "attachments": [{"server_id": "s1", "device": "/dev/vda"}],
    }
    assert volume(root, around).parent == Key("id", "s1")
    assert volume(root, AROUND).parent is None  # it has an image of its own
    second = {**root, "attachments": [{"server_id": "s1", "device": "/dev/vdb"}]}
    assert volume(second, around).parent is None
    assert volume({**root, "bootable": "false"}, around).parent is None
