"""A plan as a file: canonical JSON, without secrets, sealed by its digest.

Schema 1: a minor version adds keys that readers may ignore; another major version is refused. The
digest is the SHA-256 of the canonical bytes of the part under `plan`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from omlib.errors import OmlibError
from omlib.model.action import Action, Verb
from omlib.model.item import Attributes
from omlib.model.ref import parse_ref
from omlib.model.status import Status, UnknownReason
from omlib.plan.plan import Bound, NotPlanned, Plan, Why
from omlib.records.canonical import canonical, digest, read
from omlib.records.codec import attributes_from_plain, scope_from_plain

FORMAT = "omlib.plan"
SCHEMA = "1.0"


class BadPlanError(OmlibError):
    """A file is not a plan that this omlib can carry out. Facts: why, detail.

    *why*: not_a_plan, schema (another major version), damaged (its digest does not fit).
    """

    code = "bad_plan"


def plan_digest(plan: Plan) -> str:
    """What names a plan: 64 hex digits over all it does and stands on, not who made it when."""
    return digest(_plan_to_plain(plan))


def dump(plan: Plan) -> bytes:
    """The file. A `Secret` in it is a TypeError: it is not plain."""
    told = {
        "format": FORMAT,
        "schema": SCHEMA,
        "created_at": plan.created_at.isoformat(),
        "created_by": plan.created_by,
        "digest": plan_digest(plan),
        "plan": _plan_to_plain(plan),
    }
    return canonical(told) + b"\n"


def load(data: bytes) -> Plan:
    """Read a plan back; raises BadPlanError."""
    try:
        told = read(data)
    except ValueError as fault:
        raise BadPlanError(why="not_a_plan", detail=str(fault)) from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadPlanError(why="not_a_plan", detail="")
    schema = str(told.get("schema", ""))
    if schema.partition(".")[0] != SCHEMA.partition(".")[0]:
        raise BadPlanError(why="schema", detail=schema)
    if digest(told.get("plan")) != told.get("digest"):
        raise BadPlanError(why="damaged", detail="")
    try:
        return _plan_from_plain(told)
    except (OmlibError, AttributeError, KeyError, TypeError, ValueError) as fault:
        raise BadPlanError(why="damaged", detail=f"{type(fault).__name__}: {fault}") from fault


def _plan_to_plain(plan: Plan) -> dict[str, Any]:
    return {
        "actions": [_action_to_plain(action) for action in plan.actions],
        "bound": [
            {
                "action": bound.action,
                "live": bound.live,
                "declared": dict(bound.declared),
                "actual": dict(bound.actual),
            }
            for bound in plan.bound
        ],
        "not_planned": [
            {
                "ref": str(left.ref),
                "status": left.status,
                "why": left.why,
                "reason": left.reason,
                "detail": left.detail,
            }
            for left in plan.not_planned
        ],
        "declared_items": plan.declared_items,
        "versions": dict(plan.versions),
    }


def _action_to_plain(action: Action) -> dict[str, Any]:
    return {
        "id": action.id,
        "ref": str(action.ref),
        "scope": action.scope,
        "verb": action.verb,
        "before": None if action.before is None else dict(action.before),
        "after": None if action.after is None else dict(action.after),
        "live": action.live,
        "depends_on": action.depends_on,
        "reversible": action.reversible,
    }


def _plan_from_plain(told: Mapping[str, Any]) -> Plan:
    plan = told["plan"]
    return Plan(
        actions=tuple(map(_action_from_plain, plan["actions"])),
        bound=tuple(
            Bound(
                action=bound["action"],
                live=bound["live"],
                declared=bound["declared"],
                actual=bound["actual"],
            )
            for bound in plan["bound"]
        ),
        not_planned=tuple(map(_not_planned_from_plain, plan["not_planned"])),
        declared_items=plan["declared_items"],
        versions=plan["versions"],
        created_at=datetime.fromisoformat(told["created_at"]),
        created_by=told["created_by"],
    )


def _sides(told: Mapping[str, Any] | None) -> Attributes | None:
    return None if told is None else attributes_from_plain(told)


def _action_from_plain(told: Mapping[str, Any]) -> Action:
    action = Action(
        ref=parse_ref(told["ref"]),
        scope=scope_from_plain(told["scope"]),
        verb=Verb(told["verb"]),
        before=_sides(told["before"]),
        after=_sides(told["after"]),
        live=told["live"],
        depends_on=tuple(told["depends_on"]),
        reversible=told["reversible"],
    )
    if action.id != told["id"]:
        raise BadPlanError(why="damaged", detail=f"action {told['id']}")
    return action


def _not_planned_from_plain(told: Mapping[str, Any]) -> NotPlanned:
    return NotPlanned(
        ref=parse_ref(told["ref"]),
        status=Status(told["status"]) if told["status"] else None,
        why=Why(told["why"]),
        reason=UnknownReason(told["reason"]) if told["reason"] else None,
        detail=told["detail"],
    )
