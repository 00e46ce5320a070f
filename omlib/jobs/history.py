"""Earlier runs: list them, show one, and tell a recorded comparison again."""

from pathlib import Path
from zoneinfo import ZoneInfo

from omlib.inventory.load import find_root
from omlib.jobs.workspace import Workspace, default_records
from omlib.reconcile.rollup import Verdicts
from omlib.records.errors import NoSuchRunError
from omlib.records.run import Run
from omlib.records.store import RecordStore
from omlib.report.reconciliation import Label, Reconciliation, RunFacts


def earlier_runs(inventory: Path | None, records: Path | None, limit: int) -> list[Run]:
    """The newest runs, newest first. Needs no valid inventory."""
    with RecordStore(records or default_records(find_root(inventory))) as store:
        return store.runs(limit)


def one_run(inventory: Path | None, records: Path | None, run: str) -> Run:
    with RecordStore(records or default_records(find_root(inventory))) as store:
        return store.run(run)


def recorded(work: Workspace, store: RecordStore, run: str) -> Reconciliation:
    """The comparison of *run*, or of the last run that compared; raises NoSuchRunError."""
    if run:
        found = store.run(run)
    else:
        compared = (one for one in store.runs(200) if one.verb == "reconcile" and one.ended)
        first = next(compared, None)
        if first is None:
            raise NoSuchRunError(run="")
        found = first
    zone = ZoneInfo(work.estate.timezone)
    outcome = store.outcome(found.id)
    took = (found.ended - found.started).total_seconds() if found.ended else 0.0
    labels = (Label.INTERRUPTED,) if found.state == "interrupted" else ()
    return Reconciliation(
        run=RunFacts(
            id=found.id,
            started=found.started.astimezone(zone),
            took_s=took,
            scope=found.scope,
            labels=labels,
            actor=found.actor,
            revision=found.revision.commit,
            clean=found.revision.clean,
            tool=found.tool,
        ),
        estate=work.estate,
        findings=store.findings(found.id),
        verdicts=Verdicts(
            systems={verdict.subject: verdict for verdict in outcome.systems},
            departments={verdict.subject: verdict for verdict in outcome.departments},
        ),
        coverage=outcome.coverage,
    )
