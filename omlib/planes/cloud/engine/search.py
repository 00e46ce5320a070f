"""Look in the clouds for what interrupted runs made: by its mark, in whole listings.

A request that was under way when its sender died may still be carried out, so what is not there is
asked for again until its time is over; and what is still being made is waited for.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from omlib.planes.cloud.engine.state import StackState
from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import Entry
from omlib.planes.cloud.provider.marks import carries, digest_of, mark_in
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.stacks.names import named_by
from omlib.ports import Progress

STEP = "engine_recover"  # its name to Progress
GRACE_S = 30.0  # in it a cloud carries out, or drops, a request whose sender is gone
SETTLE_S = 300.0  # for what was found half made
_SENDING_S = 300.0  # so long after its beginning a creation may still be sent (`ApiLimits`)
_ASK_EVERY_S = 2.0
_NO_ROOM = ("key_pair", "server_group")  # for a mark: they are known by their names
_UNMARKED = (*_NO_ROOM, "volume_attachment")
_UNDER_WAY = frozenset({"BUILD", "creating", "downloading"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A creation to look for. *name* is the thing's own, *live_id* what the cloud answered, or ""
    where no answer came; *at* when it began, None where nobody wrote that down.
    """

    urn: str
    kind: str
    place: Place
    name: str
    live_id: str = ""
    at: datetime | None = None

    def grace_s(self, grace_s: float) -> float:
        """How long it may still appear, of *grace_s* at most."""
        if self.at is None:
            return grace_s
        over = self.at + timedelta(seconds=_SENDING_S + grace_s)
        return min(max((over - datetime.now(UTC)).total_seconds(), 0.0), grace_s)


@dataclass(frozen=True, slots=True)
class Sight:
    """*ids* of the live things that are it. *settled*: none of them is still being made."""

    ids: tuple[str, ...]
    settled: bool = True


def wanted(state: StackState, entries: Sequence[Entry], urns: Sequence[str]) -> Iterator[Wanted]:
    """What the witnesses tell of *urns*; the journal tells more than the state."""
    journalled = {entry.urn: entry for entry in entries}
    for urn in urns:
        kind, name = named_by(urn)
        entry = journalled.get(urn)
        if entry:
            place, live_id, name, at = entry.place, entry.live_id, entry.name or name, _time(entry)
        else:
            pending = state.creating[urn]
            place, live_id, at = Place.of(pending.inputs), pending.id, None
            name = str(pending.inputs.get("name") or name)
        if kind == "volume_attachment" and not live_id:
            live_id = _attachment_id(state, urn)
        yield Wanted(urn=urn, kind=kind, place=place, name=name, live_id=live_id, at=at)


def search(
    sought: Sequence[Wanted], clouds: Clouds, progress: Progress, *, grace_s: float = GRACE_S
) -> Mapping[str, tuple[str, ...] | None]:
    """The live ids by URN; None where its project could not be listed whole."""
    began = time.monotonic()
    seen: dict[str, Sight | None] = {}
    progress.start(STEP, len(sought))
    try:
        while True:
            clouds.begin()  # what was seen a moment ago is asked for again
            now_s = time.monotonic() - began
            seen |= {each.urn: _look(each, clouds) for each in sought}
            if not any(_open(each, seen[each.urn], now_s, grace_s) for each in sought):
                return {urn: sight.ids if sight else None for urn, sight in seen.items()}
            progress.advance(STEP, f"{sum(1 for sight in seen.values() if sight and sight.ids)}")
            time.sleep(min(_ASK_EVERY_S, grace_s / 4))
    finally:
        progress.done(STEP, time.monotonic() - began)


def marked(urns: Iterable[str], place: Place, clouds: Clouds) -> Mapping[str, Sequence[str]]:
    """The live ids of what was made as one of *urns* before, by URN.

    What cannot be listed tells nothing: this is for things that a lost state, or the state of
    another clone, should have told of.
    """
    by_kind: dict[str, Mapping[str, Sequence[str]]] = {}
    found: dict[str, Sequence[str]] = {}
    for urn in urns:
        kind = named_by(urn)[0]
        if kind in _UNMARKED:
            continue
        if kind not in by_kind:
            by_kind[kind] = _by_mark(kind, place, clouds)
        ids = [*by_kind[kind].get(urn, ()), *by_kind[kind].get(digest_of(urn), ())]
        if ids:
            found[urn] = ids
    return found


def _by_mark(kind: str, place: Place, clouds: Clouds) -> Mapping[str, Sequence[str]]:
    try:
        listing = clouds.api(place).seen.listing(kind)
    except CloudFaultError:
        return {}
    by_mark: dict[str, list[str]] = {}
    for item in listing.items:
        by_mark.setdefault(mark_in(item), []).append(_id(item))
    return by_mark


def _open(each: Wanted, sight: Sight | None, now_s: float, grace_s: float) -> bool:
    """Whether another look may tell more."""
    if sight is None or not sight.ids:
        return now_s < each.grace_s(grace_s)
    return not sight.settled and now_s < SETTLE_S


def _look(each: Wanted, clouds: Clouds) -> Sight | None:
    kind = "volume" if each.kind == "volume_attachment" else each.kind
    try:
        listing = clouds.api(each.place).seen.listing(kind)
    except CloudFaultError:
        return None
    if listing.fault:
        return None
    if each.kind == "volume_attachment":
        return Sight(ids=(each.live_id,) if _attached(each.live_id, listing.items) else ())
    hits = [item for item in listing.items if _is_it(each, item)]
    under_way = any(str(item.get("status")) in _UNDER_WAY for item in hits)
    return Sight(ids=tuple(_id(item) for item in hits), settled=not under_way)


def _is_it(each: Wanted, item: Json) -> bool:
    if each.live_id and _id(item) == each.live_id:
        return True
    if each.kind in _NO_ROOM:
        return not each.live_id and item.get("name") == each.name
    return carries(item, each.urn)


def _id(item: Json) -> str:
    return str(item["id"] if "id" in item else item["name"])


def _attached(attachment: str, volumes: Sequence[Json]) -> bool:
    server, _, volume = attachment.partition("/")
    uses = [item.get("attachments") or () for item in volumes if item.get("id") == volume]
    return any(use.get("server_id") == server for each in uses for use in each)


def _attachment_id(state: StackState, urn: str) -> str:
    """`server/volume`, from the inventory's ids in its URN and the live ones in the state."""
    pending = state.creating.get(urn)
    if pending and pending.inputs.get("server") and pending.inputs.get("volume"):
        return f"{pending.inputs['server']}/{pending.inputs['volume']}"
    server, _, volume = named_by(urn)[1].partition("/")
    ids = {(each.kind, each.name): each.id for each in state.resources}
    parts = (ids.get(("server", server), ""), ids.get(("volume", volume), ""))
    return "/".join(parts) if all(parts) else ""


def _time(entry: Entry) -> datetime | None:
    try:
        return datetime.fromisoformat(entry.at)
    except ValueError:
        return None
