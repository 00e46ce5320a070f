"""Findings in the records: a row for each verdict that is news, and per run a list of rows."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from omlib.model.finding import Finding
from omlib.records.blobs import keep, kept
from omlib.records.canonical import canonical, read
from omlib.records.codec import finding_from_plain, finding_to_plain
from omlib.records.tables import finding as table
from omlib.records.tables import item

_AT_ONCE = 500  # SQLite before 3.32 takes 999 values in one statement


def save(connection: Connection, run: str, findings: Sequence[Finding]) -> str:
    """Store what is news in *findings*; gives the digest of the list of rows."""
    asked = select(item.c.ref, item.c.finding, item.c.digest)
    known = {ref: (number, sha) for ref, number, sha in connection.execute(asked)}
    last: int = connection.execute(select(func.max(table.c.id))).scalar() or 0
    listed: list[int] = []
    rows: list[dict[str, object]] = []
    for finding in findings:
        ref, body = str(finding.ref), canonical(finding_to_plain(finding))
        sha = hashlib.sha256(body).hexdigest()
        old, old_sha = known.get(ref, (0, ""))
        if sha == old_sha:
            listed.append(old)
            continue
        last += 1
        listed.append(last)
        rows.append(
            {
                "id": last,
                "ref": ref,
                "run": run,
                "status": finding.status.value,
                "reason": finding.reason.value if finding.reason else "",
                "department": finding.department,
                "digest": sha,
                "body": body.decode(),
            }
        )
    if rows:
        connection.execute(insert(table), rows)
        change = upsert(item)
        newest = {"finding": change.excluded.finding, "digest": change.excluded.digest}
        connection.execute(
            change.on_conflict_do_update(["ref"], set_=newest),
            [{"ref": r["ref"], "finding": r["id"], "digest": r["digest"]} for r in rows],
        )
    return keep(connection, canonical(listed))


def load(connection: Connection, listed: str) -> list[Finding]:
    """The findings of a list, in its order."""
    return [finding_from_plain(read(body)) for body in _column(connection, listed, "body")]


def digests(connection: Connection, listed: str) -> list[str]:
    """The digest of each finding of a list: what a run's seal covers."""
    return _column(connection, listed, "digest")


def _column(connection: Connection, listed: str, name: str) -> list[str]:
    numbers: list[int] = kept(connection, listed)
    found: dict[int, str] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        asked = select(table.c.id, table.c[name]).where(table.c.id.in_(some))
        found.update((number, value) for number, value in connection.execute(asked))
    return [found[number] for number in numbers]
