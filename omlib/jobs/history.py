"""Earlier runs: list them, show one, and tell a recorded comparison again."""

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from omlib.errors import OmlibError
from omlib.inventory.load import find_root
from omlib.jobs.recorded_findings import RecordedFindings
from omlib.jobs.sightings import sightings_of
from omlib.jobs.workspace import Workspace, default_records
from omlib.reconcile.rollup import Verdicts
from omlib.records.errors import NoSuchRunError
from omlib.records.run import Run, RunState
from omlib.records.store import RecordStore
from omlib.report.reconciliation import Label, Reconciliation, RunFacts


class NothingComparedError(OmlibError):
    """The run came to no comparison. Facts: run, verb, state."""

    code = "nothing_compared"


def asked_for(typed: str, labels: Iterable[Label]) -> str:
    """What a run was asked for, as its record keeps it: *labels* must be on its report too."""
    return " ".join([*typed.split(), *(f"--{label}" for label in labels)])


def earlier_runs(inventory: Path | None, records: Path | None, limit: int) -> list[Run]:
    """The newest runs, newest first. Needs no valid inventory."""
    with RecordStore(records or default_records(find_root(inventory))) as store:
        return store.runs(limit)


def one_run(inventory: Path | None, records: Path | None, run: str) -> Run:
    with RecordStore(records or default_records(find_root(inventory))) as store:
        return store.run(run)


def recorded(work: Workspace, store: RecordStore, run: str, *, held: bool = True) -> Reconciliation:
    """The comparison of *run*, or of the last run that compared.

    Unless *held*, its findings are read anew whenever they are walked, while *store* is open.
    Raises NoSuchRunError; or NothingComparedError, for an empty report would read as "all is well".
    """
    if run:
        found = store.run(run)
    else:
        first = next(filter(is_comparison, store.runs(200)), None)
        if first is None:
            raise NoSuchRunError(run="")
        found = first
    if not is_comparison(found):
        raise NothingComparedError(run=found.id, verb=found.verb, state=found.state.value)
    scope, labels = _typed(found.scope)
    if found.state is RunState.INTERRUPTED:
        labels = (*labels, Label.INTERRUPTED)
    zone = ZoneInfo(work.estate.timezone)
    outcome = store.outcome(found.id)
    took = (found.ended - found.started).total_seconds() if found.ended else 0.0
    listed = store.findings(found.id) if held else RecordedFindings(store, found.id)
    asked_nobody = Label.OFFLINE in labels
    return Reconciliation(
        run=RunFacts(
            id=found.id,
            started=found.started.astimezone(zone),
            took_s=took,
            scope=scope,
            labels=labels,
            actor=found.actor,
            revision=found.revision.commit,
            clean=found.revision.clean,
            tool=found.tool,
        ),
        estate=work.estate,
        findings=listed,
        verdicts=Verdicts(
            systems={verdict.subject: verdict for verdict in outcome.systems},
            departments={verdict.subject: verdict for verdict in outcome.departments},
        ),
        coverage=outcome.coverage,
        sightings=sightings_of(
            store,
            listed if held else (),
            until=found.ended or found.started,
            last=lambda _: None if asked_nobody else found.started,
            zone=zone,
        ),
    )


def is_comparison(run: Run) -> bool:
    """Ctrl-C ends a comparison that is told; a killed process leaves a run without an end."""
    told = run.state in (RunState.ENDED, RunState.INTERRUPTED) and run.ended is not None
    return run.verb == "reconcile" and told and bool(run.exit_code != 1)


def _typed(scope: str) -> tuple[str, tuple[Label, ...]]:
    words = scope.split()
    labels = tuple(label for label in Label if f"--{label}" in words)
    return " ".join(word for word in words if word.removeprefix("--") not in labels), labels
