"""Adoption end to end: a real engine, a simulated OpenStack built by hand, an inventory in YAML."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omlib.cli.main import main
from omlib.inventory.load import load
from omlib.model.stack import Op
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.stacks.program import stacks_of
from omlib.testing.openstack import SimulatedCloud

STACK = "gov.RegionOne.hrss"
CLOUDS = """\
clouds:
  - id: gov
    name: 政务云
    site: gov
    profile: sim
    region: RegionOne
    projects: [{id: hrss, department: hrss, system: hrss-pay}]
    networks:
      - {id: gov-net, cidr: 10.20.0.0/20} # 业务网
      - {id: ext-net, cidr: 172.31.0.0/24}
"""
SYSTEM = """\
id: hrss-pay
name: 工资系统
department: hrss
owner: {business: 李科, technical: 王工}
function: [办公]
zone: gov-extranet
mlps: {level: 2}
lifecycle: {stage: operational, status: in_use, since: 2021-03-01}
"""
Seeded = list[dict[str, Any]]


class Hand:
    """A cloud that grew by hand, the books of it, and `omlib adopt` over both."""

    def __init__(
        self, root: Path, cloud: SimulatedCloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root, self.cloud, self._capsys, self.said = root, cloud, capsys, ""
        root.mkdir()
        self.write("estate.yml", "schema: 1\nname: 测试市\ntimezone: Asia/Shanghai\n")
        self.write("departments.yml", "departments:\n  - {id: hrss, name: 人社局}\n")
        self.write("sites.yml", "sites:\n  - {id: gov, name: 政务云}\n")
        self.write("clouds.yml", CLOUDS)
        (root / "systems").mkdir()
        self.write("systems/hrss-pay.yml", SYSTEM)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def books(self, made: Seeded, **more: str) -> str:
        """One record for each of *made*, as somebody wrote them down; *more* lines by id."""
        text = "# 云主机台账\nvms:\n"
        for number, one in enumerate(made, 1):
            own_id = f"pay-{number:02d}"
            text += f"  - id: {own_id} # 第 {number} 台\n    system: hrss-pay\n"
            text += f"    name: {one['name']}\n"
            text += "    cloud: gov\n    project: hrss\n    vcpu: 2\n    ram_mib: 4096\n"
            text += f"    interfaces: [{{network: gov-net, address: {one['address']}}}]\n"
            text += "".join(
                f"    volumes: [{{id: {own_id}-data, size_gib: 20}}]\n" for _ in one["volumes"]
            )
            text += more.get(own_id.replace("-", "_"), "")
        self.write("vms.yml", text)
        return text

    def adopt(self, *words: str) -> tuple[int, dict[str, Any]]:
        self.cloud.clear_counts()
        code = main(["adopt", *words, "--json", "-i", str(self.root)])
        told, self.said = self._capsys.readouterr()
        assert self.cloud.changes() == {}, "adoption changed the cloud"
        return code, json.loads(told) if told else {}

    def state(self) -> dict[str, str]:
        held = read(StateHome(self.root), STACK).resources
        assert all(each.protect and each.retain for each in held)
        return {f"{each.kind} {each.name}": each.id for each in held}

    def text(self, name: str = "vms.yml") -> str:
        return (self.root / name).read_text(encoding="utf-8")


@pytest.fixture
def hand(
    tmp_path: Path,
    cloud: SimulatedCloud,
    pulumi: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Hand:
    monkeypatch.setenv("OMLIB_PULUMI", str(pulumi))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(cloud.clouds_yaml))
    return Hand(tmp_path / "inventory", cloud, capsys)


class Quiet:
    """An `omlib.ports.Progress` that shows nothing."""

    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


def fates(told: dict[str, Any]) -> dict[str, str]:
    return {row["ref"]: row["fate"] for row in told["items"]}


def test_an_estate_built_by_hand_is_taken_over_and_a_second_look_is_empty(
    hand: Hand, pulumi: Path
) -> None:
    made = hand.cloud.seed("hrss", 3, volumes=1, size_gib=20)
    before = hand.books(made)
    code, told = hand.adopt("--dry-run")
    assert code == 2
    assert hand.text() == before
    assert len(told["imports"]) == 12  # server, port, volume and attachment of each
    code, told = hand.adopt("--yes")
    assert (code, told["settled"]) == (0, True)
    one = made[0]
    assert hand.state() == {
        **{f"server pay-{n:02d}": each["id"] for n, each in enumerate(made, 1)},
        **{f"port pay-{n:02d}/gov-net": each["port"] for n, each in enumerate(made, 1)},
        **{f"volume pay-{n:02d}-data": each["volumes"][0] for n, each in enumerate(made, 1)},
        **{
            f"volume_attachment pay-{n:02d}/pay-{n:02d}-data": f"{each['id']}/{each['volumes'][0]}"
            for n, each in enumerate(made, 1)
        },
    }
    first = before.replace(
        "{id: pay-01-data, size_gib: 20}",
        f"{{id: pay-01-data, size_gib: 20, bound_id: {one['volumes'][0]}}}",
    ).split("  - id: pay-02")[0]
    assert hand.text().startswith(f"{first}    bound_id: {one['id']}\n  - id: pay-02")
    code, told = hand.adopt()
    assert code == 0
    assert set(fates(told).values()) == {"done"}
    estate = load(hand.root).checked()
    setting = runs.Setting(
        estate=estate,
        root=hand.root,
        pulumi=pulumi,
        progress=Quiet(),
        clouds_yaml=hand.cloud.clouds_yaml,
    )
    (looked,) = runs.preview(setting, stacks_of(estate)).results
    assert {step.op for step in looked.steps} == {Op.SAME}


def test_what_differs_is_refused_by_attribute_and_the_rest_is_adopted(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 2, volumes=1, size_gib=20)
    before = hand.books(made).replace("vcpu: 2\n    ram_mib: 4096", "vcpu: 4\n    ram_mib: 8192", 1)
    hand.write("vms.yml", before)
    code, told = hand.adopt("--yes")
    assert code == 8 | 4
    assert fates(told) == {
        "cloud/server/pay-01": "differs",
        "cloud/volume/pay-01-data": "part",
        "cloud/server/pay-02": "adopt",
        "cloud/volume/pay-02-data": "adopt",
    }
    row = next(row for row in told["items"] if row["ref"] == "cloud/server/pay-01")
    assert row["differences"] == [
        {"path": "vcpu", "declared": 4, "live": 2},
        {"path": "ram_mib", "declared": 8192, "live": 4096},
    ]
    first, rest = hand.text().split("  - id: pay-02")
    assert first == before.split("  - id: pay-02")[0]
    assert made[1]["id"] in rest
    assert set(hand.state()) == {
        "server pay-02",
        "port pay-02/gov-net",
        "volume pay-02-data",
        "volume_attachment pay-02/pay-02-data",
    }


def test_accepted_live_values_go_into_the_books_by_attribute(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 1, volumes=1, size_gib=20)
    before = hand.books(made).replace("vcpu: 2\n    ram_mib: 4096", "vcpu: 4\n    ram_mib: 8192", 1)
    hand.write("vms.yml", before.replace("size_gib: 20", "size_gib: 10"))
    code, told = hand.adopt("--yes", "--accept-live", "--min-score", "40")
    assert (code, told["settled"]) == (0, True)
    accepted = {row["ref"]: [each["path"] for each in row["accepted"]] for row in told["items"]}
    assert accepted == {
        "cloud/server/pay-01": ["vcpu", "ram_mib", "image"],  # the books say nothing of the last
        "cloud/volume/pay-01-data": ["size_gib"],
    }
    assert "    vcpu: 2\n    ram_mib: 4096\n" in hand.text()
    assert "{id: pay-01-data, size_gib: 20, bound_id: " in hand.text()
    assert len(hand.state()) == 4


def test_twins_are_left_to_a_person_who_names_one(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 2, volumes=0, name="oa")
    for one in made:  # alike in everything, and the books know no address
        hand.cloud.edit("server", one["id"], name="oa")
    record = "vms:\n  - {id: oa-01, name: oa, cloud: gov, project: hrss, vcpu: 2, ram_mib: 4096}\n"
    hand.write("vms.yml", record)
    code, told = hand.adopt("--yes", "--min-score", "40")
    assert code == 4
    (row,) = told["items"]
    assert row["fate"] == "ambiguous"
    assert {each["id"] for each in row["candidates"]} == {one["id"] for one in made}
    assert hand.text() == record
    hand.write("vms.yml", record.replace("4096}", f"4096, bound_id: {made[1]['id']}}}"))
    code, told = hand.adopt("--yes")
    assert (code, hand.state()) == (0, {"server oa-01": made[1]["id"]})


def test_what_is_not_in_the_books_gets_a_record_like_its_neighbours(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 2, volumes=1, size_gib=20, name="工资 库/主")
    (group,) = _group(hand.cloud, made[0]["port"])
    hand.books(made[:1])
    code, told = hand.adopt("--yes", "--new")
    assert (code, told["settled"]) == (0, True)
    assert hand.text().endswith(
        "  - id: 工资-库-主-0002\n"
        "    system: hrss-pay\n"
        "    name: 工资 库/主-0002\n"
        "    cloud: gov\n    project: hrss\n    vcpu: 2\n    ram_mib: 4096\n"
        "    image: lab-linux\n"
        f"    interfaces: [{{network: gov-net, address: {made[1]['address']}}}]\n"
        "    volumes: [{id: 工资-库-主-0002-0, size_gib: 20, "
        f"bound_id: {made[1]['volumes'][0]}}}]\n"
        f"    bound_id: {made[1]['id']}\n"
    )
    assert hand.text("security_groups.yml") == (
        "security_groups:\n  - id: web\n    cloud: gov\n    project: hrss\n"
        f"    rules: [ingress tcp 443 10.0.0.0/8]\n    bound_id: {group}\n"
    )
    load(hand.root).checked()
    assert hand.adopt("--new")[0] == 0


def test_cut_short_after_the_files_were_written_the_next_run_goes_on(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 2, volumes=1, size_gib=20)
    hand.books(made)
    code, told = hand.adopt("--dry-run")
    assert code == 2
    text = hand.text()
    for number, one in enumerate(made, 1):  # what a run had written before it was killed
        text = text.replace(
            f"pay-{number:02d} #", f"pay-{number:02d}\n    bound_id: {one['id']} #", 1
        )
    hand.write("vms.yml", text)
    code, told = hand.adopt("--yes")
    assert (code, told["settled"]) == (0, True)
    assert len(hand.state()) == 8
    assert hand.adopt()[0] == 0


@pytest.mark.parametrize(
    "break_it",
    [
        lambda cloud: cloud.trouble(service="compute", path="/servers/detail.*", status=503),
        lambda cloud: cloud.trouble(service="network", path="/ports.*", status=403),
    ],
    ids=["servers 503", "ports 403"],
)
def test_nothing_is_taken_from_a_listing_that_is_not_whole(
    hand: Hand, break_it: Callable[[SimulatedCloud], None]
) -> None:
    before = hand.books(hand.cloud.seed("hrss", 1, volumes=1, size_gib=20))
    break_it(hand.cloud)
    code, told = hand.adopt("--yes")
    assert code & 4
    assert "adopt" not in fates(told).values()
    assert hand.text() == before


def test_piped_without_yes_it_is_refused_and_nothing_is_written(hand: Hand) -> None:
    before = hand.books(hand.cloud.seed("hrss", 1))
    code, told = hand.adopt()
    assert (code, told) == (8, {})
    assert hand.text() == before
    assert not StateHome(hand.root).stack_file(STACK).exists() or hand.state() == {}


def _group(cloud: SimulatedCloud, port: str) -> tuple[str]:
    """A group with one rule, on *port*."""
    body = {"security_group": {"name": "web", "description": ""}}
    made = cloud.do("POST", "network", "/security-groups", body, project="hrss")
    group = str(made["security_group"]["id"])
    rule = {
        "security_group_id": group,
        "direction": "ingress",
        "ethertype": "IPv4",
        "protocol": "tcp",
        "port_range_min": 443,
        "port_range_max": 443,
        "remote_ip_prefix": "10.0.0.0/8",
    }
    told = {"security_group_rule": rule}
    cloud.do("POST", "network", "/security-group-rules", told, project="hrss")
    groups = {"port": {"security_groups": [group]}}
    cloud.do("PUT", "network", f"/ports/{port}", groups, project="hrss")
    return (group,)


def test_a_difference_that_only_the_engine_sees_is_refused_before_any_write(hand: Hand) -> None:
    (one,) = hand.cloud.seed("hrss", 1)
    (group,) = _group(hand.cloud, one["port"])
    network = next(n["id"] for n in hand.cloud.things("network") if n["name"] == "gov-net")
    body = {"port": {"network_id": network, "name": "second"}}
    second = hand.cloud.do("POST", "network", "/ports", body, project="hrss")["port"]
    plug = {"interfaceAttachment": {"port_id": second["id"]}}
    hand.cloud.do("POST", "compute", f"/servers/{one['id']}/os-interface", plug, project="hrss")
    (default,) = (
        each["id"]
        for each in hand.cloud.things("security_group", "hrss")
        if each["name"] == "default"
    )
    assert default != group
    rules = "    rules: [ingress tcp 443 10.0.0.0/8]\n"
    hand.write(
        "security_groups.yml",
        f"security_groups:\n  - id: web\n    cloud: gov\n    project: hrss\n{rules}"
        "  - id: pay-default\n    name: default\n    cloud: gov\n    project: hrss\n"
        "    rules: [ingress any any group:default, ingress any any group:default ipv6]\n",
    )
    address = second["fixed_ips"][0]["ip_address"]
    books = hand.books([one]).replace(
        f"address: {one['address']}}}]",
        f"address: {one['address']}}}, {{network: gov-net, address: {address}}}]\n"
        "    security_groups: [web, pay-default]",
    )
    hand.write("vms.yml", books)
    code, told = hand.adopt("--yes")
    assert code == 8, hand.said
    row = next(row for row in told["items"] if row["ref"] == "cloud/server/pay-01")
    # nova tells the groups of both ports as the server's, so only the ports themselves differ
    assert {each["path"]: (each["declared"], each["live"]) for each in row["differences"]} == {
        "port gov-net: security_groups": (["default", "web"], ["web"]),
        "port gov-net/2: security_groups": (["default", "web"], ["default"]),
    }
    assert hand.text() == books


def test_one_vm_is_adopted_with_its_parts_and_the_rest_follows_later(hand: Hand) -> None:
    made = hand.cloud.seed("hrss", 2, volumes=1, size_gib=20)
    hand.books(made)
    code, told = hand.adopt("cloud/server/pay-02", "--yes")
    assert (code, told["settled"]) == (0, True)
    assert {name.split("/")[0].split(" ")[1] for name in hand.state()} == {
        "pay-02",
        "pay-02-data",
    }
    assert made[0]["id"] not in hand.text()
    code, told = hand.adopt("--yes")
    assert (code, told["settled"], len(hand.state())) == (0, True, 8)


@pytest.mark.parametrize("after_s", [0.0, 1.0, 3.0])
def test_killed_while_it_imports_it_is_done_again_without_a_trace(
    hand: Hand, after_s: float
) -> None:
    made = hand.cloud.seed("hrss", 4, volumes=1, size_gib=20)
    before = hand.books(made)
    program = "from omlib.cli.main import run; run()"
    words = [sys.executable, "-c", program, "adopt", "--yes", "-i", str(hand.root)]
    hand.cloud.clear_counts()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 120
        while hand.text() == before and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.05)
        time.sleep(after_s)  # the files are written, and the import is on its way
        process.kill()
    written = hand.text()
    assert all(one["id"] in written for one in made)
    assert hand.cloud.changes() == {}
    assert hand.adopt("--yes")[0] == 0, hand.said
    assert len(hand.state()) == 16
    assert hand.text() == written
    assert hand.adopt()[0] == 0


def test_what_the_books_leave_open_is_filled_in_only_when_asked(hand: Hand) -> None:
    (one,) = hand.cloud.seed("hrss", 1, volumes=1)
    record = f"    name: {one['name']}\n    cloud: gov\n    project: hrss\n    vcpu: 2\n"
    books = f"vms:\n  - id: pay-01\n{record}    ram_mib: 4096\n    floating_ip: 172.31.0.200\n"
    hand.write("vms.yml", books)
    code, told = hand.adopt("--dry-run", "--new", "--min-score", "40")
    assert code == 2 | 4
    (volume,) = told["outside"]
    assert volume["needs"] == ["of_record"]
    assert fates(told) == {
        "cloud/server/pay-01": "adopt",
        "cloud/floating_ip/pay-01": "absent",
    }
    code, told = hand.adopt("--yes", "--accept-live", "--min-score", "40")
    assert (code, told["settled"]) == (0, True)
    address = f"    interfaces: [{{network: gov-net, address: {one['address']}}}]\n"
    assert hand.text() == (f"{books}    bound_id: {one['id']}\n    image: lab-linux\n{address}")
    assert set(hand.state()) == {"server pay-01", "port pay-01/gov-net"}


def test_networks_routers_and_server_groups_of_a_project_are_adopted_too(hand: Hand) -> None:
    def make(service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = hand.cloud.do("POST", service, path, body, project="hrss")
        return dict(next(iter(answer.values())))

    net = make("network", "/networks", {"network": {"name": "业务网"}})
    subnet = {"network_id": net["id"], "cidr": "10.44.0.0/24", "ip_version": 4, "name": "s"}
    made_subnet = make("network", "/subnets", {"subnet": subnet})
    router = make("network", "/routers", {"router": {"name": "出口"}})
    path = f"/routers/{router['id']}/add_router_interface"
    hand.cloud.do("PUT", "network", path, {"subnet_id": made_subnet["id"]}, project="hrss")
    policy = {"name": "apart", "policy": "anti-affinity"}
    group = make("compute", "/os-server-groups", {"server_group": policy})
    hand.write("vms.yml", "vms: []\n")
    hand.write(
        "clouds.yml",
        CLOUDS + "      - {id: app-net, name: 业务网, cidr: 10.44.0.0/24, project: hrss}\n"
        "    routers: [{id: edge, name: 出口, project: hrss, networks: [app-net]}]\n"
        "    server_groups:\n"
        "      - {id: pay-apart, name: apart, project: hrss, policy: anti-affinity}\n",
    )
    code, told = hand.adopt("--yes")
    assert (code, told["settled"]) == (0, True), json.dumps(told, ensure_ascii=False)
    assert hand.state() == {
        "network app-net": net["id"],
        "subnet app-net": made_subnet["id"],
        "router edge": router["id"],
        "server_group pay-apart": group["id"],
    }
    text = hand.text("clouds.yml")
    assert f"project: hrss, bound_id: {net['id']}}}\n" in text
    assert f"networks: [app-net], bound_id: {router['id']}}}]\n" in text
    assert f"policy: anti-affinity, bound_id: {group['id']}}}\n" in text
