"""The reconcile result for programs: `omlib.reconcile/1.2`, published in docs/schema.

A reader ignores keys it does not know (a minor version adds some) and refuses another major
version. Keys stand in one order, times are UTC, and equal results give equal bytes.
"""

from collections.abc import Mapping

from omlib.model.estate import Estate
from omlib.model.finding import Coverage, Finding, Verdict
from omlib.model.history import Sighting
from omlib.model.item import Value
from omlib.model.ref import Ref
from omlib.report.reconciliation import Reconciliation, RunFacts
from omlib.report.values import moment_json

SCHEMA = "omlib.reconcile/1.2"


def reconcile_json(it: Reconciliation) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "run": run_json(it.run, it.estate.name),
        "complete": it.complete,
        "exit_code": it.exit_code,
        "summary": {
            "items": len(it.findings),
            "by_status": {status.value: count for status, count in it.counts.items()},
        },
        "systems": [_system(verdict, it.estate) for verdict in it.verdicts.systems.values()],
        "departments": [
            _department(verdict, it.estate) for verdict in it.verdicts.departments.values()
        ],
        "findings": [
            {**finding_json(finding), **_when(finding, it.sightings)} for finding in it.findings
        ],
        "coverage": [coverage_json(row) for row in it.coverage],
    }


def run_json(run: RunFacts, estate: str) -> dict[str, object]:
    return {
        "id": run.id,
        "estate": estate,
        "scope": run.scope,
        "started": moment_json(run.started),
        "took_ms": round(run.took_s * 1000),
        "labels": [label.value for label in run.labels],
        "observed_at": moment_json(run.observed_at) if run.observed_at else None,
        "actor": run.actor,
        "revision": run.revision or None,
        "clean": run.clean,
        "tool": run.tool,
    }


def _system(verdict: Verdict, estate: Estate) -> dict[str, object]:
    system = estate.systems.get(verdict.subject)
    return {
        "id": verdict.subject,
        "name": system.name if system else "",
        "department": system.department if system else "",
        **_verdict(verdict),
    }


def _department(verdict: Verdict, estate: Estate) -> dict[str, object]:
    department = estate.departments.get(verdict.subject)
    return {
        "id": verdict.subject,
        "name": department.name if department else "",
        "parent": department.parent if department else "",
        **_verdict(verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "status": verdict.status.value,
        "reason": verdict.reason.value if verdict.reason else None,
        "counts": {status.value: count for status, count in verdict.counts.items()},
    }


def finding_json(finding: Finding) -> dict[str, object]:
    return {
        "ref": str(finding.ref),
        "plane": finding.ref.plane.value,
        "kind": finding.ref.kind,
        "where": finding.scope.where,
        "status": finding.status.value,
        "reason": finding.reason.value if finding.reason else None,
        "unmanaged": finding.unmanaged.value if finding.unmanaged else None,
        "detail": finding.detail,
        "differences": [
            {
                "path": difference.path,
                "declared": _value(difference.declared),
                "actual": _value(difference.actual),
                "waived_by": difference.waived_by or None,
                "resurfaced": difference.resurfaced.value if difference.resurfaced else None,
            }
            for difference in finding.differences
        ],
        "unseen": {path: finding.unseen[path].value for path in sorted(finding.unseen)},
        "systems": list(finding.systems),
        "department": finding.department,
        "source": str(finding.source) if finding.source else None,
        "live": finding.live,
        "label": finding.label,
        "children": [str(ref) for ref in finding.children],
        "contested": list(finding.contested),
        **({"stacks": list(finding.stacks)} if finding.unmanaged else {}),
        **({"seen": _seen(finding)} if finding.seen else {}),
    }


def _seen(finding: Finding) -> dict[str, object]:
    return {path: _value(finding.seen[path]) for path in sorted(finding.seen)}


def _when(finding: Finding, sightings: Mapping[Ref, Sighting]) -> dict[str, object]:
    """Of an undeclared thing, when it was first and last seen; null where that is not on record."""
    if not finding.unmanaged:
        return {}
    sighting = sightings.get(finding.ref)
    last = sighting.last if sighting else None
    return {
        "first_seen": moment_json(sighting.first) if sighting else None,
        "last_seen": moment_json(last) if last else None,
    }


def _value(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def coverage_json(row: Coverage) -> dict[str, object]:
    return {
        "plane": str(row.plane),
        "scopes": row.scopes,
        "complete": row.complete,
        "items": row.items,
        "seen": row.seen,
        "gaps": [
            {"kind": scope.kind, "where": scope.where, "reason": reason.value, "detail": detail}
            for scope, reason, detail in row.gaps
        ],
    }
