"""Ports and floating IPs."""

from typing import Any

import pytest

from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kinds.floating_ip import FLOATING_IP
from omlib.planes.cloud.provider.kinds.port import PORT
from omlib.planes.cloud.provider.kinds.server import SERVER

PLACE = {"cloud": "sim", "region": "RegionOne", "project": "p"}
TINY: dict[str, Any] = {"name": "a", "vcpu": 1, "ram_mib": 512, "image": "lab-linux"}


def fault(condition: Condition) -> Any:
    return pytest.raises(CloudFaultError, check=lambda error: error.condition is condition)


def group(ground: Any, name: str) -> str:
    body = {"security_group": {"name": name}}
    made = ground.by_hand("POST", "network", "/security-groups", body)
    ground.api.seen.changed("security_group")
    return str(made["security_group"]["id"])


def test_a_port_is_read_as_it_was_declared_and_changed_in_place(ground: Any) -> None:
    group(ground, "web")
    group(ground, "运维")
    first = {
        "name": "门户/gov-net",
        "network": "gov-net",
        "addresses": ["10.20.0.77"],
        "security_groups": ["运维", "web"],
        "allowed_addresses": ["10.20.0.100/32", "198.18.0.0/24 FA:16:3E:00:00:01"],
    }
    made = ground.make(PORT, **first)
    told = ground.read(PORT, made, **first)
    assert told == ground.checked(PORT, **first)
    assert told["allowed_addresses"] == ("10.20.0.100", "198.18.0.0/24 fa:16:3e:00:00:01")
    live = ground.get(PORT, made)
    assert live.mark.endswith("::it")
    assert live.attributes["device"] == ""
    then = {**first, "name": "p", "security_groups": ["web"], "allowed_addresses": []}
    ground.change(PORT, made, **then)
    assert ground.read(PORT, made, **then) == ground.checked(PORT, **then)
    assert ground.get(PORT, made).mark.endswith("::it")
    PORT.delete(ground.api, made)
    assert PORT.get(ground.api, made) is None


def test_a_port_without_declared_groups_or_address_takes_what_the_cloud_gives(ground: Any) -> None:
    made = ground.make(PORT, name="p", network="gov-net")
    live = ground.get(PORT, made)
    assert live.attributes["security_groups"] == ("default",)
    assert len(live.attributes["addresses"]) == 1


def test_a_name_that_two_groups_have_is_refused_with_their_ids(ground: Any) -> None:
    both = {group(ground, "web"), group(ground, "web")}
    with fault(Condition.AMBIGUOUS) as error:
        ground.make(PORT, name="p", network="gov-net", security_groups=["web"])
    assert all(one in error.value.detail for one in both)
    assert ground.cloud.things("port", ground.project) == []
    one = min(both)
    wanted = {"name": "p", "network": "gov-net", "security_groups": [one]}
    assert ground.read(PORT, ground.make(PORT, **wanted), **wanted)["security_groups"] == (one,)


def test_a_group_that_is_not_there_is_named(ground: Any) -> None:
    with fault(Condition.NO_SUCH_NAME) as error:
        ground.make(PORT, name="p", network="gov-net", security_groups=["wbe"])
    assert "security_group wbe" in error.value.detail


def test_another_projects_network_of_the_same_name_is_not_meant(ground: Any) -> None:
    ground.cloud.project("elsewhere")
    ground.cloud.project(ground.project, sim_change="admin")
    body = {"network": {"name": "gov-net"}}
    theirs = ground.cloud.do("POST", "network", "/networks", body, project="elsewhere")
    try:
        made = ground.make(PORT, name="p", network="gov-net")
        assert ground.get(PORT, made).attributes["network"] == "gov-net"
    finally:
        ground.cloud.vanish("network", theirs["network"]["id"])


def test_what_the_groups_are_called_is_unseen_where_they_cannot_be_listed(ground: Any) -> None:
    made = ground.make(PORT, name="p", network="gov-net")
    ground.api.seen.changed("security_group")
    ground.cloud.trouble(path="/security-groups", status=403, message="no", project=ground.project)
    assert ground.get(PORT, made).unseen == {"security_groups": UnknownReason.DENIED}


def test_a_port_in_use_is_taken_off_its_server_before_it_is_removed(ground: Any) -> None:
    port = ground.make(PORT, name="p", network="gov-net")
    server = ground.make(SERVER, **TINY, ports=[port])
    ground.cloud.pace(change_s=0.3)
    ground.cloud.clear_counts()
    PORT.delete(ground.api, port)
    assert list(ground.cloud.changes()) == [
        "DELETE compute /servers/*/os-interface/*",
        "DELETE network /ports/*",
    ]
    assert ground.get(SERVER, server).attributes["ports"] == ()


def test_check_refuses_what_is_no_address() -> None:
    told = {**PLACE, "name": "p", "network": "n", "addresses": ["10.0.0.256"]}
    _, wrong = checked(PORT, {**told, "allowed_addresses": ["10.0.0.1/24"]})
    assert [failure.property for failure in wrong] == ["addresses", "allowed_addresses"]


def outer(ground: Any) -> dict[str, str]:
    return {"network": "ext-net"}


def test_a_floating_ip_leads_to_a_port_to_another_and_to_none(ground: Any) -> None:
    one, other = (ground.make(PORT, name=name, network="gov-net") for name in "ab")
    wanted = {**outer(ground), "port": one}
    made = ground.make(FLOATING_IP, **wanted)
    assert ground.read(FLOATING_IP, made, **wanted) == wanted
    live = ground.get(FLOATING_IP, made)
    assert live.mark.endswith("::it")
    assert live.attributes["target"] == ground.get(PORT, one).attributes["addresses"][0]
    for port in (other, ""):
        ground.change(FLOATING_IP, made, **outer(ground), port=port)
        assert ground.get(FLOATING_IP, made).attributes["port"] == port
    ground.change(FLOATING_IP, made, **wanted)
    ground.cloud.clear_counts()
    ground.change(FLOATING_IP, made, **outer(ground))
    assert ground.cloud.changes() == {}
    FLOATING_IP.delete(ground.api, made)
    assert FLOATING_IP.get(ground.api, made) is None


def test_a_wished_floating_address_is_had_once(ground: Any) -> None:
    wanted = {**outer(ground), "address": "172.31.0.77"}
    made = ground.make(FLOATING_IP, **wanted)
    assert ground.read(FLOATING_IP, made, **wanted) == wanted
    with pytest.raises(CloudFaultError) as error:
        ground.make(FLOATING_IP, **wanted)
    assert "172.31.0.77" in error.value.detail


def test_a_fixed_address_needs_a_port() -> None:
    _, wrong = checked(FLOATING_IP, {**PLACE, "network": "n", "fixed_address": "10.0.0.9"})
    assert [failure.property for failure in wrong] == ["fixed_address"]
