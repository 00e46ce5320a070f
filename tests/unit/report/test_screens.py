"""The smaller screens: runs, a plan, doctor, the lab, a look, the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from omlib.inventory.listing import Found
from omlib.inventory.problem import Code, Problem
from omlib.model.action import Action, Verb
from omlib.model.check import Answer
from omlib.model.estate import Contract, ServerState, Vm, Volume
from omlib.model.finding import Coverage
from omlib.model.item import Scope, Source
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.plan.plan import NotPlanned, Plan, Why
from omlib.report.doctor_screen import Check, doctor_report
from omlib.report.document import Document
from omlib.report.inventory_screens import (
    LISTS,
    listing_json,
    listing_report,
    record_report,
    validation_json,
    validation_report,
)
from omlib.report.lab_screen import lab_status_report
from omlib.report.observe_screen import Look, observation_json, observation_report
from omlib.report.plan_screen import plan_report
from omlib.report.progress_lines import ended_line, started_line
from omlib.report.reconciliation import Label, RunFacts
from omlib.report.runs_screen import run_json, run_report, runs_report
from omlib.report.terminal import to_text
from omlib.report.words import Lang

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _rows(document: Document) -> list[str]:
    return [" ".join(row.split()) for row in to_text(document, 120).splitlines()]


@dataclass(frozen=True, slots=True)
class _Revision:
    commit: str = "4c1d0a0"
    clean: bool | None = False


@dataclass(frozen=True, slots=True)
class _Run:
    id: str = "r1"
    verb: str = "reconcile"
    started: datetime = AT
    ended: datetime | None = AT + timedelta(seconds=12)
    state: str = "ended"
    exit_code: int | None = 6
    actor: str = "li@ops"
    scope: str = "--system oa"
    revision: _Revision = _Revision()
    tool: str = "omlib 0.1.0"
    complete: bool | None = False
    summary: Mapping[str, int] = field(default_factory=lambda: {"missing": 1, "in_sync": 3})
    pruned: datetime | None = None


def test_runs_are_a_table_and_none_is_said_so() -> None:
    rows = _rows(runs_report([_Run(), _Run(id="r2", ended=None, exit_code=None)], Lang.EN))
    assert rows[2] == (
        "r1 reconcile --system oa ended 2026-11-21 02:00:00 +0000 12 s li@ops"
        " 1 missing, 3 in_sync 6"
    )
    assert _rows(runs_report([], Lang.ZH)) == ["运行记录", "没有运行记录。"]


def test_a_run_tells_whose_inventory_it_compared() -> None:
    rows = _rows(run_report(_Run(), Lang.EN))
    assert "REVISION 4c1d0a0, with changes that are not committed" in rows
    assert "SEEN not everything in scope" in rows
    assert run_json(_Run())["ended"] == "2026-11-21T02:00:12Z"


def _action(verb: Verb, **more: object) -> Action:
    sides: dict[str, object] = {"before": {"ram_mib": 8192}, "after": {"ram_mib": 4096}}
    return Action(
        ref=make_ref(Plane.CLOUD, "server", "oa-01"),
        scope=Scope(Plane.CLOUD, "server", "c:r:p"),
        verb=verb,
        **(sides | more),  # type: ignore[arg-type]
    )


def _plan(*actions: Action, left_out: tuple[NotPlanned, ...] = ()) -> Plan:
    return Plan(
        actions=actions,
        bound=(),
        not_planned=left_out,
        declared_items=1,
        created_at=AT,
        created_by="li",
    )


def test_a_plan_shows_each_step_with_both_sides_and_warns_of_the_point_of_no_return() -> None:
    plan = _plan(_action(Verb.UPDATE), _action(Verb.DELETE, after=None, reversible=False))
    rows = _rows(plan_report(plan, Lang.EN, name="p.json", digest="ab12"))
    assert "0 to create, 1 to change, 1 to delete" in rows
    assert "ram_mib: 8192 -> 4096" in rows
    assert "2. delete cloud/server/oa-01 cannot be undone" in rows
    assert any("omlib apply p.json" in row for row in rows)


def test_a_plan_says_what_it_leaves_out_and_why() -> None:
    ref = make_ref(Plane.SERVER, "package", "oa-01", "nginx")
    out = NotPlanned(ref=ref, status=Status.UNKNOWN, why=Why.UNKNOWN, reason=UnknownReason.DENIED)
    rows = _rows(plan_report(_plan(left_out=(out,)), Lang.EN, name="p", digest="ab"))
    assert "No step can be planned: 1 item is left out, each with the reason below." in rows
    assert "not seen well enough to act on (denied)" in rows
    assert not any("omlib apply" in row for row in rows)
    assert "Nothing to do." in _rows(plan_report(_plan(), Lang.EN, name="p", digest="ab"))


def test_a_plan_without_a_file_has_no_name_and_says_how_to_get_one() -> None:
    rows = _rows(plan_report(_plan(_action(Verb.UPDATE)), Lang.EN, name="", digest="ab"))
    assert rows[0] == "Plan"
    assert any("`omlib plan --out FILE`" in row for row in rows)


def test_what_a_plan_leaves_out_of_one_unseen_host_is_one_entry() -> None:
    left_out = tuple(
        NotPlanned(
            ref=make_ref(Plane.SERVER, "package", "oa-01", f"p{number}"),
            status=Status.UNKNOWN,
            why=Why.UNKNOWN,
            reason=UnknownReason.UNREACHABLE,
        )
        for number in range(9)
    )
    rows = _rows(plan_report(_plan(left_out=left_out), Lang.EN, name="p", digest="ab"))
    assert "oa-01 (server): 9 items" in rows
    assert rows.count("not seen well enough to act on (unreachable)") == 1
    assert any(row.endswith("package p5, 3 more; --json names them") for row in rows)


def test_doctor_tells_the_next_step_for_what_is_lacking() -> None:
    checks = [
        Check(name="python", answer=Answer.YES, found="3.11.2"),
        Check(name="podman", answer=Answer.NO, next="apt-get install podman"),
    ]
    rows = _rows(doctor_report(checks, Lang.EN))
    assert "1 check failed; what does not need them still works." in rows
    assert "- container engine: apt-get install podman" in rows


@dataclass(frozen=True, slots=True)
class _Host:
    name: str = "srv1"
    kind: str = "server"
    addresses: tuple[str, ...] = ("198.18.0.11",)
    state: str = "running"


@dataclass(frozen=True, slots=True)
class _Lab:
    id: int = 0
    prefix: str = "198.18.0.0/20"
    hosts: tuple[_Host, ...] = ()
    services: Mapping[str, bool] = field(default_factory=dict)


def test_the_lab_says_what_stands_and_what_does_not() -> None:
    assert "This lab does not stand." in _rows(lab_status_report(_Lab(), Lang.EN))
    stands = _Lab(hosts=(_Host(),), services={"nova": True, "neutron": False})
    rows = _rows(lab_status_report(stands, Lang.EN))
    assert {"srv1 server 198.18.0.11 running", "nova running", "neutron stopped"} <= set(rows)


@dataclass(frozen=True, slots=True)
class _Asked:
    target: str
    plane: str = "server"
    took_s: float = 0.4
    reason: UnknownReason | None = None
    detail: str = ""


def _look(*labels: Label) -> Look:
    scope = Scope(Plane.SERVER, "package", "oa-01")
    gap = (scope, UnknownReason.DENIED, "publickey")
    return Look(
        run=RunFacts(id="r1", started=AT, took_s=1, labels=labels),
        estate="e",
        items=7,
        looks=(_Asked("lb-01"), _Asked("oa-01", reason=UnknownReason.DENIED, detail="publickey")),
        coverage=(Coverage(plane="server", scopes=2, complete=1, items=2, seen=1, gaps=(gap,)),),
    )


def test_a_look_shows_first_what_it_could_not_see() -> None:
    rows = _rows(observation_report(_look(), Lang.EN))
    refused = rows.index("server oa-01 denied 0.4 s publickey")
    assert refused < rows.index("server lb-01 seen whole 0.4 s")
    assert any(row.startswith("- denied:") for row in rows)


def test_a_look_with_a_gap_exits_four_and_an_interrupted_one_130() -> None:
    assert _look().exit_code == 4
    assert _look(Label.INTERRUPTED).exit_code == 130
    assert observation_json(_look())["exit_code"] == 4


@dataclass(frozen=True, slots=True)
class _Loaded:
    problems: tuple[Problem, ...] = ()


def test_every_problem_stands_on_a_line_with_its_place() -> None:
    facts: dict[str, str | int] = {"key": "vpcu", "nearest": "vcpu", "known": "vcpu, ram_mib"}
    loaded = _Loaded(
        (Problem(file="vms.yml", line=3, column=5, code=Code.UNKNOWN_KEY, facts=facts),)
    )
    rows = _rows(validation_report("inventory", loaded, Lang.EN))
    assert rows[1].startswith("vms.yml:3: vpcu is not a field here (did you mean vcpu?)")
    assert rows[-1] == "1 problem in 1 file; nothing was compared or changed."
    assert validation_json("inventory", loaded)["valid"] is False
    assert _rows(validation_report("inventory", _Loaded(), Lang.ZH))[-1] == "没有发现问题。"


def test_a_list_of_vms_sums_their_disks_and_a_contract_is_in_yuan() -> None:
    vm = Vm(
        id="oa-01",
        name="oa-01",
        cloud="gov",
        project="oa",
        systems=("oa",),
        vcpu=4,
        ram_mib=8192,
        volumes=(Volume(id="v1", size_gib=40), Volume(id="v2", size_gib=60)),
        source=Source("vms.yml", 1),
    )
    assert "oa-01 oa-01 oa oa 4 8192 100" in _rows(listing_report("vms", [vm], Lang.EN))
    contract = Contract(
        id="c1",
        system="oa",
        supplier="某公司",
        kind="运维",
        year=2026,
        amount_cents=14300000,
        source=Source("contracts.csv", 2),
    )
    told = _rows(listing_report("contracts", [contract], Lang.ZH))
    assert "c1 oa 某公司 运维 2026 143,000.00" in told
    assert listing_json("vms", [vm])["collection"] == "vms"


def test_a_record_tells_a_listener_of_which_only_its_port_is_declared() -> None:
    state = ServerState(
        items={"listener": {"tcp/*:22": {}}},
        contents={"/etc/motd": "市政\n".encode() + b"x" * 99},
    )
    volumes = (Volume(id="v1", size_gib=40),)
    found = Found(
        collection="servers",
        id="oa-01",
        record={"s": state, "v": volumes},
        source=Source("servers.yml", 1),
        used_by=(),
    )
    rows = _rows(record_report([found], Lang.EN))
    assert "s.items.listener.tcp/*:22 -" in rows
    assert any("市政\\nxxx" in row and row.endswith("x...") for row in rows)
    assert "v[0].id v1" in rows


@pytest.mark.parametrize("collection", LISTS)
def test_an_empty_list_says_so(collection: str) -> None:
    assert _rows(listing_report(collection, [], Lang.EN))[-1] == "None declared."


def test_progress_is_told_in_words_and_an_unknown_step_by_its_name() -> None:
    assert started_line("observe", Lang.ZH) == "查看实际状态 ..."
    assert ended_line("something new", 75, Lang.EN, failed=True) == (
        "something new: failed after 1 min 15 s"
    )
