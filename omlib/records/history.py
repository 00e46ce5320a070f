"""Answers about the past: since when, how often, how long to mend; and how departments fare."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from omlib.model.history import (
    Change,
    DepartmentTrend,
    ItemHistory,
    Trend,
    TrendPoint,
    history_of,
)
from omlib.model.ref import Ref, parse_ref
from omlib.model.status import WORST_FIRST, Status
from omlib.records.canonical import read
from omlib.records.changes import GONE
from omlib.records.stamp import stamp
from omlib.records.tables import change, tally

_AT_ONCE = 500  # SQLite takes 999 parameters where it is old
_COLUMNS = (change.c.ref, change.c.at, change.c.run, change.c.status)


def item_history(connection: Connection, ref: Ref, until: datetime) -> ItemHistory | None:
    """One item's history up to *until*; None if no run had told of it by then."""
    asked = select(*_COLUMNS).where(change.c.ref == str(ref)).order_by(change.c.id)
    return history_of(ref, _changes(connection.execute(asked)), until)


def first_told(
    connection: Connection, refs: Collection[Ref], until: datetime
) -> dict[Ref, datetime]:
    """When a run first told of each of *refs*; what none told of by *until* is left out."""
    found = {}
    named = {str(ref): ref for ref in refs}
    names = sorted(named)
    for start in range(0, len(names), _AT_ONCE):
        asked = (
            select(change.c.ref, func.min(change.c.at))
            .where(change.c.ref.in_(names[start : start + _AT_ONCE]))
            .where(change.c.at <= stamp(until))
            .group_by(change.c.ref)
        )
        for name, at in connection.execute(asked):
            found[named[name]] = datetime.fromisoformat(at)
    return found


def item_histories(connection: Connection, until: datetime) -> dict[Ref, ItemHistory]:
    """The history of every item that a run had told of by *until*."""
    asked = (
        select(*_COLUMNS)
        .where(change.c.at <= stamp(until))
        .order_by(change.c.ref, change.c.id)
        .execution_options(yield_per=10_000)
    )
    histories = {}
    for name, rows in groupby(connection.execute(asked), key=lambda row: str(row[0])):
        ref = parse_ref(name)
        history = history_of(ref, _changes(rows), until)
        if history is not None:
            histories[ref] = history
    return histories


def _changes(rows: Iterable[Sequence[Any]]) -> Iterator[Change]:
    for _, at, run, status in rows:
        yield Change(datetime.fromisoformat(at), run, None if status == GONE else Status(status))


def known_refs(connection: Connection) -> list[str]:
    """Every ref that a run ever told of, sorted."""
    return list(
        connection.execute(select(change.c.ref).distinct().order_by(change.c.ref)).scalars()
    )


def trend(
    connection: Connection, zone: tzinfo, *, since: datetime | None, until: datetime
) -> Trend:
    """Per department the counts at the end of each day (in *zone*) with a whole comparison.

    The whole estate, "", comes first, then departments by id. *since* limits how far back.
    """
    columns = (tally.c.department, tally.c.at, tally.c.counts)
    asked = select(*columns).where(tally.c.at <= stamp(until)).order_by(tally.c.id)
    held: dict[str, str] = {}
    if since is not None:
        asked = asked.where(tally.c.at >= stamp(since))
        held = _held(connection, since)
    days: dict[date, dict[str, str]] = {}
    for department, at, counts in connection.execute(asked):
        day = datetime.fromisoformat(at).astimezone(zone).date()
        days.setdefault(day, {})[department] = counts
    points: dict[str, list[TrendPoint]] = {}
    for day, told in sorted(days.items()):
        held |= told  # counts stand until others come; every whole run tells of the estate
        for department, counts in held.items():
            if counts != "{}":
                point = TrendPoint(day, _counts(counts))
                points.setdefault(department, []).append(point)
    return tuple(
        DepartmentTrend(department=department, points=tuple(points[department]))
        for department in sorted(points)
    )


def _held(connection: Connection, before: datetime) -> dict[str, str]:
    """The counts of each department as they stood before a moment."""
    newest = select(func.max(tally.c.id)).where(tally.c.at < stamp(before))
    asked = select(tally.c.department, tally.c.counts)
    asked = asked.where(tally.c.id.in_(newest.group_by(tally.c.department)))
    return {row.department: row.counts for row in connection.execute(asked)}


def _counts(told: str) -> dict[Status, int]:
    counts: Mapping[str, int] = read(told)
    return {status: counts[status] for status in WORST_FIRST if status in counts}
