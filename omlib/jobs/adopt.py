"""Take over what grew by hand: propose it, have it confirmed, write and import it.

Files are written only after the proof, and states are imported into only after the files are
written. Cut short in between, the next run goes on from there: an item that the books bind and no
state has is simply imported.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from omlib.errors import RefusedError
from omlib.inventory.put_files import put_files
from omlib.jobs.adopt_proof import Stacks, whole
from omlib.jobs.adopt_proposal import Proposal, Proposing
from omlib.jobs.adopt_rows import Wish
from omlib.jobs.observe import observe
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.workspace import Workspace
from omlib.model.item import Scope
from omlib.model.observation import Observation, looked_at
from omlib.model.ref import Plane
from omlib.model.stack import Op
from omlib.model.status import UnknownReason
from omlib.ports import Clock, Progress
from omlib.records.provenance import actor, revision
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.report.adoption import Adopted, Fate
from omlib.report.reconciliation import RunFacts


class NotConfirmedError(RefusedError):
    """Nobody said yes. Nothing was written. Facts: asked (whether somebody was)."""

    code = "not_confirmed"


def adopt_estate(
    work: Workspace,
    store: RecordStore,
    stacks: Stacks,
    wish: Wish,
    *,
    clock: Clock,
    progress: Progress,
    dry_run: bool,
    confirm: Callable[[Adopted], bool],
) -> Adopted:
    """*confirm* is shown what would be done, and is asked only where there is something to do."""
    began, started = time.monotonic(), clock.now()
    with recorded_run(
        store,
        verb="adopt",
        scope=wish.subjects.typed,
        clock=clock,
        actor=actor(),
        revision=revision(work.root),
    ) as run:
        clouds = [plane for plane in work.planes if plane.name is Plane.CLOUD]
        looked = observe(clouds, caps=work.caps, clock=clock, progress=progress)
        if looked.interrupted:
            raise KeyboardInterrupt
        store.save_observation(run, looked_at(looked.observation))
        proposal = Proposing(
            root=work.root,
            estate=work.estate,
            items=work.items,
            seen=looked.observation,
            stacks=stacks,
            wish=wish,
        ).run()
        facts = RunFacts(
            id=run,
            started=started.astimezone(ZoneInfo(work.estate.timezone)),
            took_s=time.monotonic() - began,
            scope=wish.subjects.typed,
        )
        told = Adopted(
            run=facts,
            estate=work.estate.name,
            rows=proposal.rows,
            newcomers=proposal.newcomers,
            imports=tuple(sorted(proposal.imports)),
            files=tuple(sorted(proposal.files)),
            gaps=_gaps(work, wish, looked.observation),
            asked_new=wish.new,
            dry_run=dry_run,
        )
        if told.pending and not dry_run:
            if not confirm(told):
                raise NotConfirmedError(asked=True)
            settled = carry_out(work.root, stacks, proposal)
            took_s = time.monotonic() - began
            told = replace(
                told, carried_out=True, settled=settled, run=replace(facts, took_s=took_s)
            )
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.ENDED,
        exit_code=told.exit_code,
        complete=told.exit_code == 0,
        summary=_counts(told),
    )
    return told


def carry_out(root: Path, stacks: Stacks, proposal: Proposal) -> bool:
    """Write and import; whether a second look found nothing to do. Nothing in a cloud changes."""
    put_files(root, proposal.files)
    run = stacks.adopt(proposal.estate, proposal.imports)
    whole(run)
    return all(
        step.op is Op.SAME and (step.unknown is None or step.ref not in proposal.imports)
        for result in run.results
        for step in (result.again if result.changed else result.steps)
    )


def _gaps(
    work: Workspace, wish: Wish, seen: Observation
) -> tuple[tuple[Scope, UnknownReason, str], ...]:
    """What could not be seen of the places that the adoption is about."""
    wanted = {item.scope for item in work.items if wish.subjects.holds(item)}
    places = {scope.where for scope in wanted}
    return tuple(
        (scope, sight.reason, sight.detail)
        for scope, sight in sorted(seen.sights.items())
        if sight.reason and (scope in wanted or (wish.new and scope.where in places))
    )


def _counts(told: Adopted) -> Mapping[str, int]:
    counts = {fate.value: sum(row.fate is fate for row in told.rows) for fate in Fate}
    return {name: count for name, count in counts.items() if count}
