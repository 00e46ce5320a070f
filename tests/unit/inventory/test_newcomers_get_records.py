"""Records for live things outside the books: what is told, left out, and not proposed."""

from dataclasses import replace
from pathlib import Path

import pytest

from omlib.inventory.load import load
from omlib.inventory.newcomers import Need, Newcomer, newcomers
from omlib.model.estate import Estate
from omlib.model.item import Actual, Key, Scope, Value
from omlib.model.ref import Plane, make_ref

WHERE = "gov:RegionOne:hrss"
BOOKS = {
    "estate.yml": "schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n",
    "departments.yml": "departments: [{id: hrss, name: 人社局}]\n",
    "sites.yml": "sites: [{id: gov, name: 政务云}]\n",
    "clouds.yml": "clouds:\n  - {id: gov, name: 政务云, site: gov, profile: p, region: RegionOne,\n"
    "     projects: [{id: hrss, department: hrss}],\n"
    "     networks: [{id: gov-net, cidr: 198.18.4.0/22}]}\n",
    "vms.yml": "vms: [{id: oa, cloud: gov, project: hrss, vcpu: 2, ram_mib: 4096}]\n",
}


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    for name, text in BOOKS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load(tmp_path).checked()


def live(kind: str, own_id: str, parent: str = "", **seen: Value) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, kind, f"@{WHERE}:{own_id}"),
        scope=Scope(Plane.CLOUD, kind, WHERE),
        attributes=seen,
        keys=(Key("id", own_id),),
        label=str(seen.get("name", "")),
        parent=Key("id", parent) if parent else None,
    )


def server(own_id: str, name: str, **more: Value) -> Actual:
    base: dict[str, Value] = {"vcpu": 4, "ram_mib": 8192, "power": "on", "image": "debian"}
    return replace(live("server", own_id, name=name), attributes={"name": name, **base, **more})


def port(own_id: str, parent: str, address: str, network: str = "gov-net") -> Actual:
    return live("port", own_id, parent, network=network, addresses=(address,))


def proposed(estate: Estate, *things: Actual) -> dict[str, Newcomer]:
    return {one.seen.keys[0].value: one for one in newcomers(estate, things, {})}


def test_a_server_is_told_with_its_ports_volumes_groups_and_floating_address(
    estate: Estate,
) -> None:
    told = proposed(
        estate,
        server("u1", "门户 主机/一", addresses=("198.18.4.9",), security_groups=("web",)),
        port("p1", "u1", "198.18.4.9"),
        live("volume", "v2", name="", size_gib=50, attached_to=("@u1",)),
        live("volume", "v1", name="data", size_gib=100, attached_to=("@u1",)),
        live("volume", "boot", "u1", name="", size_gib=40, attached_to=("@u1",)),
        live("floating_ip", "f1", address="172.31.0.9", target="198.18.4.9"),
        live(
            "security_group",
            "g1",
            name="web",
            rules=("egress any any 0.0.0.0/0", "egress any any ::/0", "ingress tcp 443 0.0.0.0/0"),
        ),
    )
    assert set(told) == {"g1", "u1"}  # the rest is told in the server's record
    group, vm = told["g1"].record, told["u1"].record
    assert group is not None
    assert group.record == {
        "id": "web",
        "cloud": "gov",
        "project": "hrss",
        "rules": ["ingress tcp 443 0.0.0.0/0"],
        "bound_id": "g1",
    }
    assert vm is not None
    assert vm.record == {
        "id": "门户-主机-一",
        "name": "门户 主机/一",
        "cloud": "gov",
        "project": "hrss",
        "vcpu": 4,
        "ram_mib": 8192,
        "image": "debian",
        "interfaces": [{"network": "gov-net", "address": "198.18.4.9"}],
        "security_groups": ["web"],
        "volumes": [
            {"id": "data", "size_gib": 100, "bound_id": "v1"},
            {"id": "门户-主机-一-vol-2", "size_gib": 50, "bound_id": "v2"},
        ],
        "floating_ip": "172.31.0.9",
        "bound_id": "u1",
    }
    assert told["u1"].needs == (Need.NO_SYSTEM,)


def test_ids_are_made_from_names_and_never_taken_twice(estate: Estate) -> None:
    told = proposed(estate, server("u1", "oa"), server("u2", "oa"), server("12345678-9", "@ /"))
    ids = {own: one.record.id for own, one in told.items() if one.record}
    assert ids == {"u1": "oa-2", "u2": "oa-3", "12345678-9": "server-12345678"}


def test_what_cannot_be_told_whole_is_left_out_and_said(estate: Estate) -> None:
    told = proposed(
        estate,
        server("u1", "a", addresses=("10.0.0.9", "198.18.4.9"), security_groups=("default",)),
        port("p1", "u1", "198.18.4.9"),
        port("p2", "u1", "10.0.0.9", "backup-net"),
    )["u1"]
    assert told.record is not None
    assert not {"interfaces", "security_groups"} & told.record.record.keys()
    assert told.needs == (Need.NO_SYSTEM, Need.NO_NETWORK, Need.NO_GROUP)


def test_what_no_record_can_hold_is_not_proposed(estate: Estate) -> None:
    told = proposed(
        estate,
        server("u1", "broken", power="error"),
        live("server", "u2", name="unseen", power="on"),
        live("volume", "v1", name="loose", size_gib=10, attached_to=()),
        live("security_group", "g1", name="closed", rules=()),
        live("router", "r1", name="edge"),
        live("port", "p1", "u9", addresses=()),
    )
    assert {own: one.needs for own, one in told.items()} == {
        "u1": (Need.NOT_STATED,),
        "u2": (Need.NOT_SEEN,),
        "v1": (Need.LOOSE,),
        "g1": (Need.NOT_STATED,),
        "r1": (Need.NO_KIND,),
    }
    assert not any(one.record for one in told.values())
