"""The records of all runs: what was seen, what was found, who ran it, and from which revision."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, insert, select, update

from omlib import VERSION
from omlib.model.finding import Finding
from omlib.model.history import ItemHistories, ItemHistory, Trend
from omlib.model.item import Scope
from omlib.model.observation import Observation
from omlib.model.ref import Ref
from omlib.ports import Clock
from omlib.records import changes, history, sightings
from omlib.records import findings as kept_findings
from omlib.records import prune as pruning
from omlib.records.blobs import keep, kept
from omlib.records.canonical import canonical, read
from omlib.records.codec import outcome_from_plain, outcome_to_plain
from omlib.records.database import Database
from omlib.records.errors import NoSuchRunError, RunPrunedError
from omlib.records.journal import StoreJournal, append
from omlib.records.locks import StoreLock
from omlib.records.process import Process, is_dead, this_process
from omlib.records.prune import Pruned
from omlib.records.run import Outcome, Remembered, Revision, Run, RunState
from omlib.records.seal import RUN_ENDED, run_facts
from omlib.records.stamp import stamp
from omlib.records.tables import run as table
from omlib.records.verify import Head, Verified, verify


class RecordStore:
    """The records at *path*, made or brought up to date when opened. Raises RecordsError.

    Each method is one transaction: after a fault the file holds what it held before the call.
    """

    def __init__(self, path: Path, *, busy_s: float = 10.0) -> None:
        self._database = Database(path, busy_s=busy_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def journal(self, clock: Clock, *, run: str, subject: str) -> StoreJournal:
        """The journal of *run* about *subject*, a plan's digest."""
        return StoreJournal(self._database, clock, run=run, subject=subject)

    def lock(self, clock: Clock) -> StoreLock:
        return StoreLock(self._database, clock)

    def verify(self, noted: Head | None = None) -> Verified:
        """Hold all that is on record against the chain; *noted* is a head kept elsewhere."""
        with self._database.examine() as connection:
            return verify(connection, noted)

    def would_prune(self, before: datetime) -> Pruned:
        """What `prune` would take away. Reads only."""
        with self._database.read() as connection:
            return pruning.what_would_go(connection, before)

    def prune(self, before: datetime, *, at: datetime) -> Pruned:
        """Take away what runs before that moment saw and found; see `omlib.records.prune`."""
        with self._database.clear_out() as connection:
            return pruning.prune(connection, before, at=at)

    def compact(self) -> None:
        """Make the file as small as its content."""
        self._database.compact()

    def size_bytes(self) -> int:
        """Of the file and its log."""
        return self._database.size_bytes()

    def begin_run(
        self,
        *,
        verb: str,
        at: datetime,
        actor: str,
        scope: str = "",
        revision: Revision | None = None,
    ) -> str:
        """Record that a run began; gives its id, which sorts by time: `20261121T093015Z-7f3a`."""
        revision = revision or Revision()
        with self._database.write() as connection:
            run = _new_id(connection, at)
            connection.execute(
                insert(table).values(
                    id=run,
                    verb=verb,
                    started=stamp(at),
                    state=RunState.RUNNING.value,
                    actor=_text(actor),
                    scope=_text(scope),
                    revision=revision.commit,
                    clean=revision.clean,
                    tool=VERSION,
                    summary="{}",
                    process=canonical(asdict(this_process())).decode(),
                )
            )
        return run

    def end_run(
        self,
        run: str,
        *,
        at: datetime,
        state: RunState,
        exit_code: int,
        complete: bool,
        summary: Mapping[str, int],
    ) -> None:
        """Record how a run ended, and seal all that was kept of it in the chain."""
        ended = {
            "ended": stamp(at),
            "state": state.value,
            "exit_code": exit_code,
            "complete": complete,
            "summary": canonical(summary).decode(),
        }
        with self._database.write() as connection:
            _row(connection, run)
            connection.execute(update(table).where(table.c.id == run).values(ended))
            digests = partial(kept_findings.digests, connection)
            told = run_facts(connection, _row(connection, run), digests)
            append(connection, at=at, event=RUN_ENDED, facts=told)

    def save_findings(
        self,
        run: str,
        findings: Sequence[Finding],
        outcome: Outcome | None = None,
        *,
        whole: bool = False,
        seen: Collection[Scope] = (),
    ) -> None:
        """Keep what *run* found and concluded, and what it changed in the history.

        *whole*: it compared the whole estate, so what it does not tell of is gone, an undeclared
        thing only where its scope is in *seen*, the scopes that were seen whole.
        """
        with self._database.write() as connection:
            started = _row(connection, run).started
            listed = kept_findings.save(
                connection, run, started, findings, whole=whole, seen=frozenset(seen)
            )
            values = {"findings": listed}
            if outcome is not None:
                values["outcome"] = keep(connection, canonical(outcome_to_plain(outcome)))
            if whole:
                departments = outcome.departments if outcome else ()
                changes.count(connection, run, started, findings, departments)
            connection.execute(update(table).where(table.c.id == run).values(values))

    def save_observation(self, run: str, observation: Observation) -> None:
        """Keep what *run* saw."""
        with self._database.write() as connection:
            _row(connection, run)
            sightings.save(connection, run, observation)

    def last_observation(self) -> Remembered:
        """The last look at every scope that was ever looked at, with the run it was taken in."""
        with self._database.read() as connection:
            return sightings.last(connection)

    def runs(self, limit: int = 20) -> list[Run]:
        """The newest runs, newest first."""
        asked = select(table).order_by(table.c.started.desc(), table.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(asked)]

    def run(self, run: str) -> Run:
        """One run; raises NoSuchRunError."""
        with self._database.read() as connection:
            return _run(_row(connection, run))

    def history(self, ref: Ref, *, until: datetime) -> ItemHistory | None:
        """What became of an item up to *until*; None if no run had told of it."""
        with self._database.read() as connection:
            return history.item_history(connection, ref, until)

    def first_told(self, refs: Collection[Ref], *, until: datetime) -> dict[Ref, datetime]:
        """When a run first told of each of *refs*, up to *until*."""
        with self._database.read() as connection:
            return history.first_told(connection, refs, until)

    def known_refs(self) -> list[str]:
        """Every item that a run ever told of, sorted."""
        with self._database.read() as connection:
            return history.known_refs(connection)

    def last_told(self, ref: Ref, limit: int) -> list[tuple[Run, Finding]]:
        """The newest runs that told of an item, newest first, with what they told."""
        with self._database.read() as connection:
            told = kept_findings.last_told(connection, str(ref), limit)
            return [(_run(_row(connection, run)), finding) for run, finding in told]

    def histories(self, *, until: datetime) -> ItemHistories:
        """What became of every item up to *until*."""
        with self._database.read() as connection:
            return history.item_histories(connection, until)

    def trend(self, zone: tzinfo, *, until: datetime, since: datetime | None = None) -> Trend:
        """How the estate and each department fared, day by day in *zone*."""
        with self._database.read() as connection:
            return history.trend(connection, zone, since=since, until=until)

    def findings(self, run: str) -> list[Finding]:
        """What a run found, in the order it found it."""
        with self._database.read() as connection:
            listed = _unpruned(connection, run).findings
            return list(kept_findings.each(connection, listed)) if listed else []

    def each_finding(self, run: str) -> Iterator[Finding]:
        """The same one by one, for those that need not hold them all."""
        with self._database.read() as connection:
            listed = _unpruned(connection, run).findings
            if listed:
                yield from kept_findings.each(connection, listed)

    def how_many_findings(self, run: str) -> int:
        with self._database.read() as connection:
            listed = _unpruned(connection, run).findings
            return kept_findings.how_many(connection, listed) if listed else 0

    def outcome(self, run: str) -> Outcome:
        """What a run concluded per system and department, and how far it saw."""
        with self._database.read() as connection:
            sha = _unpruned(connection, run).outcome
            return outcome_from_plain(kept(connection, sha)) if sha else Outcome()


def _new_id(connection: Connection, at: datetime) -> str:
    while True:
        run = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        if connection.execute(select(table.c.id).where(table.c.id == run)).first() is None:
            return run


def _text(told: str) -> str:
    """Arguments of a command line may hold lone surrogates, which SQLite does not take."""
    return told.encode("utf-8", "backslashreplace").decode()


def _row(connection: Connection, run: str) -> Row[Any]:
    row = connection.execute(select(table).where(table.c.id == run)).first()
    if row is None:
        raise NoSuchRunError(run=run)
    return row


def _unpruned(connection: Connection, run: str) -> Row[Any]:
    """No findings and findings that were taken away must not look alike."""
    row = _row(connection, run)
    if row.pruned:
        raise RunPrunedError(run=run, at=row.pruned[:10])
    return row


def _run(row: Row[Any]) -> Run:
    state = RunState(row.state)
    if state is RunState.RUNNING and is_dead(Process(**read(row.process))):
        state = RunState.INTERRUPTED  # killed: nobody was left to write it down
    return Run(
        id=row.id,
        verb=row.verb,
        started=datetime.fromisoformat(row.started),
        ended=datetime.fromisoformat(row.ended) if row.ended else None,
        state=state,
        exit_code=row.exit_code,
        actor=row.actor,
        scope=row.scope,
        revision=Revision(commit=row.revision, clean=row.clean),
        tool=row.tool,
        complete=row.complete,
        summary=read(row.summary),
        pruned=datetime.fromisoformat(row.pruned) if row.pruned else None,
    )
