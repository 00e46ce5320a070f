"""Findings in the records: a row for each verdict that is news, and per run a list of rows.

What is news in the status of an item goes to the history at the same time.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, func, select

from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.records import changes
from omlib.records.blobs import keep, kept
from omlib.records.canonical import canonical, read
from omlib.records.codec import finding_from_plain, finding_to_plain
from omlib.records.tables import finding as table
from omlib.records.tables import item
from omlib.records.tables import run as run_table

_NEW = changes.Known(0, "", "", "")
_LOOKED_BACK = 200  # runs, for those that tell of one item
# As text for the driver: a run may have 5,000 of each, and SQLAlchemy takes longer to bind the
# values by name than SQLite to store them.
_INSERT = """
insert into finding (id, ref, run, status, reason, department, digest, body)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""
_STAND = """
insert into item (ref, finding, digest, status, at) values (?, ?, ?, ?, ?)
on conflict (ref) do update set finding = excluded.finding, digest = excluded.digest,
  status = excluded.status, at = excluded.at
"""
_AT_ONCE = 500  # SQLite before 3.32 takes 999 values in one statement


def save(
    connection: Connection,
    run: str,
    at: str,
    findings: Sequence[Finding],
    *,
    whole: bool,
    seen: Collection[Scope],
) -> str:
    """Store what is news in *findings*, and what changed; gives the digest of the list of rows."""
    asked = select(item.c.ref, item.c.finding, item.c.digest, item.c.status, item.c.at)
    known = {ref: changes.Known(*rest) for ref, *rest in connection.execute(asked)}
    last: int = connection.execute(select(func.max(table.c.id))).scalar() or 0
    listed: list[int] = []
    rows: list[tuple[object, ...]] = []
    newest: dict[str, tuple[int, str]] = {}
    for finding in findings:
        ref, body = str(finding.ref), canonical(finding_to_plain(finding))
        sha = hashlib.sha256(body).hexdigest()
        held = known.get(ref)
        if held and sha == held.digest:
            listed.append(held.finding)
            continue
        last += 1
        listed.append(last)
        newest[ref] = last, sha
        reason = finding.reason.value if finding.reason else ""
        told = (run, finding.status.value, reason, finding.department, sha, body.decode())
        rows.append((last, ref, *told))
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
    changed = _changed(connection, known, findings, whole=whole, seen=seen)
    times = changes.note(connection, run, at, changed)
    standing = []
    for ref in {**newest, **changed}:
        held = known.get(ref, _NEW)
        number, sha = newest.get(ref, (held.finding, held.digest))
        status, _ = changed.get(ref, (held.status, ""))
        then = times.get(ref, held.at)
        standing.append((ref, number, sha, status, then))
    if standing:
        connection.exec_driver_sql(_STAND, standing)
    return keep(connection, canonical(listed))


def _changed(
    connection: Connection,
    known: Mapping[str, changes.Known],
    findings: Sequence[Finding],
    *,
    whole: bool,
    seen: Collection[Scope],
) -> dict[str, tuple[str, str]]:
    """By ref the new status, and when the one before began ("" if there was none)."""
    statuses = changes.statuses_of(findings)
    changed = {
        ref: (status.value, known.get(ref, _NEW).at)
        for ref, status in statuses.items()
        if status.value != known.get(ref, _NEW).status
    }
    if whole:
        for ref in sorted(changes.gone(connection, known, statuses, seen)):
            changed[ref] = changes.GONE, known[ref].at
    return changed


def each(connection: Connection, listed: str) -> Iterator[Finding]:
    """The findings of a list, in its order, some at a time: there may be a million."""
    for body in _column(connection, listed, "body"):
        yield finding_from_plain(read(body))


def how_many(connection: Connection, listed: str) -> int:
    return len(kept(connection, listed))


def last_told(connection: Connection, ref: str, limit: int) -> list[tuple[str, Finding]]:
    """The newest runs that have *ref* in their list, newest first, with the finding."""
    asked = select(table.c.id, table.c.body).where(table.c.ref == ref)
    bodies = {row.id: row.body for row in connection.execute(asked)}
    runs = select(run_table.c.id, run_table.c.findings).where(run_table.c.findings.is_not(None))
    newest = runs.order_by(run_table.c.started.desc(), run_table.c.id.desc()).limit(_LOOKED_BACK)
    told: list[tuple[str, Finding]] = []
    for run, listed in connection.execute(newest).all():
        if len(told) == limit:
            break
        number = next((one for one in kept(connection, listed) if one in bodies), None)
        if number is not None:
            told.append((run, finding_from_plain(read(bodies[number]))))
    return told


def digests(connection: Connection, listed: str) -> list[str]:
    """The digest of each finding of a list: what a run's seal covers."""
    return list(_column(connection, listed, "digest"))


def _column(connection: Connection, listed: str, name: str) -> Iterator[str]:
    numbers: list[int] = kept(connection, listed)
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        asked = select(table.c.id, table.c[name]).where(table.c.id.in_(some))
        rows = connection.execute(asked).all()
        found: dict[int, str] = {row[0]: row[1] for row in rows}
        yield from (found[number] for number in some)
