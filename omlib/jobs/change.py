"""Plan a change from what is seen now, and carry a plan out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omlib.apply.applied import Applied
from omlib.apply.engine import Ports, apply
from omlib.errors import RunFailedError
from omlib.jobs.observe import observe
from omlib.jobs.reconcile import reconcile_estate
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import Workspace
from omlib.model.item import Scope
from omlib.model.observation import Observation
from omlib.model.status import DRIFT
from omlib.plan.build import build
from omlib.plan.codec import dump, load, plan_digest
from omlib.plan.plan import Plan
from omlib.ports import Clock, Explains, Progress
from omlib.records.provenance import actor, revision
from omlib.records.run import RunState
from omlib.records.store import RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """*drifted*: something is not as declared, whether or not a plane knows how to mend it.

    *incomplete*: something is unknown, and so is not in the plan.
    """

    plan: Plan
    digest: str
    drifted: bool
    incomplete: bool


def make_plan(
    work: Workspace,
    store: RecordStore,
    *,
    clock: Clock,
    progress: Progress,
    selection: Selection,
    allow_destroy: bool = False,
) -> Planned:
    """Look, compare, and let every plane propose; what gets no action is listed with why."""
    done = reconcile_estate(work, store, clock=clock, progress=progress, selection=selection)
    findings = done.told.findings
    actions = [action for plane in work.planes for action in plane.propose(findings)]
    explaining = [plane for plane in work.planes if isinstance(plane, Explains)]
    plan = build(
        findings,
        actions,
        declared=work.items,
        observation=done.observation,
        declined=[left for plane in explaining for left in plane.decline(findings)],
        allow_destroy=allow_destroy,
        created_at=clock.now(),
        created_by=actor(),
    )
    return Planned(
        plan=plan,
        digest=plan_digest(plan),
        drifted=any(finding.status in DRIFT for finding in done.told.findings),
        incomplete=not done.told.complete,
    )


def write_plan(plan: Plan, path: Path) -> None:
    """Whole or not at all; a plan that is there is replaced.

    What is no file (/dev/null, a pipe) is written to: replaced, it would be gone for everybody.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(dump(plan))
            return
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(dump(plan))
        fresh.replace(path)
    except (OSError, ValueError) as fault:  # ValueError: `/` has no name
        raise RunFailedError(what="plan_not_written", path=str(path), why=_why(fault)) from None


def read_plan(path: Path) -> Plan:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise RunFailedError(what="plan_not_read", path=str(path), why=_why(fault)) from None
    return load(data)


def _why(fault: OSError | ValueError) -> str:
    """The system's words without the path, which is told beside them."""
    return (isinstance(fault, OSError) and fault.strerror) or str(fault)


def carry_out(
    work: Workspace,
    store: RecordStore,
    plan: Plan,
    *,
    clock: Clock,
    progress: Progress,
    allow_destroy: bool = False,
) -> Applied:
    """Apply *plan*, or go on with it where an earlier run of it stopped. Recorded as a run."""
    digest = plan_digest(plan)

    def look(scopes: frozenset[Scope]) -> Observation:
        seen = observe(
            work.planes,
            caps=work.caps,
            clock=clock,
            progress=progress,
            wanted={scope.where for scope in scopes},
        )
        if seen.interrupted:
            raise KeyboardInterrupt
        return seen.observation

    owner = actor()
    with recorded_run(
        store,
        verb="apply",
        scope=digest,
        clock=clock,
        actor=owner,
        revision=revision(work.root),
    ) as run:
        ports = Ports(
            planes={plane.name: plane for plane in work.planes},
            look=look,
            journal=store.journal(clock, run=run, subject=digest),
            lock=store.lock(clock),
            clock=clock,
            progress=progress,
            owner=owner,
        )
        applied = apply(plan, ports, declared=work.items, allow_destroy=allow_destroy)
    counts = _counts(applied)
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.ENDED,
        exit_code=0 if applied.complete else 1,
        complete=applied.complete,
        summary=counts,
    )
    return applied


def _counts(applied: Applied) -> dict[str, int]:
    outcomes: Sequence[str] = [step.outcome.value for step in applied.steps]
    return {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
