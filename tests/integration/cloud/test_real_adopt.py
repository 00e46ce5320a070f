"""Adoption on a real OpenStack: an estate made by plain API calls, taken over by a reading role."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omlib.cli.main import main
from omlib.demo.legacy import last_changes, make_group
from omlib.errors import OmlibError
from omlib.inventory.load import load
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.engine.binary import candidates
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.state import read

pytestmark = pytest.mark.lab
PROJECT = "legacy"
Adopt = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def made(cloud_lab: LabLayout) -> dict[str, Any]:
    """Two servers in a group, with a volume and a floating address; no mark on any of them."""
    create_project(cloud_lab, PROJECT)
    people = connect(cloud_lab, project=PROJECT)
    make_group(people, "门户", ["ingress tcp 443 198.18.0.0/16", "ingress icmp any 0.0.0.0/0"])
    addresses = [str(cloud_lab.records_network.network_address + 200 + n) for n in range(2)]
    servers = [
        people.compute.create_server(
            name=f"门户 主机{number}",
            flavor_id=people.compute.find_flavor("m1.tiny").id,
            image_id=people.image.find_image(IMAGE).id,
            networks=[
                {"uuid": people.network.find_network(RECORDS_NETWORK).id, "fixed_ip": address}
            ],
            security_groups=[{"name": "门户"}],
        )
        for number, address in enumerate(addresses)
    ]
    volume = people.block_storage.create_volume(size=2)
    people.block_storage.wait_for_status(volume, status="available", interval=0.3, wait=60)
    for server in servers:
        people.compute.wait_for_server(server, interval=0.3, wait=180)
    people.compute.create_volume_attachment(servers[0], volume_id=volume.id)
    people.block_storage.wait_for_status(volume, status="in-use", interval=0.3, wait=60)
    port = next(people.network.ports(fixed_ips=f"ip_address={addresses[0]}"))
    outside = people.network.find_network("ext-net")
    floating = people.network.create_ip(floating_network_id=outside.id, port_id=port.id)
    return {
        "addresses": addresses,
        "servers": [server.id for server in servers],
        "volume": volume.id,
        "port": port.id,
        "floating": (floating.floating_ip_address, floating.id),
        "ext": next(s.cidr for s in people.network.subnets(network_id=outside.id)),
    }


@pytest.fixture
def root(tmp_path: Path, cloud_lab: LabLayout, made: dict[str, Any]) -> Path:
    network = cloud_lab.records_network
    for name, text in {
        "estate.yml": "schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n",
        "departments.yml": "departments:\n  - {id: gov, name: 政务办}\n",
        "sites.yml": "sites:\n  - {id: gov, name: 政务云}\n",
        "clouds.yml": "clouds:\n  - id: gov-cloud\n    name: 政务云\n    site: gov\n"
        "    profile: lab\n    region: RegionOne\n"
        f"    projects: [{{id: {PROJECT}, department: gov}}]\n    networks:\n"
        f"      - {{id: {RECORDS_NETWORK}, cidr: {network}}}\n"
        f"      - {{id: ext-net, cidr: {made['ext']}}}\n",
        "vms.yml": "vms: # 门户\n"
        f"  - id: portal-01\n    cloud: gov-cloud\n    project: {PROJECT}\n    vcpu: 1\n"
        f"    ram_mib: 512\n    name: 门户 主机0\n    interfaces:\n"
        f"      - {{network: {RECORDS_NETWORK}, address: {made['addresses'][0]}}} # 业务地址\n"
        "    volumes: [{id: portal-01-data, size_gib: 2}]\n"
        f"    floating_ip: {made['floating'][0]}\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def adopt(
    root: Path,
    cloud_lab: LabLayout,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Adopt:
    try:
        engines = [each.path for each in candidates() if each.fits]
    except OmlibError as error:
        pytest.skip(f"no engine on this machine: {error}")
    if not engines:
        pytest.skip("no engine on this machine: `make engine` builds it, in three minutes")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(cloud_lab.run / "clouds.yaml"))
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(cloud_lab.run / "secure.yaml"))

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        before = last_changes(cloud_lab)
        code = main(["adopt", *words, "--json", "-i", str(root)])
        out, said = capsys.readouterr()
        assert out, said
        assert last_changes(cloud_lab) == before, "adoption changed the cloud"
        return code, dict(json.loads(out))

    return run


def test_a_real_estate_built_by_hand_is_taken_over_without_a_change(
    adopt: Adopt, root: Path, made: dict[str, Any]
) -> None:
    code, told = adopt(PROJECT, "--new", "--yes")
    assert (code, told["settled"]) == (0, True), json.dumps(told, ensure_ascii=False)
    state = read(StateHome(root), f"gov-cloud.RegionOne.{PROJECT}").resources
    held = {f"{each.kind} {each.name}": each.id for each in state}
    first, second = made["servers"]
    assert held["server portal-01"] == first
    assert held["server 门户-主机1"] == second
    assert held[f"port portal-01/{RECORDS_NETWORK}"] == made["port"]
    assert held["volume portal-01-data"] == made["volume"]
    assert held["volume_attachment portal-01/portal-01-data"] == f"{first}/{made['volume']}"
    assert held["floating_ip portal-01"] == made["floating"][1]
    assert set(held) >= {"security_group 门户", f"port 门户-主机1/{RECORDS_NETWORK}"}
    assert len(held) == 8
    assert all(each.protect and each.retain for each in state)
    text = (root / "vms.yml").read_text(encoding="utf-8")
    assert "# 业务地址\n" in text
    assert f"    bound_id: {first}\n  - id: 门户-主机1\n" in text
    load(root).checked()
    assert adopt(PROJECT, "--new")[0] == 0
