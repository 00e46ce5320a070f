"""The chain in the records file, and the journal that writes to it.

All runs share one chain, so an entry can be neither taken out nor put in between without `verify`
naming it. An entry is on the disk when `write` returns.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from omlib.model.item import Value
from omlib.ports import Clock
from omlib.records.canonical import canonical, read
from omlib.records.chain import Entry, follow
from omlib.records.database import Database
from omlib.records.tables import chain


class StoreJournal:
    """What *run* does about *subject* (a plan's digest); reads what earlier runs did too."""

    def __init__(self, database: Database, clock: Clock, *, run: str, subject: str) -> None:
        self._database, self._clock = database, clock
        self._run, self._subject = run, subject

    def write(self, event: str, **facts: Value) -> None:
        with self._database.write() as connection:
            told = {**facts, "run": self._run, "subject": self._subject}
            append(connection, at=self._clock.now(), event=event, facts=told, subject=self._subject)

    def entries(self) -> Iterator[Mapping[str, object]]:
        """All entries on this subject, oldest first: the facts, with event, at and seq."""
        with self._database.read() as connection:
            asked = select(chain).where(chain.c.subject == self._subject).order_by(chain.c.seq)
            rows = connection.execute(asked).all()
        for entry in map(_entry, rows):
            yield {**entry.facts, "event": entry.event, "at": entry.at, "seq": entry.seq}


def append(
    connection: Connection,
    *,
    at: datetime,
    event: str,
    facts: Mapping[str, Any],
    subject: str = "",
) -> None:
    """Add the next entry, inside the writer's transaction."""
    newest = connection.execute(select(chain).order_by(chain.c.seq.desc()).limit(1)).first()
    # sealed as it will be read back: tuples are lists then, and surrogate pairs one character
    plain = read(canonical(facts))
    entry = follow(_entry(newest) if newest else None, at=at, event=event, facts=plain)
    connection.execute(
        insert(chain).values(
            seq=entry.seq,
            at=entry.at.isoformat(),
            event=entry.event,
            facts=canonical(entry.facts).decode(),
            prev=entry.prev,
            hash=entry.hash,
            subject=subject,
        )
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        event=row.event,
        facts=read(row.facts),
        prev=row.prev,
        hash=row.hash,
    )
