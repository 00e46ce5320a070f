"""What a look on record still tells, now that the inventory may ask for something else.

A host is only asked for what is declared on it. So an earlier look says nothing of what was
declared or retired since: it is not missing, and not proven gone either. Of a host that left the
inventory nothing is told, unless something on it must be gone.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from omlib.model.item import Declared
from omlib.model.observation import Observation, Sight
from omlib.model.status import UnknownReason
from omlib.ports import Plane


def as_asked_now(
    seen: Observation, planes: Iterable[Plane], items: Collection[Declared]
) -> Observation:
    """*seen*, with every scope of which something else would be asked now no longer complete."""
    asked = {
        scope: digest
        for plane in planes
        for target in plane.targets()
        for scope, digest in target.asked.items()
    }
    known = asked.keys() | {item.scope for item in items}
    sights = {
        scope: sight if sight.asked == asked.get(scope, "") else _outdated(sight)
        for scope, sight in seen.sights.items()
        if scope in known or not sight.asked
    }
    actual = tuple(item for item in seen.actual if item.scope in sights)
    return Observation(sights=sights, actual=actual)


def _outdated(sight: Sight) -> Sight:
    if not sight.complete:
        return sight
    detail = "the inventory asks for something else since this look"
    return replace(sight, complete=False, reason=UnknownReason.NOT_CHECKED, detail=detail)
