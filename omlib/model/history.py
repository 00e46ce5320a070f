"""What became of an item, and of a department, from run to run. Pure.

A drift episode begins at the first verdict that is a drift and ends at the first one that settles
it: mended (in sync), gone (nobody declares it, and it is no longer found), or accepted (waived).
An unknown in between is a gap: it neither ends an episode nor begins one. Going from one drift to
another (diverged, then missing) is one episode. docs/records.md tells the same with examples.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from omlib.model.ref import Ref
from omlib.model.status import Status


class Ending(StrEnum):
    """How a drift episode came to its end."""

    MENDED = "mended"
    GONE = "gone"
    ACCEPTED = "accepted"  # waived: it still differs, so nothing was mended


class Change(NamedTuple):
    """The verdict on an item became another one in *run*. *status* None: it is gone."""

    at: datetime
    run: str
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An unbroken drift. *ended* and *ending* are None while it is open."""

    began: datetime
    ended: datetime | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHistory:
    """An item's verdicts up to the moment *until*, in order of time.

    *status* is the last one (None: gone), *status_since* when it became so.
    """

    ref: Ref
    first_seen: datetime
    until: datetime
    status: Status | None
    status_since: datetime
    changes: tuple[Change, ...]
    episodes: tuple[Episode, ...]

    @property
    def since(self) -> datetime | None:
        """Since when it drifts; None when it does not. An unknown now leaves it open."""
        if not self.episodes or self.episodes[-1].ended:
            return None
        return self.episodes[-1].began

    @property
    def times(self) -> int:
        """How often it drifted, now included."""
        return len(self.episodes)

    @property
    def open_s_total(self) -> float:
        """How long it drifted in all, up to *until*."""
        return sum(((e.ended or self.until) - e.began).total_seconds() for e in self.episodes)

    @property
    def mean_mend_s(self) -> float | None:
        """How long it took to mend, on average; None if it never was. Accepting is not mending."""
        took = [
            (episode.ended - episode.began).total_seconds()
            for episode in self.episodes
            if episode.ended and episode.ending is not Ending.ACCEPTED
        ]
        return sum(took) / len(took) if took else None


class Sighting(NamedTuple):
    """When a run first told of a thing, and when it was last looked at and there (None: the run
    that told of it asked nobody)."""

    first: datetime
    last: datetime | None


ItemHistories = Mapping[Ref, ItemHistory]


class TrendPoint(NamedTuple):
    """How many items had which status at the end of a day; statuses without any are left out."""

    day: date
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentTrend:
    """One point for each day on which the whole estate was compared, oldest first.

    *department* "" is the whole estate. As in the roll-up, a department counts those below it.
    """

    department: str
    points: tuple[TrendPoint, ...]


Trend = tuple[DepartmentTrend, ...]

_ENDINGS: Mapping[Status | None, Ending] = {
    Status.IN_SYNC: Ending.MENDED,
    Status.WAIVED: Ending.ACCEPTED,
    None: Ending.GONE,
}


def history_of(ref: Ref, changes: Iterable[Change], until: datetime) -> ItemHistory | None:
    """The history from *changes*, oldest first; None if there are none by then."""
    told = tuple(change for change in changes if change.at <= until)
    if not told:
        return None
    since = told[0]
    for change in told:
        if change.status is not since.status:
            since = change
    return ItemHistory(
        ref=ref,
        first_seen=told[0].at,
        until=until,
        status=since.status,
        status_since=since.at,
        changes=told,
        episodes=episodes_of(told),
    )


def episodes_of(changes: Iterable[Change]) -> tuple[Episode, ...]:
    """The drift episodes, oldest first; only the last may be open."""
    episodes: list[Episode] = []
    began: datetime | None = None
    for change in changes:
        if change.status is Status.UNKNOWN:
            continue
        if change.status is not None and change.status.is_drift:
            began = began or change.at
        elif began is not None:
            ending = _ENDINGS[change.status]
            episodes.append(Episode(began=began, ended=change.at, ending=ending))
            began = None
    if began is not None:
        episodes.append(Episode(began=began))
    return tuple(episodes)
