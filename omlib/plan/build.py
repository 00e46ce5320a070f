"""From findings and what the planes propose to one plan.

The law: an item that was not seen never gets an action. What is left out is listed with why, so
that nobody takes silence for success.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from omlib.model.action import Action, Declined, WhyNot
from omlib.model.finding import Finding
from omlib.model.item import Declared
from omlib.model.observation import Observation
from omlib.model.ref import Ref
from omlib.model.status import Status
from omlib.plan.binding import Sides, bind
from omlib.plan.order import in_order
from omlib.plan.plan import TOOL, NotPlanned, Plan, Why


def build(
    findings: Sequence[Finding],
    actions: Iterable[Action],
    *,
    declared: Sequence[Declared],
    observation: Observation,
    declined: Iterable[Declined] = (),
    allow_destroy: bool = False,
    versions: Mapping[str, str] = TOOL,
    created_at: datetime,
    created_by: str,
) -> Plan:
    """Order and bind *actions*; what deletes is left out and listed without *allow_destroy*.

    *declined* are drifts that a plane leaves as they are, and why.
    """
    sides = Sides(declared, observation)
    wanted = sum(not item.retired for item in declared)
    by_ref: dict[Ref, list[Finding]] = {}
    for finding in findings:
        by_ref.setdefault(finding.ref, []).append(finding)
    planned: list[Action] = []
    left_out: list[NotPlanned] = []
    for action in {action.id: action for action in actions}.values():
        reason = _why_not(action, by_ref.get(action.ref, []), sides)
        if reason is None and action.destructive:
            reason = _why_not_destroy(action, wanted, allow_destroy)
        if reason is None:
            planned.append(action)
        else:
            left_out.append(reason)
    told = {action.ref for action in planned} | {left.ref for left in left_out}
    why_not = {left.ref: left for left in declined}
    left_out += (
        _not_proposed(finding, why_not.get(finding.ref))
        for finding in findings
        if finding.ref not in told and _needs_mending(finding)
    )
    planned, blocked = _without_blocked(planned, left_out)
    ordered = in_order(planned)
    return Plan(
        actions=tuple(ordered),
        bound=tuple(bind(action, sides) for action in ordered),
        not_planned=tuple(sorted({*left_out, *blocked}, key=_by_ref)),
        declared_items=wanted,
        versions=versions,
        created_at=created_at,
        created_by=created_by,
    )


def _why_not(action: Action, findings: Sequence[Finding], sides: Sides) -> NotPlanned | None:
    for finding in findings:
        if finding.status is Status.UNKNOWN:
            return _unknown(finding)
        if finding.contested:
            return NotPlanned(
                ref=action.ref,
                status=finding.status,
                why=Why.CONTESTED,
                detail=", ".join(finding.contested),
            )
        for path in sorted(finding.unseen.keys() & (action.after or {}).keys()):
            return NotPlanned(
                ref=action.ref,
                status=finding.status,
                why=Why.UNKNOWN,
                reason=finding.unseen[path],
                detail=path,
            )
    drifts = [finding for finding in findings if finding.status.is_drift]
    if not drifts:
        status = findings[0].status if findings else None
        return NotPlanned(ref=action.ref, status=status, why=Why.NOT_A_DRIFT)
    meant = sides.candidates(action)
    if len(meant) > 1 or (not meant and (action.live or action.destructive)):
        names = ", ".join(str(seen.ref) for seen in meant) or action.live
        return NotPlanned(ref=action.ref, status=drifts[0].status, why=Why.CONTESTED, detail=names)
    return None


def _why_not_destroy(action: Action, wanted: int, allow_destroy: bool) -> NotPlanned | None:
    if not wanted:
        return NotPlanned(ref=action.ref, status=None, why=Why.EMPTY_DECLARATION)
    if not allow_destroy:
        return NotPlanned(ref=action.ref, status=None, why=Why.NEEDS_ALLOW_DESTROY)
    return None


def _needs_mending(finding: Finding) -> bool:
    return finding.status.is_drift or finding.status is Status.UNKNOWN


def _not_proposed(finding: Finding, declined: Declined | None) -> NotPlanned:
    if finding.status is Status.UNKNOWN:
        return _unknown(finding)
    if declined:
        why = Why(declined.why.value)
        return NotPlanned(ref=finding.ref, status=finding.status, why=why, detail=declined.detail)
    return NotPlanned(ref=finding.ref, status=finding.status, why=Why.NOT_PROPOSED)


def _unknown(finding: Finding) -> NotPlanned:
    return NotPlanned(
        ref=finding.ref,
        status=finding.status,
        why=Why.CONTESTED if finding.contested else Why.UNKNOWN,
        reason=finding.reason,
        detail=finding.detail or ", ".join(finding.contested),
    )


def _without_blocked(
    planned: Sequence[Action], left_out: Sequence[NotPlanned]
) -> tuple[list[Action], list[NotPlanned]]:
    """Leave out what stands on something left out, and what stands on that, to the end."""
    # an item that no plane mends may stay as it is; one that should change and does not, blocks
    stays = {Why.NOT_PROPOSED.value, *WhyNot}
    gone = {str(left.ref) for left in left_out if left.why not in stays}
    staying, blocked = list(planned), list[NotPlanned]()
    while stopped := [action for action in staying if gone.intersection(action.depends_on)]:
        for action in stopped:
            cause = min(gone.intersection(action.depends_on))
            blocked.append(NotPlanned(ref=action.ref, status=None, why=Why.BLOCKED, detail=cause))
            gone |= {str(action.ref), action.id}
        staying = [action for action in staying if action not in stopped]
    return staying, blocked


def _by_ref(left: NotPlanned) -> tuple[Ref, str, str]:
    return left.ref, left.why, left.detail
