"""Observations in the records, scope by scope; a scope that looks as before costs little."""

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from omlib.model.item import Actual, Scope
from omlib.model.observation import Observation
from omlib.records.blobs import keep, unpack
from omlib.records.canonical import canonical, digest, read
from omlib.records.codec import (
    actual_from_plain,
    actual_to_plain,
    scope_from_plain,
    sight_from_plain,
    sight_to_plain,
)
from omlib.records.run import Remembered
from omlib.records.stamp import stamp
from omlib.records.tables import blob
from omlib.records.tables import observation as table
from omlib.records.tables import scope as newest


def save(connection: Connection, run: str, observation: Observation) -> None:
    """Store each scope's sight and items. Items of a scope without a sight are a KeyError."""
    items: dict[Scope, list[Actual]] = {scope: [] for scope in observation.sights}
    for item in observation.actual:
        items[item.scope].append(item)
    asked = connection.execute(select(newest.c.scope, newest.c.at))
    known: dict[str, str] = {row.scope: row.at for row in asked}
    number: int = connection.execute(select(func.max(table.c.id))).scalar() or 0
    rows: list[dict[str, object]] = []
    news: list[dict[str, object]] = []
    for scope, sight in observation.sights.items():
        number += 1
        name, at = canonical(scope).decode(), stamp(sight.at)
        rows.append(
            {
                "id": number,
                "run": run,
                "scope": name,
                "sight": canonical(sight_to_plain(sight)).decode(),
                "actual": keep(connection, canonical([actual_to_plain(i) for i in items[scope]])),
            }
        )
        if at >= known.get(name, ""):  # the later look counts, whichever run saves first
            news.append({"scope": name, "observation": number, "at": at})
    if rows:
        connection.execute(insert(table), rows)
    if news:
        change = upsert(newest)
        later = {"observation": change.excluded.observation, "at": change.excluded.at}
        connection.execute(change.on_conflict_do_update(["scope"], set_=later), news)


def last(connection: Connection) -> Remembered:
    """The last look at every scope that was ever looked at."""
    asked = (
        select(table.c.scope, table.c.run, table.c.sight, blob.c.body)
        .join(newest, newest.c.observation == table.c.id)
        .join(blob, blob.c.sha256 == table.c.actual)
        .order_by(table.c.id)
    )
    sights, runs = {}, {}
    actual: list[Actual] = []
    for name, run, sight, body in connection.execute(asked):
        scope = scope_from_plain(read(name))
        sights[scope] = sight_from_plain(read(sight))
        runs[scope] = run
        actual += map(actual_from_plain, unpack(body))
    return Remembered(observation=Observation(sights=sights, actual=tuple(actual)), runs=runs)


def sealed(connection: Connection, run: str) -> str:
    """One digest over all that *run* saw."""
    columns = (table.c.scope, table.c.sight, table.c.actual)
    rows = connection.execute(select(*columns).where(table.c.run == run).order_by(table.c.id))
    return digest([tuple(row) for row in rows])
