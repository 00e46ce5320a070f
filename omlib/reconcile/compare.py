"""Compare what is declared with what was seen. The answer is one finding per item.

Pure: no I/O, no clock, no logging. The planes bring the observation; what to do about a drift is
`omlib.plan`'s to say. Only an authenticated, complete listing of its scope turns an item MISSING;
a plane that stayed silent, or an answer that broke off, gives UNKNOWN with the reason.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from omlib.model.finding import PLACE, PRESENCE, Difference, Finding
from omlib.model.form import Form
from omlib.model.item import Actual, Declared, Key, Scope
from omlib.model.kind import kind_of
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.model.waiver import Waiver
from omlib.reconcile.match import Matching, match
from omlib.reconcile.owners import NO_OWNERS, NOBODY, Owners
from omlib.reconcile.stacks import NO_STACKS, Stacks, class_of
from omlib.reconcile.waive import Waivers


def reconcile(
    declared: Iterable[Declared],
    observed: Observation,
    *,
    waivers: Sequence[Waiver] = (),
    today: date,
    owners: Owners = NO_OWNERS,
    stacks: Stacks = NO_STACKS,
) -> list[Finding]:
    """One finding per declared item and per undeclared live thing, sorted by ref.

    Children of a live thing are folded into its finding. *today* decides which waivers hold;
    *owners* and *stacks* only what class an undeclared thing is, and whose.
    """
    items = list(declared)
    matching = match(items, observed.actual)
    accepted = Waivers.of(waivers, today)
    children, orphans = _fold(matching, observed)
    findings = [
        _declared_finding(item, matching, observed.sights, accepted, children) for item in items
    ]
    findings += (
        _undeclared_finding(seen, matching, observed, accepted, owners, stacks, children)
        for seen in orphans
        if seen.ref not in matching.contested  # that item's finding tells of it
        if not kind_of(seen.ref).evidence
    )
    findings.sort(key=lambda finding: (finding.ref, finding.live))
    return findings


def _declared_finding(
    item: Declared,
    matching: Matching,
    sights: Mapping[Scope, Sight],
    waivers: Waivers,
    children: Mapping[int, list[Ref]],
) -> Finding:
    if matching.contested and (rivals := matching.contested.get(item.ref)):
        names = {name for seen in rivals for name in _rivals_of(item, seen, matching)}
        return _verdict(
            item, Status.UNKNOWN, reason=UnknownReason.ERROR, contested=tuple(sorted(names))
        )
    if not (found := matching.found.get(item.ref)):
        return _unseen_finding(item, sights.get(item.scope), waivers)
    seen = found[0]
    folded: tuple[Ref, ...] = ()
    if children:
        folded = tuple(sorted(ref for one in found for ref in children.get(id(one), ())))
    live = _live_name(seen) if len(found) == 1 else ", ".join(map(_live_name, found))
    if seen.unseen and (hidden := _hidden(found)):
        return _verdict(item, Status.UNKNOWN, reason=hidden, live=live, children=folded)
    if item.retired:
        presence, held = waivers.presence(item.ref, is_there=True)
        return _verdict(
            item,
            Status.WAIVED if held else Status.RESIDUE,
            differences=(presence,),
            live=live,
            label=seen.label,
            children=folded,
        )
    if seen.in_transition or seen.pending:
        reason = UnknownReason.IN_TRANSITION
        return _verdict(item, Status.UNKNOWN, reason=reason, live=live, children=folded)
    differences: tuple[Difference, ...] = ()
    if not item.attributes.items() <= seen.attributes.items():  # nearly always alike: one step
        differences = tuple(_differences(item, seen, waivers))
    if not differences and item.scope.where != seen.scope.where:  # the same project, another cloud
        here, there = item.scope.where, seen.scope.where
        differences = (Difference(path=PLACE, declared=here, actual=there),)
    unseen = seen.unseen and {
        name: why for name, why in sorted(seen.unseen.items()) if name in item.attributes
    }
    if differences and any(not difference.waived_by for difference in differences):
        status, reason_or_none = Status.DIVERGED, None
    elif unseen:
        status, reason_or_none = Status.UNKNOWN, unseen[min(unseen)]
    else:
        status, reason_or_none = (Status.WAIVED if differences else Status.IN_SYNC), None
    return Finding(
        ref=item.ref,
        status=status,
        scope=item.scope,
        differences=differences,
        reason=reason_or_none,
        unseen=unseen,
        systems=item.systems,
        department=item.department,
        source=item.source,
        live=live,
        label=seen.label,
        children=folded,
    )


def _hidden(found: Sequence[Actual]) -> UnknownReason | None:
    """Why it cannot be told whether any of *found* is there; None if one is."""
    reasons = [seen.unseen.get(PRESENCE) for seen in found]
    return reasons[0] if all(reasons) else None


def _rivals_of(item: Declared, seen: Actual, matching: Matching) -> Iterator[str]:
    if claimants := matching.claimed_twice.get(seen.ref):
        yield from (str(ref) for ref in claimants if ref != item.ref)
    else:
        yield _live_name(seen) or str(seen.ref)


def _unseen_finding(item: Declared, sight: Sight | None, waivers: Waivers) -> Finding:
    if sight is None:
        return _verdict(item, Status.UNKNOWN, reason=UnknownReason.NOT_CHECKED)
    if not sight.complete:
        return _verdict(item, Status.UNKNOWN, reason=sight.reason, detail=sight.detail)
    if item.retired:
        return _verdict(item, Status.IN_SYNC)
    presence, held = waivers.presence(item.ref, is_there=False)
    return _verdict(item, Status.WAIVED if held else Status.MISSING, differences=(presence,))


def _verdict(
    item: Declared,
    status: Status,
    *,
    reason: UnknownReason | None = None,
    detail: str = "",
    differences: tuple[Difference, ...] = (),
    live: str = "",
    label: str = "",
    children: tuple[Ref, ...] = (),
    contested: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        ref=item.ref,
        status=status,
        scope=item.scope,
        differences=differences,
        reason=reason,
        detail=detail,
        systems=item.systems,
        department=item.department,
        source=item.source,
        live=live,
        label=label,
        children=children,
        contested=contested,
    )


def _differences(item: Declared, seen: Actual, waivers: Waivers) -> Iterator[Difference]:
    kind = kind_of(item.ref)
    for path, wanted in item.attributes.items():
        if path in seen.unseen:
            continue
        want, live = kind.normal(path, wanted), kind.normal(path, seen.attributes.get(path))
        if path in seen.attributes and kind.alike(path, want, live):
            continue
        difference = waivers.judge(item.ref, kind, path, want, live)
        if kind.attributes.get(path) is Form.OPAQUE:
            difference = Difference(
                path=path,
                declared="***",
                actual="***",
                waived_by=difference.waived_by,
                resurfaced=difference.resurfaced,
            )
        yield difference


def _fold(
    matching: Matching, observed: Observation
) -> tuple[Mapping[int, list[Ref]], Sequence[Actual]]:
    """Children by the id() of their topmost parent, and what is left of the unclaimed."""
    by_key: dict[tuple[Plane, Key], Actual] = {}
    for seen in observed.actual:
        for key in seen.keys:
            rival = by_key.setdefault((seen.ref[0], key), seen)
            if seen.ref < rival.ref:  # so that the order of the listing never shows
                by_key[seen.ref[0], key] = seen
    children: dict[int, list[Ref]] = defaultdict(list)
    orphans = []
    for seen in matching.unclaimed:
        top, line = seen, {id(seen)}
        while top.parent and (above := by_key.get((seen.ref[0], top.parent))):
            if id(above) in line:  # parents in a circle: nonsense, and nobody may vanish in it
                top = seen
                break
            top = above
            line.add(id(above))
        if top is seen:
            orphans.append(seen)
        else:
            children[id(top)].append(seen.ref)
    return children, orphans


def _undeclared_finding(
    seen: Actual,
    matching: Matching,
    observed: Observation,
    waivers: Waivers,
    owners: Owners,
    stacks: Stacks,
    children: Mapping[int, list[Ref]],
) -> Finding:
    place = owners.places.get(seen.scope.where, NOBODY)
    named = seen.system if seen.system in owners.systems else ""
    systems = (named,) if named else place.systems
    department = owners.systems[named] if named else place.department
    claimants = matching.claimed_twice.get(seen.ref, ())
    holding = stacks.holding(seen)
    status, reason, kind, detail = Status.UNMANAGED, None, UnmanagedClass.UNKNOWN_OWNER, ""
    differences: tuple[Difference, ...] = ()
    if seen.parent and (blind := _blind_spot(seen, observed)):
        # what made it was not seen, and could not have been: it may well be declared
        status, reason, detail = Status.UNKNOWN, blind.reason, blind.detail
    elif seen.in_transition:
        status, reason = Status.UNKNOWN, UnknownReason.IN_TRANSITION
    else:
        presence, held = waivers.presence(seen.ref, is_there=True)
        differences = (presence,)
        kind = class_of(seen, claimants, holding, stacks, bool(named or place.systems))
        if named in owners.retired:
            status = Status.RESIDUE
        if held:
            status = Status.WAIVED
    return Finding(
        ref=seen.ref,
        status=status,
        scope=seen.scope,
        differences=differences,
        reason=reason,
        detail=detail,
        unmanaged=kind if status is Status.UNMANAGED else None,
        systems=systems,
        department=department,
        live=_live_name(seen),
        label=seen.label,
        children=tuple(sorted(children.get(id(seen), ()))),
        contested=tuple(str(ref) for ref in claimants),
        stacks=holding,
        seen=seen.attributes if seen.ref.plane is Plane.SERVER else {},
    )


def _blind_spot(seen: Actual, observed: Observation) -> Sight | None:
    """A scope of the same place that was not seen whole: the parent may be in it."""
    makers = kind_of(seen.ref).makers
    partial = (
        (scope, sight)
        for scope, sight in observed.sights.items()
        if scope.where == seen.scope.where and scope.plane == seen.scope.plane
        if not sight.complete and scope != seen.scope
        if not makers or scope.kind in makers
    )
    return min(partial, key=lambda pair: pair[0], default=(None, None))[1]


def _live_name(seen: Actual) -> str:
    """Its id on the live side; "" where the ref says all there is to say."""
    return next((key.value for key in seen.keys if key.space == "id"), "") if seen.keys else ""
