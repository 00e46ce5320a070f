"""Since when an undeclared thing is on record, and when it was last there: on every report."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from omlib.jobs.sightings import sightings_of
from omlib.model.estate import Estate
from omlib.model.finding import Finding
from omlib.model.history import Sighting
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnmanagedClass
from omlib.reconcile.rollup import Verdicts
from omlib.records.database import default_path
from omlib.records.store import RecordStore
from omlib.report.finding_entries import entries
from omlib.report.html_items import items_json
from omlib.report.reconcile_json import reconcile_json
from omlib.report.reconciliation import Reconciliation, RunFacts
from omlib.report.words import Lang

CITY = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SCOPE = Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:hrss")
SHADOW = Finding(
    ref=make_ref(Plane.CLOUD, "server", f"@{SCOPE.where}:u1"),
    status=Status.UNMANAGED,
    scope=SCOPE,
    unmanaged=UnmanagedClass.KNOWN_OWNER,
    live="u1",
    stacks=("gov-cloud.RegionOne.hrss",),
)
FINE = Finding(ref=make_ref(Plane.CLOUD, "server", "a"), status=Status.IN_SYNC, scope=SCOPE)
ESTATE = Estate(
    name="无锡",
    timezone="Asia/Shanghai",
    departments={},
    sites={},
    clouds={},
    systems={},
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


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    store = RecordStore(default_path(tmp_path))
    for day in range(3):
        at = AT + timedelta(days=day)
        run = store.begin_run(verb="reconcile", at=at, actor="li@ops")
        found = [FINE, SHADOW] if day else [FINE]
        store.save_findings(run, found, whole=True, seen=[SCOPE])
    return store


def told(sighting: Sighting | None) -> Reconciliation:
    return Reconciliation(
        run=RunFacts(id="r", started=AT, took_s=1.0),
        estate=ESTATE,
        findings=[SHADOW],
        verdicts=Verdicts(systems={}, departments={}),
        coverage=(),
        sightings={SHADOW.ref: sighting} if sighting else {},
    )


def listed_in(it: Reconciliation) -> dict[str, Any]:
    findings: Any = reconcile_json(it)["findings"]
    return dict(findings[0])


def test_only_what_is_unmanaged_is_looked_up_and_told_in_local_time(store: RecordStore) -> None:
    last = AT + timedelta(days=2)
    found = sightings_of(store, [FINE, SHADOW], until=last, last=lambda _: last, zone=CITY)
    assert found == {SHADOW.ref: Sighting(AT + timedelta(days=1), last)}
    assert found[SHADOW.ref].first.utcoffset() == timedelta(hours=8)


def test_a_thing_that_no_run_had_told_of_by_then_has_no_sighting(store: RecordStore) -> None:
    assert sightings_of(store, [SHADOW], until=AT, last=lambda _: AT, zone=CITY) == {}


def test_a_comparison_that_asks_nobody_tells_of_what_was_seen_before_it(
    store: RecordStore,
) -> None:
    found = sightings_of(
        store, [SHADOW], until=AT + timedelta(days=9), last=lambda _: AT, zone=CITY
    )
    assert found[SHADOW.ref] == Sighting(AT, AT)


def test_the_screen_the_json_and_the_page_say_first_and_last_seen() -> None:
    sighting = Sighting(AT.astimezone(CITY), (AT + timedelta(days=1)).astimezone(CITY))
    it = told(sighting)
    (entry,) = entries([SHADOW], ESTATE, Lang.EN, fold=True, sightings=it.sightings)
    lines = ["".join(span.text for span in detail.head) for detail in entry.details]
    assert lines[0].endswith(
        "in the state of stack gov-cloud.RegionOne.hrss, and no longer declared"
    )
    assert lines[1] == ("first seen 2026-11-21 10:00:00 +0800; last seen 2026-11-22 10:00:00 +0800")
    listed = listed_in(it)
    assert (listed["first_seen"], listed["last_seen"]) == (
        "2026-11-21T02:00:00Z",
        "2026-11-22T02:00:00Z",
    )
    page = json.loads("".join(items_json(it, Lang.ZH, None)))
    assert page["items"][0][-1]["seen"] == [
        "2026-11-21 10:00:00 +0800",
        "2026-11-22 10:00:00 +0800",
    ]
    assert page["items"][0][-1]["stacks"] == ["gov-cloud.RegionOne.hrss"]


def test_what_is_not_on_record_is_not_told() -> None:
    listed = listed_in(told(None))
    assert (listed["first_seen"], listed["last_seen"]) == (None, None)
    waived = replace(SHADOW, status=Status.WAIVED, unmanaged=None)
    assert "first_seen" not in listed_in(replace(told(None), findings=[waived]))
