"""A run is on record from its first moment; if it is cut short, the record says how."""

from collections.abc import Iterator
from contextlib import contextmanager

from omlib.errors import RefusedError
from omlib.ports import Clock
from omlib.records.run import Revision, RunState
from omlib.records.store import RecordStore
from omlib.report import exits


@contextmanager
def recorded_run(
    store: RecordStore, *, verb: str, scope: str, clock: Clock, actor: str, revision: Revision
) -> Iterator[str]:
    """Begin a run and give its id; a fault or Ctrl-C ends it here, else the caller does."""
    run = store.begin_run(verb=verb, at=clock.now(), actor=actor, scope=scope, revision=revision)
    try:
        yield run
    except BaseException as fault:
        stopped = isinstance(fault, KeyboardInterrupt)
        refused = exits.REFUSED if isinstance(fault, RefusedError) else exits.FAILED
        store.end_run(
            run,
            at=clock.now(),
            state=RunState.INTERRUPTED if stopped else RunState.FAILED,
            exit_code=exits.INTERRUPTED if stopped else refused,
            complete=False,
            summary={},
        )
        raise
