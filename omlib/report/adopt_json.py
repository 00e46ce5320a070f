"""An adoption for programs: `omlib.adopt/1.0`. Keys stand in one order; times are UTC."""

from omlib.model.finding import Difference
from omlib.model.item import Value
from omlib.reconcile.adoption import Candidate
from omlib.report.adoption import Adopted, NewRow, Row
from omlib.report.reconcile_json import run_json

SCHEMA = "omlib.adopt/1.0"


def adopt_json(it: Adopted) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "run": run_json(it.run, it.estate),
        "exit_code": it.exit_code,
        "dry_run": it.dry_run,
        "carried_out": it.carried_out,
        "settled": it.settled,
        "items": [_row(row) for row in it.rows],
        "outside": [_new(row) for row in it.newcomers],
        "gaps": [
            {"scope": str(scope), "reason": reason.value, "detail": detail}
            for scope, reason, detail in it.gaps
        ],
        "imports": [str(ref) for ref in it.imports],
        "files": list(it.files),
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "ref": str(row.ref),
        "fate": row.fate.value,
        "reason": row.reason.value if row.reason else None,
        "why": row.why or None,
        "writes_id": row.writes,
        "candidates": [_candidate(one) for one in row.candidates],
        "differences": [_difference(one) for one in row.differences],
        "accepted": [_difference(one) for one in row.accepted],
    }


def _candidate(one: Candidate) -> dict[str, object]:
    return {
        "live": str(one.live),
        "id": one.live_id,
        "label": one.label,
        "score": one.score,
        "reasons": [
            {"evidence": reason.evidence.value, "points": reason.points, "value": reason.value}
            for reason in one.reasons
        ],
        "against": [each.value for each in one.against],
    }


def _difference(one: Difference) -> dict[str, object]:
    return {"path": one.path, "declared": _value(one.declared), "live": _value(one.actual)}


def _new(row: NewRow) -> dict[str, object]:
    return {
        "live": str(row.live),
        "label": row.label,
        "id": row.id or None,
        "file": row.file or None,
        "needs": list(row.needs),
        "differences": [_difference(one) for one in row.differences],
    }


def _value(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
