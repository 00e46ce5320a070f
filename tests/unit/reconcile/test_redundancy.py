"""MLPS row 24: two running instances on different hosts, seen, or not passed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from omlib.model.check import Answer, Checked
from omlib.model.estate import Access, Estate, Server, ServerState, System, Vm
from omlib.model.item import Actual, Declared, Key, Scope, Source, Value
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.mlps.facts import facts_of
from omlib.reconcile.mlps.table import ROWS, run_checks
from omlib.report.mlps_screen import Checks, mlps_json, mlps_report
from omlib.report.reconciliation import RunFacts
from omlib.report.terminal import to_text
from omlib.report.words import Lang, has

SOURCE = Source("x.yml", 1)
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WHOLE = Sight(complete=True, reason=None, at=AT, by="omlib-ro", via="nova")
BROKEN = Sight(complete=False, reason=UnknownReason.INCOMPLETE, at=AT, by="omlib-ro", via="nova")
PAY = System(
    id="pay",
    name="社保缴费",
    department="hrss",
    owner_business="王",
    owner_technical="李",
    function=(),
    zone="gov",
    mlps_level=3,
    lifecycle=Lifecycle(
        stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2020, 1, 1)
    ),
    source=SOURCE,
)
ESTATE = Estate(
    name="无锡",
    timezone="Asia/Shanghai",
    departments={},
    sites={},
    clouds={},
    systems={PAY.id: PAY},
    vms={},
    security_groups={},
    servers={},
    devices={},
    rooms={},
    circuits={},
    contracts=(),
    windows={},
    tombstones={},
    waivers=(),
)


def scope(project: str, kind: str = "server") -> Scope:
    return Scope(Plane.CLOUD, kind, f"gov-cloud:RegionOne:{project}")


def live(name: str, project: str = "hrss", **seen: Value) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@{scope(project).where}:u-{name}"),
        scope=scope(project),
        attributes={"power": "on", "host_id": "h1", **seen},
        keys=(Key("id", f"u-{name}"), Key("mark", name)),
    )


def group(name: str, policy: str, project: str = "hrss", number: int = 1) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, "server_group", f"@{scope(project).where}:g{number}"),
        scope=scope(project, "server_group"),
        attributes={"name": name, "policy": policy},
        keys=(Key("id", f"g{number}"),),
    )


def check(
    declared: Mapping[str, str],
    things: Sequence[Actual],
    *,
    sights: Mapping[Scope, Sight] | None = None,
    estate: Estate = ESTATE,
) -> Checked:
    """*declared* are VMs of the system with the project of each."""
    vms = {
        name: Vm(
            id=name,
            name=name,
            cloud="gov-cloud",
            project=project,
            systems=("pay",),
            vcpu=2,
            ram_mib=4096,
            source=SOURCE,
        )
        for name, project in declared.items()
    }
    items = [
        Declared(
            ref=make_ref(Plane.CLOUD, "server", name),
            scope=scope(project),
            keys=(Key("mark", name),),
            systems=("pay",),
        )
        for name, project in declared.items()
    ]
    seen = {scope("hrss"): WHOLE, scope("civil"): WHOLE} if sights is None else dict(sights)
    look = Observation(sights=seen, actual=tuple(things))
    checked = run_checks(facts_of(replace(estate, vms=vms), items, look))
    (found,) = [one for one in checked if one.row == 24]
    return found


TWO = {"a": "hrss", "b": "hrss"}


def test_two_running_servers_on_different_hosts_of_one_project_pass() -> None:
    found = check(TWO, [live("a"), live("b", host_id="h2")])
    assert (found.answer, found.subject, found.row) == (Answer.YES, "pay", 24)
    assert [one.code for one in found.evidence] == ["runs_on", "runs_on", "apart"]
    assert found.remediation == ""


def test_two_on_one_host_do_not_pass_whatever_their_group_promises() -> None:
    things = [live("a", server_group="g"), live("b", server_group="g"), group("g", "anti-affinity")]
    found = check(TWO, things)
    assert (found.answer, found.remediation) == (Answer.NO, "separate")


def test_one_running_server_is_too_few() -> None:
    found = check(TWO, [live("a"), live("b", power="off", host_id="h2")])
    assert (found.answer, found.remediation) == (Answer.NO, "add_instance")
    assert [one.code for one in found.evidence] == ["runs_on", "not_running", "too_few"]
    assert check(TWO, [live("a")]).answer is Answer.NO  # the other is proven not to be there
    assert check({"a": "hrss"}, [live("a")]).answer is Answer.NO


def test_a_server_that_nobody_declares_for_the_system_does_not_count() -> None:
    assert check({"a": "hrss"}, [live("a"), live("stray", host_id="h2")]).answer is Answer.NO


def test_what_was_not_seen_makes_it_unknown_and_never_passed() -> None:
    sights = {scope("hrss"): BROKEN}
    found = check(TWO, [live("a")], sights=sights)
    assert (found.answer, found.reason) == (Answer.UNKNOWN, UnknownReason.INCOMPLETE)
    assert check(TWO, [], sights={}).reason is UnknownReason.NOT_CHECKED
    lone = check({"a": "hrss"}, [], sights=sights)
    assert (lone.answer, lone.remediation) == (Answer.UNKNOWN, "add_instance")
    both = check(TWO, [live("a"), live("b", host_id="h2")], sights=sights)
    assert both.answer is Answer.YES  # a listing that broke off still showed these two


def test_one_that_is_being_moved_counts_as_not_seen() -> None:
    moving = replace(live("b", host_id="h2"), in_transition=True)
    assert check(TWO, [live("a"), moving]).reason is UnknownReason.IN_TRANSITION


def test_hosts_of_two_projects_cannot_be_compared() -> None:
    apart = {"a": "hrss", "b": "civil"}
    found = check(apart, [live("a"), live("b", "civil", host_id="h2")])
    assert (found.answer, found.reason) == (Answer.UNKNOWN, UnknownReason.UNSUPPORTED)
    named = [live("a", hypervisor="kvm-01"), live("b", "civil", hypervisor="kvm-02")]
    assert check(apart, named).answer is Answer.YES
    same = [live("a", hypervisor="kvm-01"), live("b", "civil", hypervisor="kvm-01")]
    assert check(apart, same).answer is Answer.NO


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        ("anti-affinity", Answer.YES),
        ("soft-anti-affinity", Answer.UNKNOWN),
        ("affinity", Answer.UNKNOWN),
    ],
)
def test_where_hosts_are_hidden_a_group_that_separates_is_proof(
    policy: str, answer: Answer
) -> None:
    things = [live(name, host_id="", server_group="g") for name in "ab"]
    assert check(TWO, [*things, group("g", policy)]).answer is answer


def test_two_groups_of_one_name_prove_nothing() -> None:
    things = [live(name, host_id="", server_group="g") for name in "ab"]
    pair = [group("g", "anti-affinity", number=number) for number in (1, 2)]
    assert check(TWO, [*things, *pair]).answer is Answer.UNKNOWN


def test_machines_of_their_own_are_hosts_of_their_own() -> None:
    machines = {
        name: Server(
            id=name,
            systems=("pay",),
            access=Access(site="room", address="198.18.0.1"),
            os="debian-12",
            state=ServerState(),
            room="r1",
            source=SOURCE,
        )
        for name in ("m1", "m2")
    }
    estate = replace(ESTATE, servers=machines)
    seen = {Scope(Plane.SERVER, "package", name): WHOLE for name in machines}
    assert check({}, [], sights=seen, estate=estate).answer is Answer.YES
    silent = replace(BROKEN, reason=UnknownReason.UNREACHABLE)
    half = {**seen, Scope(Plane.SERVER, "package", "m2"): silent}
    found = check({}, [], sights=half, estate=estate)
    assert (found.answer, found.reason) == (Answer.UNKNOWN, UnknownReason.UNREACHABLE)


def test_a_system_without_any_server_is_unknown() -> None:
    found = check({}, [])
    assert (found.answer, found.reason) == (Answer.UNKNOWN, UnknownReason.NOT_CHECKED)
    assert found.remediation == "declare_servers"


def test_systems_below_level_3_and_retired_ones_are_not_checked() -> None:
    look = Observation(sights={}, actual=())
    lifecycle = replace(PAY.lifecycle, stage=Stage.END_OF_LIFE, status=LifecycleStatus.RETIRED)
    for other in (replace(PAY, mlps_level=2), replace(PAY, lifecycle=lifecycle)):
        assert run_checks(facts_of(replace(ESTATE, systems={"pay": other}), (), look)) == []


CASES = (
    check(TWO, [live("a"), live("b", host_id="h2")]),
    check(TWO, [live("a"), live("b")]),
    check(TWO, [live("a"), live("b", power="off")]),
    check(TWO, [live("a", host_id="")], sights={scope("hrss"): BROKEN}),
    check({"a": "hrss", "b": "civil"}, [live("a"), live("b", "civil")]),
    check(TWO, [live("a")]),
    check({}, []),
)


@pytest.mark.parametrize("lang", Lang)
def test_every_answer_is_told_in_words_with_what_to_declare(lang: Lang) -> None:
    facts = RunFacts(id="r", started=AT, took_s=1.0)
    it = Checks(run=facts, estate=ESTATE, checked=CASES)
    shown = to_text(mlps_report(it, lang), None)
    assert "mlps." not in shown
    assert "server_group" in shown
    for one in CASES:
        assert all(has(f"mlps.evidence.{each.code}") for each in one.evidence)
        assert not one.remediation or has(f"mlps.remedy.{one.remediation}")
    assert all(has(f"mlps.row.{row.number}") for row in ROWS)


def test_the_json_and_the_exit_code_tell_a_no_and_an_unknown() -> None:
    facts = RunFacts(id="r", started=AT, took_s=1.0)
    told = mlps_json(Checks(run=facts, estate=ESTATE, checked=CASES))
    assert (told["exit_code"], told["summary"]) == (6, {"yes": 1, "no": 3, "unknown": 3})
    assert mlps_json(Checks(run=facts, estate=ESTATE, checked=CASES[:1]))["exit_code"] == 0
    assert mlps_json(Checks(run=facts, estate=ESTATE, checked=CASES[1:3]))["exit_code"] == 2
