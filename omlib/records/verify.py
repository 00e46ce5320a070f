"""Hold everything on record against the chain, and name the first record that does not fit.

In the order of the chain: each entry against the one before, and where a run ended, all that was
kept of it. Then what no entry speaks of: stray rows, the pointers to the newest, the file itself.
What a run that never ended left behind was never sealed, so it is only held against itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select

from omlib.records.canonical import canonical, read
from omlib.records.chain import GENESIS, Entry
from omlib.records.codec import sight_from_plain
from omlib.records.intact import SPOILT, Intact
from omlib.records.seal import (
    MIGRATED,
    PRUNED,
    RUN_ENDED,
    history_facts,
    kept_facts,
    run_facts,
)
from omlib.records.stamp import stamp
from omlib.records.tables import chain, change, item, observation, scope, tally
from omlib.records.tables import run as run_table


class Part(StrEnum):
    """What of the records does not fit."""

    ENTRY = "entry"  # of the chain: changed, put in, or taken out
    HEAD = "head"  # the head that was noted elsewhere is not in the chain
    RUN = "run"  # its row
    FINDINGS = "findings"
    OUTCOME = "outcome"
    OBSERVATION = "observation"
    HISTORY = "history"  # changes of items, counts of departments
    KEPT = "kept"  # what the checkpoint says is left of pruned runs
    NEWEST = "newest"  # the pointers to what is newest
    FILE = "file"  # SQLite's own check


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """*seq* is the entry of the chain that speaks of it, None where none does."""

    part: Part
    seq: int | None = None
    run: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry. Noted elsewhere, it proves later that nothing after it was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """*cut* is the last entry that pruning took away, 0 if none. *bad* None: everything fits."""

    entries: int
    runs: int
    cut: int
    head: Head
    bad: BadRecord | None


class _Misfit(Exception):
    def __init__(
        self, part: Part, *, seq: int | None = None, run: str = "", detail: str = ""
    ) -> None:
        self.bad = BadRecord(part=part, seq=seq, run=run, detail=detail)


_PARTS = {
    "findings": Part.FINDINGS,
    "outcome": Part.OUTCOME,
    "observation": Part.OBSERVATION,
    "changes": Part.HISTORY,
    "tallies": Part.HISTORY,
}
_PRUNED_AWAY = ("findings", "outcome", "observation")


def verify(connection: Connection, noted: Head | None = None) -> Verified:
    """*noted* is a head that an earlier call gave."""
    check = _Check(connection, noted)
    bad: BadRecord | None = None
    try:
        check.all()
    except _Misfit as misfit:
        bad = misfit.bad
    return Verified(
        entries=check.entries,
        runs=len(check.ended),
        cut=check.cut,
        head=Head(seq=check.seq, hash=check.hash),
        bad=bad,
    )


class _Check:
    def __init__(self, connection: Connection, noted: Head | None) -> None:
        self.connection, self.noted = connection, noted
        self.entries = self.cut = self.seq = 0
        self.hash = GENESIS
        self.ended: set[str] = set()
        self.covered = 0  # changes up to this row are sealed by a checkpoint or a migration
        self.covered_tallies = 0

    def all(self) -> None:
        self.intact = Intact(self.connection)
        checkpoint = self._checkpoint()
        for entry in self._walk(checkpoint):
            if entry.event == RUN_ENDED:
                self._run(entry)
            elif entry.event == PRUNED and checkpoint and entry.seq == checkpoint.seq:
                self._kept(entry)
            elif entry.event == MIGRATED and checkpoint is None:
                self._history(entry)
        if self.noted and self.noted.seq > self.seq:
            raise _Misfit(Part.HEAD, seq=self.noted.seq)
        self._stray(checkpoint)
        self._newest()
        self._file()

    def _checkpoint(self) -> Entry | None:
        asked = select(chain).where(chain.c.event == PRUNED).order_by(chain.c.seq.desc()).limit(1)
        row = self.connection.execute(asked).first()
        return _entry(row, row.seq) if row else None

    def _walk(self, checkpoint: Entry | None) -> Iterator[Entry]:
        asked = select(chain).order_by(chain.c.seq).execution_options(yield_per=1000)
        for row in self.connection.execute(asked):
            if not self.entries and row.seq != 1:
                self._begin_at(checkpoint)
            entry = _entry(row, self.seq + 1)
            if (entry.seq, entry.prev, entry.hash) != (self.seq + 1, self.hash, entry.sealed()):
                raise _Misfit(Part.ENTRY, seq=self.seq + 1, run=_run_of(entry))
            self.seq, self.hash = entry.seq, entry.hash
            self.entries += 1
            self._hold_noted()
            yield entry

    def _begin_at(self, checkpoint: Entry | None) -> None:
        """The first entries are gone: a checkpoint must say so, and what came last of them."""
        if checkpoint is None or not checkpoint.facts.get("cut"):
            raise _Misfit(Part.ENTRY, seq=1)
        self.cut = self.seq = checkpoint.facts["cut"]
        self.hash = checkpoint.facts["head"]
        if self.noted and self.noted.seq < self.cut:
            raise _Misfit(Part.HEAD, seq=self.noted.seq)
        self._hold_noted()

    def _hold_noted(self) -> None:
        if self.noted and self.noted.seq == self.seq and self.noted.hash != self.hash:
            raise _Misfit(Part.HEAD, seq=self.seq)

    def _run(self, entry: Entry) -> None:
        run = _run_of(entry)
        self.ended.add(run)
        row = self.connection.execute(select(run_table).where(run_table.c.id == run)).first()
        if row is None:
            raise _Misfit(Part.RUN, seq=entry.seq, run=run)
        told = {name: fact for name, fact in entry.facts.items() if name != "subject"}
        if row.pruned:  # what is left of it is held against the checkpoint
            told = {name: fact for name, fact in told.items() if name not in _PRUNED_AWAY}
        else:
            self._contents(entry.seq, row)
        try:
            now = run_facts(self.connection, row, self.intact.digests)
        except SPOILT:
            raise _Misfit(Part.FINDINGS, seq=entry.seq, run=run) from None
        for name, fact in told.items():
            if now.get(name) != fact:
                part = _PARTS.get(name, Part.RUN)
                raise _Misfit(part, seq=entry.seq, run=run, detail=name)

    def _contents(self, seq: int, row: Row[Any]) -> None:
        """What the digests of a run's seal stand for: is it there and whole?"""
        for name in ("findings", "outcome"):
            sha = getattr(row, name)
            if sha and self.intact.lacks(sha):
                raise _Misfit(_PARTS[name], seq=seq, run=row.id)
        if self.intact.bad_findings and row.findings:
            for number in self.intact.rows(row.findings):
                if number in self.intact.bad_findings:
                    ref = self.intact.bad_findings[number]
                    raise _Misfit(Part.FINDINGS, seq=seq, run=row.id, detail=ref)
        if self.intact.bad_blobs:
            asked = select(observation.c.scope, observation.c.actual)
            for name, sha in self.connection.execute(asked.where(observation.c.run == row.id)):
                if sha in self.intact.bad_blobs:
                    raise _Misfit(Part.OBSERVATION, seq=seq, run=row.id, detail=name)

    def _kept(self, entry: Entry) -> None:
        self._history(entry)
        for name, fact in kept_facts(self.connection).items():
            if entry.facts.get(name) != fact:
                raise _Misfit(Part.KEPT, seq=entry.seq, detail=name)

    def _history(self, entry: Entry) -> None:
        facts = entry.facts
        self.covered, self.covered_tallies = facts["change_to"], facts["tally_to"]
        now = history_facts(self.connection, self.covered, self.covered_tallies)
        for name, fact in now.items():
            if facts[name] != fact:
                raise _Misfit(Part.HISTORY, seq=entry.seq, detail=name)

    def _stray(self, checkpoint: Entry | None) -> None:
        """Rows that say they are sealed, or belong to a run, and are not and do not."""
        asked = select(run_table.c.id, run_table.c.ended, run_table.c.pruned)
        for run, ended, pruned in self.connection.execute(asked.order_by(run_table.c.id)):
            if (ended and not pruned and run not in self.ended) or (pruned and not checkpoint):
                raise _Misfit(Part.RUN, run=run)
        runs = select(run_table.c.id)
        for table, covered in ((change, self.covered), (tally, self.covered_tallies)):
            stray = select(table.c.run).where(table.c.id > covered, table.c.run.not_in(runs))
            if (row := self.connection.execute(stray.limit(1)).first()) is not None:
                raise _Misfit(Part.HISTORY, run=row.run)
        for ref in self.intact.bad_findings.values():
            raise _Misfit(Part.FINDINGS, detail=ref)
        for sha in sorted(self.intact.bad_blobs):
            raise _Misfit(Part.OBSERVATION, detail=sha)

    def _newest(self) -> None:
        """Each item and each scope has its pointer to what is newest of it, and it fits."""
        for one, pointers in ((change.c.ref, item.c.ref), (observation.c.scope, scope.c.scope)):
            lacking = select(one).where(one.not_in(select(pointers))).limit(1)
            if (found := self.connection.execute(lacking).scalar()) is not None:
                raise _Misfit(Part.NEWEST, detail=found)
        each = change.alias()
        last = select(func.max(each.c.id)).where(each.c.ref == item.c.ref).scalar_subquery()
        asked = select(item, change.c.status.label("changed"), change.c.at.label("since"))
        asked = asked.select_from(item.outerjoin(change, change.c.id == last))
        for row in self.connection.execute(asked):
            if (row.status, row.at) != (row.changed, row.since) or not self.intact.has(
                row.finding, row.digest
            ):
                raise _Misfit(Part.NEWEST, detail=row.ref)
        columns = (scope, observation.c.scope.label("of"), observation.c.sight)
        newest = scope.outerjoin(observation, observation.c.id == scope.c.observation)
        seen = select(*columns).select_from(newest)
        for row in self.connection.execute(seen):
            try:
                at = stamp(sight_from_plain(read(row.sight)).at)
            except SPOILT:
                at = ""
            if (row.scope, row.at) != (row.of, at):
                raise _Misfit(Part.NEWEST, detail=row.scope)

    def _file(self) -> None:
        told = self.connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if told != "ok":
            raise _Misfit(Part.FILE, detail=str(told))


def _entry(row: Row[Any], expected: int) -> Entry:
    """The entry of a row that is spelled as it was written; raises a misfit."""
    try:
        entry = Entry(
            seq=row.seq,
            at=datetime.fromisoformat(row.at),
            event=row.event,
            facts=read(row.facts),
            prev=row.prev,
            hash=row.hash,
        )
        same = (entry.at.isoformat(), canonical(entry.facts).decode()) == (row.at, row.facts)
        if same and row.subject == entry.facts.get("subject", ""):
            return entry
    except SPOILT:
        pass
    raise _Misfit(Part.ENTRY, seq=expected)


def _run_of(entry: Entry) -> str:
    return str(entry.facts.get("run", ""))
