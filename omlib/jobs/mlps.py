"""Check systems of level 3 against the protection scheme, over the look that reconcile takes."""

import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from omlib import VERSION
from omlib.jobs.history import asked_for
from omlib.jobs.observe import observe
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.remembered import last_look
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import Workspace
from omlib.model.check import Answer
from omlib.model.estate import System
from omlib.model.mlps import systems_under_rule
from omlib.model.observation import looked_at
from omlib.model.ref import Plane
from omlib.ports import Clock, Progress
from omlib.reconcile.compare import reconcile
from omlib.reconcile.mlps.facts import facts_of
from omlib.reconcile.mlps.table import ROWS, run_checks
from omlib.records.provenance import actor, revision
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.report.mlps_screen import Checks
from omlib.report.reconciliation import Label, RunFacts


def check_estate(
    work: Workspace,
    store: RecordStore,
    *,
    clock: Clock,
    progress: Progress,
    selection: Selection,
    offline: bool = False,
) -> Checks:
    """Run every row; looks only where a system of level 3 has servers, offline nowhere.

    The look is recorded as any other. Raises NothingRememberedError.
    """
    began, started = time.monotonic(), clock.now()
    who, where_from = actor(), revision(work.root)
    labels: tuple[Label, ...] = (Label.OFFLINE,) if offline else ()
    with recorded_run(
        store,
        verb="mlps",
        scope=asked_for(selection.typed, labels),
        clock=clock,
        actor=who,
        revision=where_from,
    ) as run:
        oldest = None
        if offline:
            seen, oldest = last_look(work, store)
        else:
            planes = {plane for row in ROWS for plane in row.planes}
            observed = observe(
                [plane for plane in work.planes if plane.name in planes],
                caps=work.caps,
                clock=clock,
                progress=progress,
                wanted=_places(work, _systems(work, selection)),
            )
            seen = observed.observation
            labels = (Label.INTERRUPTED,) if observed.interrupted else ()
            store.save_observation(run, looked_at(seen))
        findings = reconcile(work.items, seen, today=started.date())
        facts = facts_of(work.estate, work.items, seen, findings)
        checked = run_checks(facts, selection.systems)
        zone = ZoneInfo(work.estate.timezone)
        told = Checks(
            run=RunFacts(
                id=run,
                started=started.astimezone(zone),
                took_s=time.monotonic() - began,
                scope=selection.typed,
                labels=labels,
                observed_at=oldest.astimezone(zone) if oldest else None,
                actor=who,
                revision=where_from.commit,
                clean=where_from.clean,
                tool=VERSION,
            ),
            estate=work.estate,
            checked=checked,
        )
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.INTERRUPTED if Label.INTERRUPTED in labels else RunState.ENDED,
        exit_code=told.exit_code,
        complete=not told.counts[Answer.UNKNOWN] and Label.INTERRUPTED not in labels,
        summary={answer.value: count for answer, count in told.counts.items() if count},
    )
    return told


def _systems(work: Workspace, selection: Selection) -> Sequence[System]:
    return [
        system
        for system in systems_under_rule(work.estate)
        if selection.everything or system.id in selection.systems
    ]


def _places(work: Workspace, systems: Sequence[System]) -> set[str]:
    """Where their VMs stand in clouds, their servers, and those that receive logs."""
    ids = {system.id for system in systems}
    virtual = {
        item.scope.where
        for item in work.items
        if item.ref.plane is Plane.CLOUD and item.ref.kind == "server" and ids & {*item.systems}
    }
    hosts = {server.id for server in work.estate.servers.values() if ids & {*server.systems}}
    return virtual | hosts | ({*work.estate.policy.log_servers} if hosts else set())
