"""Since when each undeclared thing of a comparison is on record, and when it was last there."""

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

from omlib.model.finding import Finding
from omlib.model.history import Sighting
from omlib.model.ref import Ref
from omlib.records.store import RecordStore


def sightings_of(
    store: RecordStore,
    findings: Iterable[Finding],
    *,
    until: datetime,
    last: Callable[[Finding], datetime | None],
    zone: tzinfo,
) -> dict[Ref, Sighting]:
    """Of what is unmanaged in *findings*; *last* says when the run looked at it."""
    found = {one.ref: one for one in findings if one.unmanaged}
    if not found:
        return {}
    first = store.first_told(found, until=until)
    return {
        # a comparison that asks nobody may be the first to tell of what was seen before it
        ref: Sighting(min(at, looked or at).astimezone(zone), looked and looked.astimezone(zone))
        for ref, at in first.items()
        for looked in (last(found[ref]),)
    }
