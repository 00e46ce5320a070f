"""What a look on record still tells, now that the inventory may ask for something else.

A host is only asked for what is declared on it. So an earlier look says nothing of what was
declared or retired since: it is not missing, and not proven gone either. Of a host that left the
inventory nothing is told, unless something on it must be gone.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from omlib.errors import OmlibError
from omlib.jobs.workspace import Workspace
from omlib.model.item import Declared
from omlib.model.observation import Observation, Sight
from omlib.model.status import UnknownReason
from omlib.ports import Plane
from omlib.records.store import RecordStore


class NothingRememberedError(OmlibError):
    """Offline, and no look was ever recorded. Facts: records."""

    code = "nothing_remembered"


def last_look(work: Workspace, store: RecordStore) -> tuple[Observation, datetime]:
    """The last look on record, as asked now, and when the oldest part of it was taken.

    Raises NothingRememberedError.
    """
    remembered = store.last_observation()
    if remembered.oldest is None:
        raise NothingRememberedError(records=str(work.records))
    return as_asked_now(remembered.observation, work.planes, work.items), remembered.oldest


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
