"""From files to the estate: roles, contents, defaults, identities, look-ups and sums."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.listing import find_records, list_records
from omlib.inventory.load import load
from omlib.inventory.problem import NoSuchRecordError, UnknownCollectionError
from omlib.inventory.yaml_write import dump
from omlib.model.capacity import capacity_of
from omlib.model.estate import Estate, Vm, Volume
from omlib.model.item import Key, Source
from omlib.model.ref import parse_ref
from omlib.report.graph import mermaid

DEMO = Path(__file__).parents[3] / "inventory"
BASE: dict[str, Any] = {
    "departments": [{"id": "city", "name": "市"}],
    "sites": [{"id": "ssh", "name": "主机", "user": "ops", "key": "env:KEY"}],
}


def built(root: Path, **collections: object) -> Estate:
    estate = {"schema": 1, "name": "测试市", "timezone": "Asia/Shanghai"}
    (root / "estate.yml").write_text(dump(estate), encoding="utf-8")
    for name, records in {**BASE, **collections}.items():
        (root / f"{name}.yml").write_text(dump({name: records}), encoding="utf-8")
    return load(root).checked()


def server(**more: object) -> dict[str, object]:
    access = {"site": "ssh", "address": "198.18.0.11"}
    return {"id": "h", "os": "debian-12", "access": access, **more}


def test_later_roles_win_name_by_name_and_the_server_wins_over_all(tmp_path: Path) -> None:
    roles = [
        {
            "id": "one",
            "packages": ["nginx", "curl"],
            "services": ["ssh.service"],
            "full": ["users"],
        },
        {"id": "two", "packages": {"nginx": "1.22.1-9", "curl": "absent"}},
    ]
    own = {"packages": {"curl": "present"}, "services": {"ssh.service": {"enabled": False}}}
    state = built(tmp_path, roles=roles, servers=[server(roles=["one", "two"], state=own)])
    held = state.servers["h"].state
    assert held.of("package") == {
        "nginx": {"present": True, "version": "1.22.1-9"},
        "curl": {"present": True},
    }
    assert held.of("service") == {"ssh.service": {"running": True, "enabled": False}}
    assert held.full == {"user"}
    assert state.servers["h"].roles == ("one", "two")


def test_a_file_has_the_hash_of_its_text_or_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "issue").write_bytes(b"\xbb\xb6\xd3\xad\n")  # GB18030 stays as it is
    files = {
        "/etc/a": {"content": "登录\n", "mode": "0644"},
        "/etc/b": {"source": "files/issue"},
        "/etc/c": {"sha256": "AB" * 32},
        "/srv": {"owner": "root"},
        "/etc/empty": {"content": ""},
    }
    state = built(tmp_path, servers=[server(state={"files": files})]).servers["h"].state
    held = state.of("file")
    assert held["/etc/a"]["sha256"] == hashlib.sha256("登录\n".encode()).hexdigest()
    assert state.contents["/etc/b"] == b"\xbb\xb6\xd3\xad\n"
    assert held["/etc/c"]["sha256"] == "ab" * 32
    assert held["/srv"] == {"owner": "root"}
    assert "/srv" not in state.contents
    assert held["/etc/empty"]["sha256"] == hashlib.sha256(b"").hexdigest()


def test_a_server_in_a_vm_has_the_vms_first_address(tmp_path: Path) -> None:
    cloud = {"id": "c", "name": "云", "site": "ssh", "profile": "lab", "region": "R"}
    networks = [{"id": "n", "cidr": "198.18.1.0/24"}]
    clouds = [{**cloud, "projects": [{"id": "p", "department": "city"}], "networks": networks}]
    interfaces = [{"network": "n", "address": "198.18.1.11"}]
    vm = {"id": "h", "cloud": "c", "project": "p", "vcpu": 2, "ram_mib": 4096}
    estate = built(
        tmp_path,
        clouds=clouds,
        vms=[{**vm, "interfaces": interfaces}],
        servers=[{"id": "h", "vm": "h", "os": "debian-12", "access": {"site": "ssh"}}],
    )
    assert estate.servers["h"].access.address == "198.18.1.11"
    assert estate.vms["h"].name == "h"


def test_money_is_whole_cents_however_it_is_written(tmp_path: Path) -> None:
    row = {"package": "线路", "supplier": "甲", "kind": "租用", "year": 2026}
    amounts: list[object] = [39000.5, "39000.50", 12, 0.29]
    rows = [{**row, "id": f"c{n}", "amount_yuan": given} for n, given in enumerate(amounts)]
    estate = built(tmp_path, contracts=rows)
    assert [c.amount_cents for c in estate.contracts] == [3900050, 3900050, 1200, 29]


def test_the_order_of_records_and_files_does_not_show(tmp_path: Path) -> None:
    rooms = [{"id": name, "name": name, "department": "city", "target": "keep"} for name in "bca"]
    estate = built(tmp_path, rooms=rooms)
    assert list(estate.rooms) == ["a", "b", "c"]


def test_a_waiver_accepts_null_a_list_and_a_value(tmp_path: Path) -> None:
    common = {"reason": "试用", "owner": "张三", "ticket": "T"}
    days = {"since": "2026-01-01", "until": "2026-02-01"}
    given: list[object] = [None, ["a", "b"], "0640", False]
    waivers = [
        {"item": f"server/user/@lab/u{n}", "path": "@presence", "accepts": a, **common, **days}
        for n, a in enumerate(given)
    ]
    held = built(tmp_path, waivers=waivers).waivers
    assert [waiver.accepts for waiver in held] == [None, ("a", "b"), "0640", False]


def test_the_demonstration_estate_is_sound_and_reads_like_a_city() -> None:
    loaded = load(DEMO)
    assert loaded.problems == ()
    estate = loaded.checked()
    assert len(estate.systems) >= 24
    assert len(estate.departments) >= 12
    assert {contract.year for contract in estate.contracts} == {2023, 2024, 2025, 2026}
    gone = estate.systems["edu-oa"].retired
    assert gone[0].keys[-1] == Key("address", "198.18.4.30")
    assert gone[2].ref == parse_ref("server/user/backup-01/edu-oa-sync")
    assert gone[2].where == "backup-01"


def test_sizes_add_up_and_storage_is_told_in_decimal_tb() -> None:
    volumes = (Volume(id="a", size_gib=40_000), Volume(id="b", size_gib=25_779))
    common: dict[str, Any] = {
        "name": "",
        "cloud": "c",
        "project": "p",
        "systems": (),
        "source": Source("", 1),
    }
    vms = [
        Vm(id="one", vcpu=4, ram_mib=8192, volumes=volumes, **common),
        Vm(id="two", vcpu=2, ram_mib=512, **common),
    ]
    held = capacity_of(vms)
    assert (held.vms, held.vcpu, held.ram_mib, held.storage_gib) == (2, 6, 8704, 65_779)
    assert held.ram_gib == Decimal("8.5")
    assert held.storage_tb == Decimal("70.63")  # 65,779 GiB are 70.62967 * 10**12 bytes


def test_a_record_is_found_by_id_with_what_names_it() -> None:
    vm, host = find_records(load(DEMO).checked(), "hrss-app-01")
    assert (vm.collection, host.collection) == ("vms", "servers")
    assert vm.source.file == "vms.yml"
    assert [(edge.source, edge.field) for edge in vm.used_by] == [
        (("servers", "hrss-app-01"), "vm")
    ]


def test_a_wrong_id_or_collection_is_answered_with_the_nearest() -> None:
    estate = load(DEMO).checked()
    with pytest.raises(NoSuchRecordError) as no_record:
        find_records(estate, "hrss-pya")
    assert no_record.value.facts["nearest"] == "hrss-pay"
    with pytest.raises(UnknownCollectionError) as no_collection:
        list_records(estate, "system")
    assert no_collection.value.facts["nearest"] == "systems"
    assert [device.id for device in list_records(estate, "network")] == [
        "core-rtr-1",
        "edge-rtr-1",
    ]


def test_the_graph_names_every_system_and_its_needs() -> None:
    text = mermaid(load(DEMO).checked())
    assert text.startswith("graph LR\n")
    assert '("校园一卡通<br>edu-card"):::leaving' in text
    assert text.count("-->|") == sum(
        len(system.depends_on) for system in load(DEMO).checked().systems.values()
    )


def test_what_a_cloud_holds_is_named_by_its_id_where_no_name_is_given(tmp_path: Path) -> None:
    cloud = {
        "id": "c",
        "name": "云",
        "site": "ssh",
        "profile": "read",
        "change_profile": "change",
        "region": "R",
        "projects": [{"id": "p", "department": "city"}],
        "networks": [
            {"id": "outer", "cidr": "198.18.9.0/24"},
            {
                "id": "inner",
                "name": "业务网",
                "cidr": "198.18.1.0/24",
                "project": "p",
                "gateway": "198.18.1.1",
                "dhcp": False,
                "bound_id": "0b1f",
            },
        ],
        "routers": [{"id": "r", "project": "p", "external": "outer", "networks": ["inner"]}],
        "key_pairs": [{"id": "ops", "project": "p", "public_key": "ssh-ed25519 AAAA ops"}],
        "server_groups": [{"id": "apart", "project": "p", "policy": "anti-affinity"}],
    }
    vm = {"id": "h", "cloud": "c", "project": "p", "vcpu": 2, "ram_mib": 4096}
    more = {"flavor": "c2", "shard": "b", "key_pair": "ops", "server_group": "apart"}
    estate = built(
        tmp_path, clouds=[cloud], vms=[{**vm, **more, "metadata": {}}, {**vm, "id": "i"}]
    )
    held = estate.clouds["c"]
    assert held.change_profile == "change"
    outer, inner = held.networks
    assert (outer.name, outer.project, outer.dhcp) == ("outer", "", None)
    assert (inner.name, inner.gateway, inner.dhcp) == ("业务网", "198.18.1.1", False)
    assert inner.bound_id == "0b1f"
    assert (held.routers[0].name, held.routers[0].networks) == ("r", ("inner",))
    assert held.key_pairs[0].public_key == "ssh-ed25519 AAAA ops"
    assert (held.server_groups[0].name, held.server_groups[0].policy) == ("apart", "anti-affinity")
    one, other = estate.vms["h"], estate.vms["i"]
    assert (one.flavor, one.shard, one.key_pair, one.server_group) == ("c2", "b", "ops", "apart")
    assert (one.metadata, other.metadata) == ({}, None)
