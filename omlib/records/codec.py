"""The model as plain data and back, without loss. Pure.

Empty fields are left out: most findings are in sync and say nothing more. Readers ignore keys they
do not know, so that a newer omlib may add some.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from omlib.model.finding import Coverage, Difference, Finding, Resurfaced, Verdict
from omlib.model.item import Actual, Attributes, Key, Scope, Source, Value
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, parse_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.records.run import Outcome

Plain = dict[str, Any]


def _filled(**fields: Any) -> Plain:
    return {
        name: value for name, value in fields.items() if value not in ((), [], {}, "", None, False)
    }


def value_from_plain(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def attributes_from_plain(told: Mapping[str, Any]) -> Attributes:
    return {name: value_from_plain(value) for name, value in told.items()}


def scope_from_plain(told: list[str]) -> Scope:
    plane, kind, where = told
    return Scope(Plane(plane), kind, where)


def _unseen(told: Mapping[str, str]) -> dict[str, UnknownReason]:
    return {path: UnknownReason(reason) for path, reason in told.items()}


def sight_to_plain(sight: Sight) -> Plain:
    return {
        "complete": sight.complete,
        "at": sight.at.isoformat(),
        "by": sight.by,
        "via": sight.via,
        "took_s": sight.took_s,
    } | _filled(reason=sight.reason, detail=sight.detail, asked=sight.asked)


def sight_from_plain(told: Mapping[str, Any]) -> Sight:
    return Sight(
        complete=told["complete"],
        reason=UnknownReason(told["reason"]) if "reason" in told else None,
        at=datetime.fromisoformat(told["at"]),
        by=told["by"],
        via=told["via"],
        detail=told.get("detail", ""),
        took_s=told["took_s"],
        asked=told.get("asked", ""),
    )


def actual_to_plain(item: Actual) -> Plain:
    return {"ref": str(item.ref), "scope": item.scope, "attributes": dict(item.attributes)} | (
        _filled(
            keys=item.keys,
            unseen=dict(item.unseen),
            label=item.label,
            system=item.system,
            parent=item.parent,
            pending=item.pending,
            in_transition=item.in_transition,
        )
    )


def actual_from_plain(told: Mapping[str, Any]) -> Actual:
    return Actual(
        ref=parse_ref(told["ref"]),
        scope=scope_from_plain(told["scope"]),
        attributes=attributes_from_plain(told["attributes"]),
        keys=tuple(Key(*key) for key in told.get("keys", ())),
        unseen=_unseen(told.get("unseen", {})),
        label=told.get("label", ""),
        system=told.get("system", ""),
        parent=Key(*told["parent"]) if "parent" in told else None,
        pending=told.get("pending", False),
        in_transition=told.get("in_transition", False),
    )


def observation_to_plain(observation: Observation) -> Plain:
    return {
        "sights": [[scope, sight_to_plain(s)] for scope, s in observation.sights.items()],
        "actual": [actual_to_plain(item) for item in observation.actual],
    }


def observation_from_plain(told: Mapping[str, Any]) -> Observation:
    return Observation(
        sights={scope_from_plain(scope): sight_from_plain(s) for scope, s in told["sights"]},
        actual=tuple(actual_from_plain(item) for item in told["actual"]),
    )


def _difference_to_plain(difference: Difference) -> Plain:
    return {
        "path": difference.path,
        "declared": difference.declared,
        "actual": difference.actual,
    } | _filled(waived_by=difference.waived_by, resurfaced=difference.resurfaced)


def _difference_from_plain(told: Mapping[str, Any]) -> Difference:
    return Difference(
        path=told["path"],
        declared=value_from_plain(told["declared"]),
        actual=value_from_plain(told["actual"]),
        waived_by=told.get("waived_by", ""),
        resurfaced=Resurfaced(told["resurfaced"]) if "resurfaced" in told else None,
    )


def finding_to_plain(finding: Finding) -> Plain:
    return {"ref": str(finding.ref), "status": finding.status, "scope": finding.scope} | _filled(
        differences=[_difference_to_plain(difference) for difference in finding.differences],
        reason=finding.reason,
        detail=finding.detail,
        unseen=dict(finding.unseen),
        unmanaged=finding.unmanaged,
        systems=finding.systems,
        department=finding.department,
        source=finding.source,
        live=finding.live,
        label=finding.label,
        children=[str(child) for child in finding.children],
        contested=finding.contested,
        stacks=finding.stacks,
        seen=dict(finding.seen),
    )


def finding_from_plain(told: Mapping[str, Any]) -> Finding:
    return Finding(
        ref=parse_ref(told["ref"]),
        status=Status(told["status"]),
        scope=scope_from_plain(told["scope"]),
        differences=tuple(map(_difference_from_plain, told.get("differences", ()))),
        reason=UnknownReason(told["reason"]) if "reason" in told else None,
        detail=told.get("detail", ""),
        unseen=_unseen(told.get("unseen", {})),
        unmanaged=UnmanagedClass(told["unmanaged"]) if "unmanaged" in told else None,
        systems=tuple(told.get("systems", ())),
        department=told.get("department", ""),
        source=Source(*told["source"]) if "source" in told else None,
        live=told.get("live", ""),
        label=told.get("label", ""),
        children=tuple(map(parse_ref, told.get("children", ()))),
        contested=tuple(told.get("contested", ())),
        stacks=tuple(told.get("stacks", ())),
        seen={path: value_from_plain(value) for path, value in told.get("seen", {}).items()},
    )


def verdict_to_plain(verdict: Verdict) -> Plain:
    return {
        "subject": verdict.subject,
        "status": verdict.status,
        "counts": dict(verdict.counts),
    } | _filled(reason=verdict.reason)


def verdict_from_plain(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        subject=told["subject"],
        status=Status(told["status"]),
        counts={Status(status): count for status, count in told["counts"].items()},
        reason=UnknownReason(told["reason"]) if "reason" in told else None,
    )


def coverage_to_plain(coverage: Coverage) -> Plain:
    return {
        "plane": coverage.plane,
        "scopes": coverage.scopes,
        "complete": coverage.complete,
        "items": coverage.items,
        "seen": coverage.seen,
        "gaps": coverage.gaps,
    }


def coverage_from_plain(told: Mapping[str, Any]) -> Coverage:
    return Coverage(
        plane=told["plane"],
        scopes=told["scopes"],
        complete=told["complete"],
        items=told["items"],
        seen=told["seen"],
        gaps=tuple(
            (scope_from_plain(scope), UnknownReason(reason), detail)
            for scope, reason, detail in told["gaps"]
        ),
    )


def outcome_to_plain(outcome: Outcome) -> Plain:
    return {
        "systems": [verdict_to_plain(verdict) for verdict in outcome.systems],
        "departments": [verdict_to_plain(verdict) for verdict in outcome.departments],
        "coverage": [coverage_to_plain(coverage) for coverage in outcome.coverage],
    }


def outcome_from_plain(told: Mapping[str, Any]) -> Outcome:
    return Outcome(
        systems=tuple(map(verdict_from_plain, told["systems"])),
        departments=tuple(map(verdict_from_plain, told["departments"])),
        coverage=tuple(map(coverage_from_plain, told["coverage"])),
    )
