"""The last lines of a comparison: only what was looked at is as declared."""

from datetime import UTC, date, datetime
from typing import Any

from omlib.model.estate import Estate
from omlib.model.finding import PRESENCE, Coverage, Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.model.waiver import Waiver
from omlib.reconcile.rollup import roll_up
from omlib.report.reconcile_screen import next_steps
from omlib.report.reconciliation import Reconciliation, RunFacts
from omlib.report.words import Lang

REF = make_ref(Plane.SERVER, "package", "oa-01", "nmap")
SCOPE = Scope(Plane.SERVER, "package", "oa-01")


def _steps(*findings: Finding, scopes: int, waivers: tuple[Waiver, ...] = ()) -> list[str]:
    names = ["departments", "systems", "sites", "clouds", "vms", "security_groups", "servers"]
    names += ["devices", "rooms", "circuits", "windows", "tombstones"]
    empty: dict[str, Any] = {name: {} for name in names}
    estate = Estate(name="e", timezone="UTC", contracts=(), waivers=waivers, **empty)
    seen = Coverage(plane="server", scopes=scopes, complete=scopes, items=0, seen=0)
    it = Reconciliation(
        run=RunFacts(id="r1", started=datetime(2026, 11, 21, tzinfo=UTC), took_s=1),
        estate=estate,
        findings=findings,
        verdicts=roll_up(findings, estate),
        coverage=(seen,),
    )
    return next_steps(it, Lang.EN)


def _waiver(ticket: str, until: date) -> Waiver:
    return Waiver(
        ref=REF, path=PRESENCE, accepts=True, reason="r", owner="o", ticket=ticket, until=until
    )


def test_a_scope_without_items_is_not_called_as_declared() -> None:
    assert _steps(scopes=0) == ["nothing was in this scope; nothing was looked at"]
    assert _steps(scopes=1)[0].startswith("nothing was declared or found in this scope")


def test_all_is_as_declared_only_where_all_was_seen_so() -> None:
    alike = Finding(ref=REF, status=Status.IN_SYNC, scope=SCOPE)
    assert _steps(alike, scopes=1) == ["nothing: all is as declared"]


def test_what_is_waived_is_counted_and_tells_the_first_day_it_ends() -> None:
    there = Difference(path=PRESENCE, declared=False, actual=True, waived_by="T-2")
    waived = Finding(ref=REF, status=Status.WAIVED, scope=SCOPE, differences=(there,))
    waivers = (_waiver("T-1", date(2026, 1, 1)), _waiver("T-2", date(2027, 3, 31)))
    assert _steps(waived, scopes=1, waivers=waivers) == [
        "nothing now: 1 item is waived, the first until 2027-03-31"
    ]
    assert _steps(waived, scopes=1) == ["nothing now: 1 item is waived"]
