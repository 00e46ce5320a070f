"""What can be asked of, and done to, the records as a whole. Needs no valid inventory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from omlib import log
from omlib.errors import UsageError
from omlib.inventory.load import find_root
from omlib.jobs.history import NothingComparedError, is_comparison
from omlib.jobs.workspace import default_records
from omlib.ports import Clock
from omlib.records.errors import NoSuchRunError, RecordsError
from omlib.records.prune import Pruned
from omlib.records.run import Run
from omlib.records.store import RecordStore
from omlib.records.verify import Head, Verified
from omlib.report.changes import changes, gaps_of
from omlib.report.diff_screen import RunDiff
from omlib.report.prune_screen import PruneTold
from omlib.report.reconciliation import Label


@contextmanager
def open_records(inventory: Path | None, records: Path | None) -> Iterator[RecordStore]:
    """The records named, else those of the inventory."""
    with RecordStore(records or default_records(find_root(inventory))) as store:
        yield store


def diff_runs(store: RecordStore, before: str, after: str) -> RunDiff:
    """What changed from the run *before* to *after*; "" is the last comparison.

    Raises NoSuchRunError, NothingComparedError, RunPrunedError; UsageError where the two compared
    different parts of the estate, for what one of them left out would read as gone.
    """
    one, other = _comparison(store, before), _comparison(store, after)
    parts = _part(one), _part(other)
    if parts[0] != parts[1]:
        raise UsageError(what="parts_differ", before=parts[0] or "-", after=parts[1] or "-")
    found = changes(
        store.findings(one.id),
        store.findings(other.id),
        gaps=gaps_of(store.outcome(other.id).coverage),
        since=one.id,
    )
    return RunDiff(before=one, after=other, changes=found)


def _comparison(store: RecordStore, named: str) -> Run:
    if named:
        found = store.run(named)
        if not is_comparison(found):
            raise NothingComparedError(run=found.id, verb=found.verb, state=found.state.value)
        return found
    last = next(filter(is_comparison, store.runs(200)), None)
    if last is None:
        raise NoSuchRunError(run="")
    return last


def _part(run: Run) -> str:
    """What was asked for, but for labels: offline or not, it is the same part of the estate."""
    labels = {f"--{label}" for label in Label}
    return " ".join(word for word in run.scope.split() if word not in labels)


def verify_records(store: RecordStore, noted: str = "") -> Verified:
    """*noted*: a head as an earlier verification showed it, `NUMBER:HASH`; raises UsageError."""
    if not noted:
        return store.verify()
    seq, _, sha = noted.partition(":")
    if not (seq.isascii() and seq.isdigit() and len(sha) == 64):
        raise UsageError(what="bad_head", name=noted)
    return store.verify(Head(seq=int(seq), hash=sha.lower()))


def prune_records(
    store: RecordStore, *, keep_days: int, clock: Clock, dry_run: bool = False
) -> PruneTold:
    """Take away what runs older than *keep_days* saw and found; then make the file smaller.

    Where somebody else writes, or there is no room for a copy, the file keeps its size.
    """
    now = clock.now()
    before = now - timedelta(days=keep_days)
    if dry_run:
        return _told(store.would_prune(before), before, dry_run=True, freed_bytes=None)
    size_bytes = store.size_bytes()
    pruned = store.prune(before, at=now)
    freed_bytes: int | None = 0
    if not pruned.nothing:
        try:
            store.compact()
            freed_bytes = max(0, size_bytes - store.size_bytes())
        except RecordsError as fault:
            log.event("records.not_compacted", why=fault.code)
            freed_bytes = None
    return _told(pruned, before, dry_run=False, freed_bytes=freed_bytes)


def _told(pruned: Pruned, before: datetime, *, dry_run: bool, freed_bytes: int | None) -> PruneTold:
    return PruneTold(
        before=before,
        dry_run=dry_run,
        runs=pruned.runs,
        observations=pruned.observations,
        findings=pruned.findings,
        entries=pruned.entries,
        size_bytes=pruned.size_bytes,
        freed_bytes=freed_bytes,
        open_plan=pruned.open_plan,
    )
