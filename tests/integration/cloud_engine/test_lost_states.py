"""States that are lost, or are another clone's; and stacks whose name cannot be read back."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from omlib.model.ref import Plane, make_ref
from omlib.model.stack import Op, Rule
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.gate import Permission
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import stack_name, stack_of, urn_of
from omlib.planes.cloud.stacks.resource import Link
from omlib.testing.openstack import simulated_cloud

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town


def test_what_another_clone_made_is_not_made_again_here(town: "Town", tmp_path: Path) -> None:
    """`.omlib/` is in no Git: whoever clones the inventory has no state, and sees all undone."""
    town.vm("oa-01", 11, volumes=[{"id": "oa-data", "size_gib": 10}])
    town.groups["web"] = ["ingress tcp 443 0.0.0.0/0"]
    town.up()
    (data,) = town.cloud.things("volume")
    clone = replace(town, root=tmp_path / "clone")
    town.cloud.clear_counts()
    done = clone.up()
    (refusal,) = done.refused
    assert (refusal.rule, done.changed) == (Rule.MARKED, False)
    assert {str(ref) for ref in refusal.refs} == {
        "cloud/port/oa-01/gov-net",
        "cloud/security_group/web",
        "cloud/server/oa-01",
        "cloud/volume/oa-data",
    }
    assert data["id"] in refusal.detail
    assert town.cloud.changes() == {}
    town.vm("oa-02", 12)
    assert {str(step.ref): step.op for step in town.up().steps}["cloud/server/oa-02"] is Op.CREATE


def test_what_changes_while_it_is_taken_over_is_not_changed_back(town: "Town") -> None:
    """Between the proof and the import; the engine would bring it to its declaration at once."""
    (grown,) = town.cloud.seed("hrss", 1)
    town.vm("oa-01", 11, bound_id=grown["id"])
    card = {"network": "gov-net", "address": grown["address"]}
    town.vms["oa-01"] |= {"name": grown["name"], "interfaces": [card]}
    (stack,) = town.stacks()
    copies = town.setting().home.copies(stack_name(stack))

    def colleague() -> None:
        until = time.monotonic() + 60
        while not list(copies.glob("*.json")) and time.monotonic() < until:
            time.sleep(0.005)  # the state is copied when the proof is there
        town.cloud.edit("server", grown["id"], name="renamed")

    ids = {Link("server", "oa-01"): grown["id"], Link("port", "oa-01/gov-net"): grown["port"]}
    town.cloud.clear_counts()
    thread = threading.Thread(target=colleague)
    thread.start()
    done = town.up(adopt={stack: ids})
    thread.join()
    assert town.cloud.changes() == {}
    assert [server["name"] for server in town.cloud.things("server")] == ["renamed"]
    assert done.fault == "engine_failed"
    assert "changed in the cloud while this run began" in dict(done.facts)["said"]
    assert {str(s.ref): s.op for s in done.again}["cloud/server/oa-01"] is Op.UPDATE


def test_what_changes_between_the_look_and_the_change_is_left_to_the_next_run(town: "Town") -> None:
    """What goes in that moment is not made again either: nobody counted it."""
    for number in (1, 2, 3):
        town.vm(f"oa-0{number}", 10 + number)
    first = town.up()
    ids = {server["name"]: server["id"] for server in town.cloud.things("server")}
    copies = town.setting().home.copies(first.stack)
    before = set(copies.glob("*.json"))

    def colleague() -> None:
        until = time.monotonic() + 60
        while set(copies.glob("*.json")) == before and time.monotonic() < until:
            time.sleep(0.005)
        town.cloud.edit("server", ids["oa-01"], name="renamed")
        town.cloud.vanish("server", ids["oa-02"])

    town.vms["oa-03"]["metadata"] = {"tier": "web"}
    town.cloud.clear_counts()
    thread = threading.Thread(target=colleague)
    thread.start()
    done = town.up()
    thread.join()
    assert town.cloud.changes() == {"POST compute /servers/*/metadata": 1}
    assert {server["name"] for server in town.cloud.things("server")} == {"renamed", "oa-03"}
    assert done.fault == "engine_failed"
    assert {str(s.ref): s.op for s in done.again if s.op is not Op.SAME} == {
        "cloud/server/oa-01": Op.UPDATE,
        "cloud/server/oa-02": Op.CREATE,
    }


def test_a_small_stack_is_not_made_anew_in_another_cloud(town: "Town", tmp_path: Path) -> None:
    """A profile that leads elsewhere: each thing is answered with 404, as if it were gone."""
    town.vm("oa-01", 11)
    town.up()
    with simulated_cloud(tmp_path / "other", projects=("hrss",)) as other:
        astray = replace(town, cloud=other)
        refused = astray.up()
        assert [each.rule for each in refused.refused] == [Rule.GONE]
        assert other.changes() == {}
    assert {step.op for step in town.up().steps} == {Op.SAME}


def test_a_replaced_port_is_plugged_in_though_its_id_was_not_known_before(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    town.vm("oa-01", 21)
    ref = make_ref(Plane.CLOUD, "port", "oa-01", "gov-net")
    done = town.up(permission=Permission(replace=frozenset({ref})))
    assert done.fault == ""
    assert {step.op for step in done.again} == {Op.SAME}
    (server,) = town.cloud.things("server")
    (port,) = (p for p in town.cloud.things("port") if p["device_id"] == server["id"])
    assert port["fixed_ips"][0]["ip_address"] == "10.20.1.21"


def test_a_department_with_a_long_name_is_taken_over_and_recovered(
    tmp_path: Path, town: "Town"
) -> None:
    """Its stack's name ends in a digest, so that the provider cannot tell the place by it."""
    project = "宜宾市人力资源和社会保障局"
    with simulated_cloud(tmp_path / "long", projects=(project,)) as cloud:
        long = replace(town, root=tmp_path / "long-books", cloud=cloud, project=project, vms={})
        (grown,) = cloud.seed(project, 1)
        long.vm("oa-01", 11, bound_id=grown["id"])
        card = {"network": "gov-net", "address": grown["address"]}
        long.vms["oa-01"] |= {"name": grown["name"], "interfaces": [card]}
        (stack,) = long.stacks()
        assert stack_of(stack_name(stack)) is None
        ids = {Link("server", "oa-01"): grown["id"], Link("port", "oa-01/gov-net"): grown["port"]}
        taken = long.up(adopt={stack: ids})
        assert {(step.op, step.error) for step in taken.steps} == {(Op.IMPORT, "")}
        assert {step.op for step in taken.again} == {Op.SAME}
        held = {each.id for each in read(long.setting().home, taken.stack).resources}
        assert held == set(ids.values())
        # a creation whose answer was lost, and its process with it
        urn = urn_of(taken.stack, "volume", "data")
        journal = CreateJournal(long.setting().home.creates(taken.stack))
        journal.began(urn, "volume", Place("gov", "RegionOne", project), "data")
        body = {"name": "data", "size": 5, "metadata": {"omlib_urn": urn, "omlib_id": "data"}}
        cloud.do("POST", "volumev3", "/volumes", {"volume": body}, project=project)
        long.vms["oa-01"]["volumes"] = [{"id": "data", "size_gib": 5}]
        (done,) = runs.up(long.setting(grace_s=1), long.stacks()).results
        assert {str(step.ref): step.op for step in done.steps}["cloud/volume/data"] is Op.IMPORT
        assert len(cloud.things("volume")) == 1
