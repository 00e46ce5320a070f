"""Whole stacks over a real engine: made, drifted, mended, carried, refused, held."""

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from omlib.cli.main import main
from omlib.inventory.load import load
from omlib.model.ref import parse_ref
from omlib.model.stack import Cause, Op, Rule, StackResult, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.gate import Permission
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.stacks.program import stacks_of
from omlib.report.stack_exits import stack_exit_code

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ+MzTYCHaPZ4HDZ6oVFU1ZPLXWQ0WyzsuIBD0WyCAC0 ops"


def found(steps: tuple[Step, ...], ref: str) -> Step:
    return {str(step.ref): step for step in steps}[ref]


def server_id(town: "Town", name: str) -> str:
    return str(next(s["id"] for s in town.cloud.things("server") if s["name"] == name))


def all_same(result: StackResult) -> bool:
    return not result.fault and all(
        step.op is Op.SAME and not step.unknown for step in result.again or result.steps
    )


def resize(town: "Town", name: str, flavor: str, *, confirm: bool = True) -> None:
    flavors = {each["name"]: each["id"] for each in town.cloud.things("flavor")}
    path = f"/servers/{server_id(town, name)}/action"
    told = {"resize": {"flavorRef": flavors[flavor]}}
    town.cloud.do("POST", "compute", path, told, project="hrss")
    if confirm:
        town.cloud.do("POST", "compute", path, {"confirmResize": None}, project="hrss")


def test_every_kind_is_made_in_one_run_and_then_as_declared(town: "Town") -> None:
    town.groups = {
        "web": ["ingress tcp 443 10.20.0.0/20", "ingress tcp 22 group:ops"],
        "ops": ["ingress tcp 22 group:web"],
    }
    town.parts = {
        "networks": [{"id": "own", "cidr": "192.168.7.0/24", "project": "hrss", "dhcp": False}],
        "routers": [{"id": "r", "project": "hrss", "external": "ext-net", "networks": ["own"]}],
        "key_pairs": [{"id": "ops", "project": "hrss", "public_key": KEY}],
        "server_groups": [{"id": "apart", "project": "hrss", "policy": "anti-affinity"}],
    }
    town.vm("oa-01", 11, security_groups=["web"], volumes=[{"id": "data", "size_gib": 20}])
    town.vm("oa-02", 12, floating_ip="172.31.0.77", metadata={"dept": "人社"})
    own = [{"network": "own", "address": "192.168.7.13"}]
    town.vm("oa-03", 13, interfaces=own, key_pair="ops", server_group="apart")

    looked = town.preview()
    assert {step.op for step in looked.steps} == {Op.CREATE}
    assert town.cloud.changes() == {}
    done = town.up()
    assert done.changed
    assert {step.op for step in done.steps} == {Op.CREATE}
    assert len(done.steps) == 16
    assert all_same(done)
    town.cloud.clear_counts()
    again = town.up()
    assert (again.changed, town.cloud.changes()) == (False, {})
    assert all_same(again)
    # who only looks is not shown another account's key pairs: it says so, and calls nothing gone
    (unknown,) = [step for step in town.preview().steps if step.unknown]
    assert (str(unknown.ref), unknown.gone) == ("cloud/key_pair/ops", False)


def test_drift_is_named_by_attribute_with_who_did_it_and_is_mended(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.vm("oa-02", 12)
    town.up()
    time.sleep(1.1)  # nova logs whole seconds
    resize(town, "oa-01", "m1.medium")
    town.cloud.edit("server", server_id(town, "oa-02"), name="改名")
    for look in (town.preview, town.drift):
        result = look()
        one, other = (found(result.steps, f"cloud/server/oa-0{n}") for n in (1, 2))
        assert {side.path: (side.live, side.recorded) for side in one.sides} == {
            "vcpu": (4, 2),
            "ram_mib": (8192, 4096),
        }
        assert {side.cause for side in one.sides} == {Cause.DEPLOYED_DRIFT}
        deeds = {side.deed.action for side in one.sides if side.deed}
        assert deeds == {"confirmResize"}
        assert [(side.path, side.live, side.deed) for side in other.sides] == [
            ("name", "改名", None)
        ]
    assert all_same(town.up())
    assert all_same(town.drift())


def test_a_resize_that_was_cut_off_is_confirmed_and_a_foreign_one_is_left(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.vm("oa-02", 12)
    town.up()
    town.vm("oa-01", 11, vcpu=4, ram_mib=8192)
    for name in ("oa-01", "oa-02"):
        resize(town, name, "m1.medium", confirm=False)
    assert found(town.preview().steps, "cloud/server/oa-01").unknown is UnknownReason.IN_TRANSITION
    done = town.up()
    statuses = {str(s["name"]): s["status"] for s in town.cloud.things("server")}
    assert statuses == {"oa-01": "ACTIVE", "oa-02": "VERIFY_RESIZE"}
    assert found(done.steps, "cloud/server/oa-01").op is Op.UPDATE
    assert found(done.again, "cloud/server/oa-01").unknown is None
    assert found(done.again, "cloud/server/oa-02").unknown is UnknownReason.IN_TRANSITION


def test_a_declared_change_on_top_of_a_drift_is_both(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    resize(town, "oa-01", "m1.medium")
    town.vm("oa-01", 11, vcpu=8, ram_mib=16384)
    step = found(town.preview().steps, "cloud/server/oa-01")
    assert {(side.path, side.declared, side.live, side.recorded) for side in step.sides} == {
        ("vcpu", 8, 4, 2),
        ("ram_mib", 16384, 8192, 4096),
    }
    assert {side.cause for side in step.sides} == {Cause.BOTH}


def test_what_is_no_longer_declared_is_carried_told_and_never_deleted(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.vm("oa-02", 12, volumes=[{"id": "data", "size_gib": 5}])
    town.up()
    del town.vms["oa-02"]
    town.vm("oa-01", 11, metadata={"new": "1"})
    town.cloud.edit("server", server_id(town, "oa-02"), name="elsewhere")
    looked = town.preview()
    carried = {str(step.ref) for step in looked.steps if step.carried}
    assert carried == {
        "cloud/port/oa-02/gov-net",
        "cloud/server/oa-02",
        "cloud/volume/data",
        "cloud/volume_attachment/oa-02/data",
    }
    assert {step.op for step in looked.steps if step.carried} == {Op.SAME}
    town.cloud.clear_counts()
    done = town.up()
    assert done.changed
    assert not [call for call in town.cloud.changes() if call.startswith("DELETE")]
    assert {s["name"] for s in town.cloud.things("server")} == {"oa-01", "elsewhere"}
    held = {each.name for each in read(town.setting().home, done.stack).resources}
    assert {"oa-02", "data"} <= held


def test_with_nothing_declared_all_is_carried(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    town.vms = {}
    result = town.preview()
    assert [(step.carried, step.op) for step in result.steps] == [(True, Op.SAME)] * 2


def test_a_replacement_is_refused_without_and_done_with_its_permission(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    before = server_id(town, "oa-01")
    town.vm("oa-01", 11, interfaces=[{"network": "gov-net", "address": "10.20.1.99"}])
    town.cloud.clear_counts()
    refused = town.up()
    assert [(each.rule, [str(ref) for ref in each.refs]) for each in refused.refused] == [
        (Rule.REPLACE, ["cloud/port/oa-01/gov-net"])
    ]
    assert town.cloud.changes() == {}
    permission = Permission(replace=frozenset({parse_ref("cloud/port/oa-01/gov-net")}))
    done = town.up(permission=permission)
    assert not done.fault, done
    assert found(done.steps, "cloud/port/oa-01/gov-net").op is Op.REPLACE
    assert server_id(town, "oa-01") == before
    ours = [p for p in town.cloud.things("port") if p["device_id"] == before]
    assert [p["fixed_ips"][0]["ip_address"] for p in ours] == ["10.20.1.99"]
    assert all_same(done)
    held = read(town.setting().home, done.stack).resources
    flags = {each.protect and each.retain for each in held}
    assert flags == {True}


def test_a_few_gone_are_made_anew_and_many_only_when_a_person_says_so(town: "Town") -> None:
    for number in range(5):
        town.vm(f"oa-{number}", 10 + number)
    town.up()
    for number in range(4):
        live_id = server_id(town, f"oa-{number}")
        town.cloud.do("DELETE", "compute", f"/servers/{live_id}", project="hrss")
    refused = town.up()
    assert [(each.rule, len(each.refs)) for each in refused.refused] == [(Rule.GONE, 4)]
    assert len(town.cloud.things("server")) == 1
    done = town.up(permission=Permission(gone=4))
    assert not done.fault, done
    assert {s["name"] for s in town.cloud.things("server")} == {f"oa-{n}" for n in range(5)}
    assert all_same(done)


def test_what_cannot_be_seen_is_left_as_it_is_while_the_others_are_changed(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.vm("oa-02", 12)
    town.up()
    town.cloud.set(unreadable={server_id(town, "oa-02"): "absent"})
    for number in (1, 2):
        town.vm(f"oa-0{number}", 10 + number, metadata={"owner": "科"})
    done = town.up()
    assert [str(ref) for ref in done.held] == ["cloud/server/oa-02"]
    assert found(done.steps, "cloud/server/oa-01").op is Op.UPDATE
    assert found(done.steps, "cloud/server/oa-02").unknown is UnknownReason.ERROR
    held = {s["name"]: s["metadata"] for s in town.cloud.things("server")}
    assert held["oa-01"]["owner"] == "科"
    assert "owner" not in held["oa-02"]
    town.cloud.set(unreadable={})
    assert all_same(town.up())


def test_what_cannot_be_listed_is_not_called_absent_and_nothing_is_made_of_it(
    town: "Town",
) -> None:
    town.vm("oa-01", 11)
    town.up()
    town.vm("oa-01", 11, metadata={"owner": "科"})
    town.vm("oa-02", 12, volumes=[{"id": "data", "size_gib": 20}])
    town.cloud.trouble(method="GET", path="/ports", status=403)
    for look in (town.preview, town.up):
        told = look()
        for ref in ("cloud/port/oa-02/gov-net", "cloud/server/oa-02"):
            assert found(told.steps, ref).unknown is UnknownReason.DENIED
    assert {s["name"] for s in town.cloud.things("server")} == {"oa-01"}
    assert [v["name"] for v in town.cloud.things("volume")] == ["data"]
    town.cloud.calm()
    assert all_same(town.up())


def test_nothing_is_made_beside_a_live_thing_that_nobody_took_over(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    town.cloud.seed("hrss", 1)
    by_hand = next(s for s in town.cloud.things("server") if s["name"] != "oa-01")
    town.vm("oa-02", 12, volumes=[{"id": "data", "size_gib": 20}])
    town.vms["oa-02"]["name"] = by_hand["name"]
    (port,) = [p for p in town.cloud.things("port") if p["device_id"] == by_hand["id"]]
    town.vm("oa-03", 13)
    town.vms["oa-03"]["interfaces"][0]["address"] = port["fixed_ips"][0]["ip_address"]
    (foreseen,) = town.preview().refused
    done = town.up()
    (refused,) = done.refused
    assert refused == foreseen
    assert refused.rule is Rule.ALIKE
    refs = {str(ref) for ref in refused.refs}
    assert refs == {"cloud/server/oa-02", "cloud/port/oa-03/gov-net"}
    assert len(town.cloud.things("server")) == 2
    assert town.cloud.things("volume") == []


def test_one_that_fails_stops_no_other_and_says_why_in_the_clouds_words(town: "Town") -> None:
    for number in range(3):
        town.vm(f"oa-{number}", 10 + number)
    town.cloud.trouble(
        method="POST", service="network", path="/ports", status=409, times=1, message="太多端口"
    )
    done = town.up()
    failed = [step for step in done.steps if step.error]
    assert len(failed) == 1
    assert "409" in failed[0].error
    assert len(town.cloud.things("server")) == 2
    assert all_same(town.up())


def test_a_vm_that_moved_to_another_shard_is_not_made_twice(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    town.vm("oa-01", 11, shard="b")
    estate = town.setting().estate
    run = runs.up(town.setting(), stacks_of(estate))
    (result,) = run.results
    assert [(each.rule, each.detail) for each in result.refused] == [
        (Rule.ELSEWHERE, "gov.RegionOne.hrss")
    ]
    assert len(town.cloud.things("server")) == 1


def test_what_the_inventory_binds_to_a_live_thing_is_not_made_anew(town: "Town") -> None:
    town.vm("oa-01", 11, bound_id="0b1f6c1e-0000-4000-8000-000000000001")
    result = town.up()
    assert [each.rule for each in result.refused] == [Rule.BOUND]
    assert town.cloud.changes() == {}


def test_a_cloud_without_a_changing_account_is_not_changed(town: "Town") -> None:
    town.vm("oa-01", 11)
    setting = town.setting()
    path = town.root / "clouds.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("change_profile: sim-change", ""), encoding="utf-8")
    estate = load(town.root).checked()
    run = runs.up(
        runs.Setting(
            estate=estate,
            root=town.root,
            pulumi=setting.pulumi,
            progress=setting.progress,
            clouds_yaml=setting.clouds_yaml,
        ),
        stacks_of(estate),
    )
    assert [(r.fault, r.is_refusal) for r in run.results] == [("cloud_not_changeable", True)]
    assert stack_exit_code(run) == 8


def test_the_commands_speak_json_and_the_exit_codes_of_the_contract(
    town: "Town", capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(town.cloud.clouds_yaml))
    monkeypatch.setenv("OMLIB_PULUMI", str(town.pulumi))
    town.vm("oa-01", 11)
    town.write()

    def told(*words: str) -> tuple[int, Any]:
        code = main(["cloud", *words, "--json", "-i", str(town.root)])
        return code, json.loads(capsys.readouterr().out)

    code, stacks = told("stacks")
    assert (code, [each["stack"] for each in stacks["stacks"]]) == (0, ["gov.RegionOne.hrss"])
    assert told("preview")[0] == 2
    code, run = told("up", "--project", "hrss")
    assert (code, run["stacks"][0]["changed"]) == (0, True)
    assert told("preview", "--stack", "gov.RegionOne.hrss")[0] == 0
    assert told("recover")[0] == 0
    town.cloud.edit("server", server_id(town, "oa-01"), name="x")
    assert told("drift")[0] == 2
    town.vm("oa-01", 11, interfaces=[{"network": "gov-net", "address": "10.20.1.99"}])
    town.write()
    code, run = told("up")
    assert (code, run["stacks"][0]["refused"][0]["rule"]) == (10, "replace")
    assert main(["runs", "list", "--json", "-i", str(town.root)]) == 0
    kept = [
        (each["verb"], each["exit_code"]) for each in json.loads(capsys.readouterr().out)["runs"]
    ]
    assert kept == [("cloud up", 10), ("cloud up", 0)]
    assert main(["cloud", "up", "--stack", "nope", "-i", str(town.root)]) == 64
    assert main(["cloud", "env", "-i", str(town.root)]) == 0
    env = capsys.readouterr().out
    assert f"export OMLIB_INVENTORY={town.root}" in env
    assert "passphrase" in env
    secret = (town.setting().home.passphrase).read_text(encoding="ascii")
    assert secret not in env
