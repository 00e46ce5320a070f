"""From what the engine said of each resource to the steps of a run. Pure.

The provider's table of what it could not see comes before whatever the engine concluded from the
state that was kept instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from omlib.model.item import Value
from omlib.model.stack import Cause, Op, Sides, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.engine.drift import cause_of
from omlib.planes.cloud.engine.events import REFRESH, Account, Told
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.provider.unknowns import Unknown
from omlib.planes.cloud.provider.values import UNKNOWN
from omlib.planes.cloud.stacks.names import named_by, ref_of_urn, token_of, urn_of
from omlib.planes.cloud.stacks.resource import Link, Resource

_PLACE = frozenset({"cloud", "region", "project"})
_OPS = {
    "same": Op.SAME,
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "replace": Op.REPLACE,
    "create-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
    "delete": Op.DELETE,
    "import": Op.IMPORT,
    "import-replacement": Op.REPLACE,
}
_WORST_LAST = (Op.SAME, Op.IMPORT, Op.UPDATE, Op.CREATE, Op.REPLACE, Op.DELETE)


def steps_of(
    stack: str,
    resources: Sequence[Resource],
    account: Account,
    unknowns: Mapping[str, Unknown],
) -> tuple[Step, ...]:
    """One for each of *resources*, then what only the engine speaks of, in the order of URNs."""
    by_urn = {urn_of(stack, each.kind, each.name): each for each in resources}
    ours = [urn for urn in sorted(account.told) if _is_ours(urn) and urn not in by_urn]
    return tuple(
        _step(urn, by_urn.get(urn), account, unknowns.get(urn)) for urn in (*by_urn, *ours)
    )


def _step(urn: str, resource: Resource | None, account: Account, unknown: Unknown | None) -> Step:
    told = account.told.get(urn, Told(urn=urn))
    op = _op(told)
    reason, detail = _reason(told, op, account, unknown)
    unseen = unknown.attributes if unknown else ()
    return Step(
        urn=urn,
        ref=resource.ref if resource else ref_of_urn(urn),
        op=op or Op.SAME,
        id=str(told.seen.get("id") or told.recorded.get("id") or told.wanted.get("id") or ""),
        sides=tuple(_sides(told)) if reason is None else (),
        unknown=reason,
        awaits_update=bool(unknown and unknown.awaits_update),
        unseen=unseen,
        detail=detail,
        gone=told.gone and reason is None,
        carried=bool(resource and resource.carried),
        bound=resource.bound if resource else "",
        imports="import" in told.begun,
        error="; ".join(dict.fromkeys(told.errors)),
    )


def _op(told: Told) -> Op | None:
    """What was done in the end; of two things said of one resource the graver."""
    said = [_OPS[op] for op in (*told.ended, *told.failed) if op in _OPS]
    return max(said, key=_WORST_LAST.index) if said else None


def _reason(
    told: Told, op: Op | None, account: Account, unknown: Unknown | None
) -> tuple[UnknownReason | None, str]:
    if unknown and not unknown.attributes:
        return unknown.reason, unknown.detail
    detail = unknown.detail if unknown else ""
    if account.fault:
        return UnknownReason.ERROR, detail
    if op is None:  # the engine stopped at it, or before it
        reason = UnknownReason.ERROR if told.errors else UnknownReason.NOT_CHECKED
        return reason, detail
    return None, detail


def _sides(told: Told) -> Iterator[Sides]:
    for path, how in told.diff.items():
        if path in _PLACE:
            continue
        declared = _at(told.wanted, path)
        live = _at(told.seen or told.recorded, path)
        recorded = _at(told.recorded, path)
        cause = cause_of(declared, live, recorded)
        if cause:
            yield Sides(
                path=path,
                declared=declared,
                live=live,
                recorded=recorded,
                cause=cause,
                replaces=how.endswith("replace"),
            )


def drift_steps(
    stack: str,
    resources: Sequence[Resource],
    account: Account,
    unknowns: Mapping[str, Unknown],
) -> tuple[Step, ...]:
    """Of a run that refreshed and ran no program: the state against what is really there.

    *resources* are what is declared now, for the third side; those not in the state are left out.
    """
    by_urn = {urn_of(stack, each.kind, each.name): each for each in resources}
    ids = {
        each.link: str(account.told[urn].recorded.get("id") or "")
        for urn, each in by_urn.items()
        if urn in account.told
    }
    steps = []
    for urn, told in sorted(account.told.items()):
        if not _is_ours(urn) or REFRESH not in told.begun:
            continue
        resource = by_urn.get(urn)
        step = _step(urn, resource, account, unknowns.get(urn))
        declared = _checked(resource, ids) if resource and not resource.carried else None
        sides = tuple(_drifted(told, declared)) if step.unknown is None and told.seen else ()
        steps.append(
            replace(
                step,
                op=Op.UPDATE if sides else Op.SAME,
                sides=sides,
                gone=step.gone and step.unknown is None,
                carried=declared is None,
            )
        )
    return tuple(steps)


def _checked(resource: Resource, ids: Mapping[Link, str]) -> Mapping[str, Any]:
    """What is declared now, as Check would give it."""

    def resolved(value: Any) -> Any:
        if isinstance(value, Link):
            return ids.get(value) or UNKNOWN
        return tuple(map(resolved, value)) if isinstance(value, tuple) else value

    inputs = {name: resolved(value) for name, value in resource.inputs.items()}
    return checked(KINDS[token_of(resource.kind)], inputs)[0]


def _drifted(told: Told, declared: Mapping[str, Any] | None) -> Iterator[Sides]:
    """*declared* None: it no longer is, so what was declared at the last apply stands.

    Compared here, since the engine passes over what the state says to ignore: all of what a run
    carried along or left as it was.
    """
    for path in told.recorded.get("inputs") or ():
        live, recorded = _at(told.seen, path), _at(told.recorded, path)
        wanted = _value(declared[path]) if declared and path in declared else recorded
        if path not in _PLACE and live != recorded:
            # where the declaration went the same way meanwhile, both moved
            cause = cause_of(wanted, live, recorded) or Cause.BOTH
            yield Sides(path=path, declared=wanted, live=live, recorded=recorded, cause=cause)


def _is_ours(urn: str) -> bool:
    return bool(named_by(urn)[0])


def _at(state: Mapping[str, Any], path: str) -> Value:
    """The property as declared, else as seen."""
    for part in ("inputs", "outputs"):
        held = state.get(part) or {}
        if path in held:
            return _value(held[path])
    return None


def _value(given: Any) -> Value:
    """A property as items have it: a map as `name=value`, whole numbers whole."""
    if isinstance(given, Mapping):
        return tuple(f"{name}={given[name]}" for name in sorted(given))
    if isinstance(given, (list, tuple)):
        return tuple(str(each) for each in given)
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return None if given == UNKNOWN else given
