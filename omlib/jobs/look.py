"""Look and keep what was seen; compare nothing."""

import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from omlib.jobs.observe import observe
from omlib.jobs.reconcile import in_selection
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import Workspace
from omlib.model.observation import Observation, looked_at
from omlib.ports import Clock, Progress
from omlib.reconcile.coverage import coverage
from omlib.records.provenance import actor, revision
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.report.observe_screen import Look
from omlib.report.reconciliation import Label, RunFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The look to show, and what it brought back."""

    told: Look
    observation: Observation


def look_at_estate(
    work: Workspace,
    store: RecordStore,
    *,
    clock: Clock,
    progress: Progress,
    selection: Selection,
) -> Looked:
    began, started = time.monotonic(), clock.now()
    with recorded_run(
        store,
        verb="observe",
        scope=selection.typed,
        clock=clock,
        actor=actor(),
        revision=revision(work.root),
    ) as run:
        observed = observe(
            selection.planes_of(work.planes),
            caps=work.caps,
            clock=clock,
            progress=progress,
            wanted=selection.places(work.items),
        )
        store.save_observation(run, looked_at(observed.observation))
    items = [item for item in work.items if selection.holds(item)]
    told = Look(
        run=RunFacts(
            id=run,
            started=started.astimezone(ZoneInfo(work.estate.timezone)),
            took_s=time.monotonic() - began,
            scope=selection.typed,
            labels=(Label.INTERRUPTED,) if observed.interrupted else (),
        ),
        estate=work.estate.name,
        items=len(observed.observation.actual),
        looks=observed.looks,
        coverage=coverage(items, in_selection(observed.observation, selection, work.items)),
    )
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.INTERRUPTED if observed.interrupted else RunState.ENDED,
        exit_code=told.exit_code,
        complete=told.exit_code == 0,
        summary={"items": told.items},
    )
    return Looked(told=told, observation=observed.observation)
