"""Look, compare, keep the record: the main verb."""

import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from omlib import VERSION
from omlib.jobs.history import asked_for
from omlib.jobs.observe import Look, observe
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.remembered import last_look
from omlib.jobs.selection import Selection
from omlib.jobs.sightings import sightings_of
from omlib.jobs.workspace import Workspace
from omlib.model.finding import Finding
from omlib.model.item import Declared, Scope
from omlib.model.observation import Observation, Sight, looked_at
from omlib.model.status import DRIFT, Status
from omlib.ports import Clock, Progress
from omlib.reconcile.compare import reconcile
from omlib.reconcile.coverage import coverage
from omlib.reconcile.owners import owners_of
from omlib.reconcile.rollup import Verdicts, roll_up
from omlib.records.provenance import actor, revision
from omlib.records.run import Outcome, RunState
from omlib.records.store import RecordStore
from omlib.report.reconciliation import Label, Reconciliation, RunFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The comparison to show, with what it came from."""

    told: Reconciliation
    observation: Observation
    looks: tuple[Look, ...]


def reconcile_estate(
    work: Workspace,
    store: RecordStore,
    *,
    clock: Clock,
    progress: Progress,
    selection: Selection,
    offline: bool = False,
    fail_on: Set[Status] = DRIFT,
    labels: tuple[Label, ...] = (),
) -> Reconciled:
    """Compare the estate with what is seen now, or offline with the last look on record.

    The run is recorded with its findings, and with its observation when it looked. Ctrl-C during
    the look gives the partial comparison, labelled so; the run's state says interrupted.
    """
    began, started = time.monotonic(), clock.now()
    who, where_from = actor(), revision(work.root)
    scope = asked_for(selection.typed, (*labels, Label.OFFLINE) if offline else labels)
    with recorded_run(
        store, verb="reconcile", scope=scope, clock=clock, actor=who, revision=where_from
    ) as run:
        looks: tuple[Look, ...] = ()
        oldest: datetime | None = None
        interrupted = False
        if offline:
            seen, oldest = last_look(work, store)
            labels = (*labels, Label.OFFLINE)
        else:
            observed = observe(
                selection.planes_of(work.planes),
                caps=work.caps,
                clock=clock,
                progress=progress,
                wanted=selection.places(work.items),
            )
            seen, looks, interrupted = observed.observation, observed.looks, observed.interrupted
            store.save_observation(run, looked_at(seen))
        if interrupted:
            labels = (*labels, Label.INTERRUPTED)
        zone = ZoneInfo(work.estate.timezone)
        told = compared(
            work,
            seen,
            selection,
            today=started.astimezone(zone),
            facts=RunFacts(
                id=run,
                started=started.astimezone(zone),
                took_s=time.monotonic() - began,
                scope=selection.typed,
                labels=labels,
                observed_at=_local(oldest, zone),
                fail_on=fail_on,
                actor=who,
                revision=where_from.commit,
                clean=where_from.clean,
                tool=VERSION,
            ),
        )
        outcome = Outcome(
            systems=tuple(told.verdicts.systems.values()),
            departments=tuple(told.verdicts.departments.values()),
            coverage=tuple(told.coverage),
        )
        store.save_findings(
            run,
            told.findings,
            outcome,
            whole=selection.everything and not interrupted and not offline,
            seen=[scope for scope, sight in seen.sights.items() if sight.complete],
        )
    sights = seen.sights
    told = replace(
        told,
        sightings=sightings_of(
            store,
            told.findings,
            until=clock.now(),
            last=lambda one: started if not offline else _at(sights, one),
            zone=zone,
        ),
    )
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.INTERRUPTED if interrupted else RunState.ENDED,
        exit_code=told.exit_code,
        complete=told.complete,
        summary={status.value: count for status, count in told.counts.items() if count},
    )
    return Reconciled(told=told, observation=seen, looks=looks)


def compared(
    work: Workspace,
    seen: Observation,
    selection: Selection,
    *,
    today: datetime,
    facts: RunFacts,
) -> Reconciliation:
    """The comparison of what is selected. Roll-ups name only systems and departments in it."""
    estate = work.estate
    findings = [
        finding
        for finding in reconcile(
            work.items,
            seen,
            waivers=estate.waivers,
            today=today.date(),
            owners=owners_of(estate),
            stacks=work.stacks,
        )
        if selection.holds(finding)
    ]
    verdicts = roll_up(findings, estate)
    if not selection.everything:
        verdicts = Verdicts(
            systems={
                system: verdict
                for system, verdict in verdicts.systems.items()
                if verdict.counts or system in selection.systems
            },
            departments={
                department: verdict
                for department, verdict in verdicts.departments.items()
                if verdict.counts or department in selection.departments
            },
        )
    items = [item for item in work.items if selection.holds(item)]
    return Reconciliation(
        run=facts,
        estate=estate,
        findings=findings,
        verdicts=verdicts,
        coverage=coverage(items, in_selection(seen, selection, work.items)),
    )


def in_selection(seen: Observation, selection: Selection, items: Sequence[Declared]) -> Observation:
    """The sights of *seen* that the selection is about."""
    places = selection.places(items)
    sights = {
        scope: sight
        for scope, sight in seen.sights.items()
        if (places is None or scope.where in places)
        and (not selection.planes or scope.plane in selection.planes)
    }
    return Observation(sights=sights, actual=())


def _at(sights: Mapping[Scope, Sight], finding: Finding) -> datetime | None:
    sight = sights.get(finding.scope)
    return sight.at if sight else None


def _local(at: datetime | None, zone: tzinfo) -> datetime | None:
    return at.astimezone(zone) if at else None
