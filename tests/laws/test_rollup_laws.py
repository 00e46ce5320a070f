"""The worst wins whatever the order, and nothing is rounded away."""

from collections import Counter
from functools import reduce

from hypothesis import given

from omlib.model.estate import Department, Estate, System
from omlib.model.item import Source
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.status import Status, UnknownReason, worst
from omlib.reconcile.coverage import coverage
from omlib.reconcile.rollup import roll_up, verdict
from omlib.testing.strategies import SYSTEMS, TODAY, Look, looks, statuses

HERE = Source("estate.yml", 1)
CITY = Department(id="city", name="市", source=HERE)
HRSS = Department(id="hrss", name="人社局", parent="city", source=HERE)


def system(id_: str, department: str) -> System:
    return System(
        id=id_,
        name=id_,
        department=department,
        owner_business="李科",
        owner_technical="王工",
        function=(),
        zone="gov",
        mlps_level=2,
        lifecycle=Lifecycle(stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=TODAY),
        source=HERE,
    )


ESTATE = Estate(
    name="市",
    timezone="Asia/Shanghai",
    departments={one.id: one for one in (CITY, HRSS)},
    sites={},
    clouds={},
    systems={id_: system(id_, "hrss") for id_ in SYSTEMS},
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


@given(statuses, statuses, statuses)
def test_worst_of_is_associative_commutative_and_idempotent(
    a: Status, b: Status, c: Status
) -> None:
    assert worst(worst(a, b), c) is worst(a, worst(b, c))
    assert worst(a, b) is worst(b, a)
    assert worst(a, a) is a
    assert worst(a, Status.IN_SYNC) is a


@given(looks())
def test_counts_sum_to_the_items_and_the_worst_counted_is_the_verdict(look: Look) -> None:
    findings = look.findings()
    told = verdict("all", findings)
    assert sum(told.counts.values()) == len(findings)
    assert 0 not in told.counts.values()
    if findings:
        assert told.status is reduce(worst, told.counts)
    else:
        assert (told.status, told.reason) == (Status.UNKNOWN, UnknownReason.NOT_CHECKED)
    assert (told.reason is not None) == (told.status is Status.UNKNOWN)


@given(looks())
def test_a_system_counts_its_items_and_a_department_each_item_once(look: Look) -> None:
    findings = look.findings()
    told = roll_up(findings, ESTATE)
    owned = [finding for finding in findings if set(finding.systems) & set(SYSTEMS)]
    for id_ in SYSTEMS:
        mine = Counter(finding.status for finding in findings if id_ in finding.systems)
        assert told.systems[id_].counts == mine
    for department in ("hrss", "city"):
        assert told.departments[department].counts == Counter(f.status for f in owned)


@given(looks(), looks())
def test_the_verdict_over_two_parts_is_the_worst_of_the_parts(one: Look, other: Look) -> None:
    parts = [look.findings() for look in (one, other)]
    if all(parts):
        both = verdict("both", [*parts[0], *parts[1]])
        assert both.status is worst(*(verdict("part", part).status for part in parts))


@given(looks())
def test_coverage_never_claims_more_than_was_declared(look: Look) -> None:
    rows = coverage(look.declared, look.observed)
    assert sum(row.items for row in rows) == len(look.declared)
    for row in rows:
        assert row.seen <= row.items
        assert row.complete + len(row.gaps) == row.scopes
