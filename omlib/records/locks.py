"""One writer per scope. A holder that died on this machine loses its lock to whoever comes next.

The lock lives in the records file: with SQLite it protects against everybody who uses this file,
which is one machine. A holder on another machine, or one that cannot be looked at, is respected.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from omlib import log
from omlib.ports import Clock
from omlib.records.canonical import canonical, read
from omlib.records.database import Database
from omlib.records.errors import LockedError, RecordsError
from omlib.records.journal import append
from omlib.records.process import Process, is_dead, this_process
from omlib.records.tables import lock


class StoreLock:
    """`omlib.ports.Lock` in the records file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @contextmanager
    def hold(self, scope: str, owner: str) -> Iterator[None]:
        """Hold *scope* alone; raises LockedError with who holds it, where, and since when."""
        token = self._take(scope, owner)
        try:
            yield
        finally:
            self._give_back(scope, token)

    def _take(self, scope: str, owner: str) -> str:
        now, token = self._clock.now(), secrets.token_hex(8)
        with self._database.write() as connection:
            held = connection.execute(select(lock).where(lock.c.scope == scope)).first()
            if held is not None:
                holder = Process(**read(held.process))
                if not is_dead(holder):
                    raise _refusal(held, holder, now)
                connection.execute(delete(lock).where(lock.c.scope == scope))
                facts = {"scope": scope, "from": held.owner, "since": held.since, "by": owner}
                append(connection, at=now, event="lock.taken_over", facts=facts)
            connection.execute(
                insert(lock).values(
                    scope=scope,
                    token=token,
                    owner=owner,
                    since=now.isoformat(),
                    process=canonical(asdict(this_process())).decode(),
                )
            )
        return token

    def _give_back(self, scope: str, token: str) -> None:
        # by token: after a take-over the row is somebody else's
        mine = (lock.c.scope == scope) & (lock.c.token == token)
        try:
            with self._database.write() as connection:
                connection.execute(delete(lock).where(mine))
        except RecordsError as fault:
            # a full disk must not hide how the work ended; a dead holder's lock is taken over
            log.event("lock.kept", scope=scope, why=fault.code)


def _refusal(held: Row[Any], holder: Process, now: datetime) -> LockedError:
    age = now - datetime.fromisoformat(held.since)
    return LockedError(
        scope=held.scope,
        holder=held.owner,
        since=held.since,
        age_s=int(age.total_seconds()),
        where=f"{holder.host}, process {holder.pid}",
    )
