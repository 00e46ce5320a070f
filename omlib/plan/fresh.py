"""Does a plan still hold? What moved since it was made is named, item and path.

Only what the plan's actions stand on is asked: another item of the same project may change freely.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from omlib.model.action import Action
from omlib.model.finding import PRESENCE
from omlib.model.item import Actual, Declared
from omlib.model.observation import Observation
from omlib.plan.binding import Sides, actual_digests, declared_digests, value_digest
from omlib.plan.plan import TOOL, Bound, Plan


class Side(StrEnum):
    DECLARED = "declared"
    ACTUAL = "actual"
    TOOL = "tool"


class How(StrEnum):
    CHANGED = "changed"
    GONE = "gone"
    APPEARED = "appeared"
    UNSEEN = "unseen"  # it may be as it was: it could not be looked at
    UNDONE = "undone"  # a step of an unfinished run does not hold any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """*ref* is an item's, or the name of a tool. *detail*: why it could not be seen."""

    ref: str
    side: Side
    path: str
    how: How
    detail: str = ""


def check_fresh(
    plan: Plan,
    declared: Iterable[Declared],
    observation: Observation,
    *,
    versions: Mapping[str, str] = TOOL,
    begun: Collection[str] = (),
    settled: Collection[str] = (),
) -> list[Moved]:
    """All that moved, in the plan's order; empty when the plan holds.

    For a run that goes on, by action id: *begun* may have had a part of their effect (what they
    were to leave is no change), *settled* are done, so the live things they changed are not asked.
    """
    sides = Sides(declared, observation)
    moved = [
        Moved(ref=tool, side=Side.TOOL, path="version", how=How.CHANGED)
        for tool in sorted(plan.versions.keys() | versions.keys())
        if plan.versions.get(tool) != versions.get(tool)
    ]
    steps = list(zip(plan.actions, plan.bound, strict=True))
    changed = {(action.ref, bound.live) for action, bound in steps if action.id in settled}
    for action, bound in steps:
        moved += _declared_moved(action, bound, sides)
        if (action.ref, bound.live) in changed:
            continue
        seen = _actual_moved(action, bound, sides, observation)
        moved += _by_others(action, seen, sides) if action.id in begun else seen
    return list(dict.fromkeys(moved))


def _declared_moved(action: Action, bound: Bound, sides: Sides) -> Iterator[Moved]:
    item = sides.declared.get(action.ref)
    ref = str(action.ref)
    if item is None and bound.declared:
        yield Moved(ref=ref, side=Side.DECLARED, path=PRESENCE, how=How.GONE)
    elif item is not None and not bound.declared:
        yield Moved(ref=ref, side=Side.DECLARED, path=PRESENCE, how=How.APPEARED)
    elif item is not None:
        yield from _paths(ref, Side.DECLARED, bound.declared, declared_digests(item))


def _actual_moved(
    action: Action, bound: Bound, sides: Sides, observation: Observation
) -> Iterator[Moved]:
    ref = str(action.ref)
    sight = observation.sights.get(action.scope)
    blind = Moved(
        ref=ref,
        side=Side.ACTUAL,
        path=PRESENCE,
        how=How.UNSEEN,
        detail="not_checked" if sight is None else str(sight.reason or ""),
    )
    if not bound.live:
        if sides.candidates(action):
            yield Moved(ref=ref, side=Side.ACTUAL, path=PRESENCE, how=How.APPEARED)
        elif sight is None or not sight.complete:
            yield blind
    elif (seen := sides.named(bound.live)) is not None:
        yield from _paths(ref, Side.ACTUAL, bound.actual, actual_digests(seen), seen)
    elif sight is None or not sight.complete:
        yield blind
    else:
        yield Moved(ref=ref, side=Side.ACTUAL, path=PRESENCE, how=How.GONE)


def _paths(
    ref: str,
    side: Side,
    was: Mapping[str, str],
    now: Mapping[str, str],
    seen: Actual | None = None,
) -> Iterator[Moved]:
    for path in sorted(was.keys() | now.keys()):
        if was.get(path) == now.get(path):
            continue
        if seen is not None and path in seen.unseen:
            why = str(seen.unseen[path])
            yield Moved(ref=ref, side=side, path=path, how=How.UNSEEN, detail=why)
            continue
        how = How.CHANGED if path in was and path in now else How.GONE
        yield Moved(ref=ref, side=side, path=path, how=How.APPEARED if path not in was else how)


def _by_others(action: Action, moved: Iterable[Moved], sides: Sides) -> Iterator[Moved]:
    """Of *moved*, what *action*, begun and cut off, cannot have left itself.

    An attribute must have just the value it was to get; anything else is somebody else's hand.
    """
    left = _as_left(action, sides)
    for each in moved:
        if each.how is How.APPEARED and each.path == PRESENCE:
            yield from _not_as_left(action, each, sides)
            continue
        if each.path == PRESENCE:
            own = each.how is How.GONE and action.after is None
        else:
            own = each.path in left or (each.path.startswith("@") and each.how is not How.UNSEEN)
        if not own:
            yield each


def _not_as_left(action: Action, appeared: Moved, sides: Sides) -> Iterator[Moved]:
    """What is wrong with the thing that was made. One still marked pending may be half made."""
    found = sides.candidates(action)
    if action.after is None or len(found) != 1:
        yield appeared
    elif not found[0].pending:
        for path in sorted(action.after.keys() - _as_left(action, sides)):
            yield Moved(ref=appeared.ref, side=Side.ACTUAL, path=path, how=How.CHANGED)


def _as_left(action: Action, sides: Sides) -> frozenset[str]:
    """The paths that have just the value which *action* was to leave."""
    found, after = sides.candidates(action), action.after or {}
    if len(found) != 1:
        return frozenset()
    have = found[0].attributes
    return frozenset(
        path
        for path, value in after.items()
        if path in have
        and value_digest(action.ref, path, value) == value_digest(action.ref, path, have[path])
    )


def undone(action: Action, declared: Iterable[Declared], observation: Observation) -> list[Moved]:
    """Which paths of a step that was done do not hold any more; the item itself if none is told."""
    sides = Sides(declared, observation)
    lost = sorted((action.after or {}).keys() - _as_left(action, sides))
    paths = lost if len(sides.candidates(action)) == 1 else []
    return [
        Moved(ref=str(action.ref), side=Side.ACTUAL, path=path, how=How.UNDONE)
        for path in paths or [PRESENCE]
    ]


def unseen(action: Action, detail: str) -> Moved:
    """A step that was done, and whether it still holds cannot be told."""
    return Moved(
        ref=str(action.ref), side=Side.ACTUAL, path=PRESENCE, how=How.UNSEEN, detail=detail
    )
