"""What must hold whatever the cloud answers: a look changes nothing, and what is not seen stays."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from omlib.model.finding import Finding
from omlib.model.stack import Op, Rule, StackResult
from omlib.model.status import Status, UnknownReason
from omlib.planes.cloud.declared import declare
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.plane import CloudPlane
from omlib.planes.cloud.stacks.names import stack_name
from omlib.planes.cloud.stacks.resource import Link
from omlib.reconcile.compare import reconcile

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town

STACK = "gov.RegionOne.hrss"


def built(town: "Town", servers: int) -> None:
    """*servers* with a port each, made by omlib itself and then left alone."""
    for number in range(1, servers + 1):
        town.vm(f"app-{number:02d}", 10 + number)
    done = town.up()
    assert not done.fault, done
    assert [step.op for step in done.again] == [Op.SAME] * 2 * servers
    town.cloud.clear_counts()


def names_in_state(town: "Town") -> set[tuple[str, str]]:
    state = read(town.setting().home, STACK)
    return {(each.kind, each.name) for each in state.resources}


def server_id(town: "Town", name: str) -> str:
    (found,) = (s["id"] for s in town.cloud.things("server", "hrss") if s["name"] == name)
    return str(found)


def unseen(result: StackResult) -> set[str]:
    return {step.ref.owner for step in result.steps if step.unknown}


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def found_by_the_plane(town: "Town") -> list[Finding]:
    """The other look: of the plane that reconciles, without the engine."""
    estate = town.setting().estate
    plane = CloudPlane(estate, _Clock(), clouds_yaml=town.cloud.clouds_yaml)
    (target,) = plane.targets()
    return reconcile(declare(estate), plane.observe(target), today=date(2026, 11, 21))


def test_looking_makes_no_call_that_changes_anything(town: "Town") -> None:
    built(town, 3)
    town.cloud.do(
        "PUT",
        "compute",
        f"/servers/{server_id(town, 'app-01')}",
        {"server": {"name": "renamed"}},
        project="hrss",
    )
    town.cloud.do("DELETE", "compute", f"/servers/{server_id(town, 'app-02')}", project="hrss")
    town.vm("app-04", 14)
    town.cloud.clear_counts()
    looked, drifted = town.preview(), town.drift()
    assert {str(s.ref): s.op for s in looked.steps if s.op is not Op.SAME} == {
        "cloud/server/app-01": Op.UPDATE,
        "cloud/server/app-02": Op.CREATE,
        "cloud/port/app-04/gov-net": Op.CREATE,
        "cloud/server/app-04": Op.CREATE,
    }
    assert {str(s.ref) for s in drifted.steps if s.gone} == {"cloud/server/app-02"}
    assert town.cloud.changes() == {}
    assert town.cloud.counts()


def down_503(town: "Town") -> None:
    town.cloud.trouble(service="compute", status=503)


def denied(town: "Town") -> None:
    town.cloud.trouble(service="compute", path="/servers.*", status=403)


def wrong_scope(town: "Town") -> None:
    town.cloud.project("elsewhere")
    town.cloud.set(grants={"hrss": "elsewhere"})


def no_role(town: "Town") -> None:
    town.cloud.project("hrss", sim="", sim_change="")


def cut_on_page_3(town: "Town") -> None:
    town.cloud.set(page_items=2)
    town.cloud.trouble(path="/servers/detail", page=3, cut=True)


TROUBLES = (down_503, denied, wrong_scope, no_role, cut_on_page_3)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_what_cannot_be_seen_is_unknown_stays_in_the_state_and_is_not_made_again(
    town: "Town", trouble: Callable[["Town"], None]
) -> None:
    built(town, 7)
    before, there = names_in_state(town), town.cloud.things("server", "hrss")
    trouble(town)
    results = [town.preview(), town.drift(), town.up()]
    verdicts = {finding.status for finding in found_by_the_plane(town)}
    assert verdicts <= {Status.UNKNOWN, Status.IN_SYNC}
    assert Status.UNKNOWN in verdicts
    assert names_in_state(town) == before
    for result in results:
        assert not any(step.gone for step in result.steps)
        assert not any(step.changes for step in result.steps)
        if not result.fault:  # where the whole run failed there is no verdict, so none is wrong
            assert unseen(result)
    assert town.cloud.changes() == {}
    assert town.cloud.things("server", "hrss") == there
    town.cloud.calm()
    town.cloud.set(grants={}, page_items=1000)
    town.cloud.project("hrss", sim="reader", sim_change="member")
    assert {step.op for step in town.preview().steps} == {Op.SAME}


def test_a_cut_on_page_3_leaves_verdicts_on_what_was_read(town: "Town") -> None:
    built(town, 7)
    cut_on_page_3(town)
    looked = town.preview()
    servers = [step for step in looked.steps if step.ref.kind == "server"]
    assert sum(step.unknown is None for step in servers) == 4
    assert sum(step.unknown is not None for step in servers) == 3


@pytest.mark.parametrize("body", ['{"servers": []}', ""])
def test_a_listing_that_lacks_things_without_a_word_removes_nothing(
    town: "Town", body: str
) -> None:
    """Neither an empty answer nor one that hides its last pages: each server is asked for by id."""
    built(town, 5)
    before = names_in_state(town)
    town.cloud.set(page_items=2)
    town.cloud.trouble(path="/servers/detail", last=True, body=body)
    for result in (town.preview(), town.drift(), town.up()):
        assert {step.op for step in result.steps} == {Op.SAME}
        assert not any(step.gone or step.unknown for step in result.steps)
    assert names_in_state(town) == before
    assert town.cloud.changes() == {}


@pytest.mark.parametrize("how", ["absent", "entry"])
def test_one_unreadable_server_of_twenty_leaves_nineteen_verdicts(town: "Town", how: str) -> None:
    built(town, 20)
    town.cloud.set(unreadable={server_id(town, "app-07"): how})
    large = next(f["id"] for f in town.cloud.things("flavor") if f["name"] == "m1.large")
    path = f"/servers/{server_id(town, 'app-03')}/action"
    for body in ({"resize": {"flavorRef": large}}, {"confirmResize": None}):
        town.cloud.do("POST", "compute", path, body, project="hrss")
    for result in (town.preview(), town.drift()):
        assert not result.fault
        servers = {s.ref.owner: s for s in result.steps if s.ref.kind == "server"}
        assert [name for name, step in servers.items() if step.unknown] == ["app-07"]
        assert [name for name, step in servers.items() if step.sides] == ["app-03"]
        assert len(servers) == 20
    done = town.up()  # the nineteen are put right, the one is left as it is
    assert [ref.owner for ref in done.held] == ["app-07"]
    assert not done.fault
    assert town.cloud.changes() == {"POST compute /servers/*/action": 2}  # resize and confirm
    assert {s.op for s in done.again} == {Op.SAME}


def test_an_import_that_differs_is_refused_before_anything_is_written(town: "Town") -> None:
    (alike, other) = town.cloud.seed("hrss", 2)
    for number, seeded in enumerate((alike, other), 1):
        town.vm(seeded["name"], number, bound_id=seeded["id"])
        town.vms[seeded["name"]]["interfaces"][0]["address"] = seeded["address"]
    town.vms[other["name"]]["vcpu"] = 8
    (stack,) = town.stacks()
    assert stack_name(stack) == STACK
    ids = {
        Link(kind, name): live_id
        for seeded in (alike, other)
        for kind, name, live_id in (
            ("server", seeded["name"], seeded["id"]),
            ("port", f"{seeded['name']}/gov-net", seeded["port"]),
        )
    }
    town.cloud.clear_counts()
    refused = town.up(adopt={stack: ids})
    assert [refusal.rule for refusal in refused.refused] == [Rule.IMPORT_DIFFERS]
    assert [str(ref) for ref in refused.refused[0].refs] == [f"cloud/server/{other['name']}"]
    assert not refused.changed
    assert names_in_state(town) == set()
    assert town.cloud.changes() == {}
    town.vms[other["name"]]["vcpu"] = 2
    taken = town.up(adopt={stack: ids})
    assert {step.op for step in taken.steps} == {Op.IMPORT}
    assert {step.op for step in taken.again} == {Op.SAME}
    assert town.cloud.changes() == {}


def test_leaving_the_inventory_never_deletes_a_server(town: "Town") -> None:
    built(town, 3)
    there, before = town.cloud.things("server", "hrss"), names_in_state(town)
    del town.vms["app-02"]
    for result in (town.preview(), town.up()):
        assert not result.fault
        assert {s.ref.owner.split("/")[0] for s in result.steps if s.carried} == {"app-02"}
        assert {step.op for step in result.steps} == {Op.SAME}
    town.vms.clear()
    for result in (town.preview(), town.up(), town.drift()):
        assert not result.fault
        assert {step.op for step in result.steps} == {Op.SAME}
    assert town.cloud.things("server", "hrss") == there
    assert names_in_state(town) == before
    assert town.cloud.changes() == {}


def test_what_was_removed_by_hand_and_is_no_longer_declared_is_not_made_again(
    town: "Town",
) -> None:
    built(town, 2)
    town.cloud.do("DELETE", "compute", f"/servers/{server_id(town, 'app-02')}", project="hrss")
    del town.vms["app-02"]
    done = town.up()
    assert not done.fault
    assert town.cloud.changes() == {}
    assert ("server", "app-02") not in names_in_state(town)
    assert len(town.cloud.things("server", "hrss")) == 1


def test_a_server_in_transition_is_unknown_until_it_settled(town: "Town") -> None:
    built(town, 2)
    town.cloud.edit("server", server_id(town, "app-01"), status="RESIZE", _task="resize_migrating")
    (step,) = (s for s in town.preview().steps if s.unknown)
    assert (step.ref.owner, step.unknown) == ("app-01", UnknownReason.IN_TRANSITION)
    assert town.cloud.changes() == {}
