"""Carry out a plan: exactly what it says, only to what it saw, and to be resumed after any crash.

Before a step its intent is in the journal, durable; after it its end. A run that finds a step begun
and not ended asks the live side first, and performs it again only if its effect is not there. So a
rerun after a kill at any moment ends where an undisturbed run ends, and repeats nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass

from omlib.apply.applied import Applied, Outcome, Step
from omlib.apply.errors import NoPlaneError, StalePlanError
from omlib.apply.history import Event, History, read_history
from omlib.errors import OmlibError
from omlib.model.action import Action
from omlib.model.item import Declared, Scope, Value
from omlib.model.observation import Observation, merge
from omlib.model.ref import Plane as PlaneName
from omlib.plan.codec import plan_digest
from omlib.plan.fresh import Moved, check_fresh, undone, unseen
from omlib.plan.guards import DEFAULT_LIMITS, Limits, check_guards
from omlib.plan.plan import TOOL, Plan
from omlib.ports import Clock, Journal, Lock, Plane, Progress

STEP = "apply"  # its name to Progress
_ERROR_CHARS = 500

Look = Callable[[frozenset[Scope]], Observation]


def look_with(planes: Mapping[PlaneName, Plane]) -> Look:
    """Observe one target after the other; whoever has many passes a look that asks side by side."""

    def look(scopes: frozenset[Scope]) -> Observation:
        asked = [
            plane.observe(target)
            for plane in planes.values()
            for target in plane.targets()
            if scopes.intersection(target.scopes)
        ]
        return merge(*asked)

    return look


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a run works through. *owner* is `user@host`; *look* observes the scopes it is given."""

    planes: Mapping[PlaneName, Plane]
    look: Look
    journal: Journal
    lock: Lock
    clock: Clock
    progress: Progress
    owner: str


def apply(
    plan: Plan,
    ports: Ports,
    *,
    declared: Sequence[Declared],
    allow_destroy: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    versions: Mapping[str, str] = TOOL,
) -> Applied:
    """Carry out *plan*, or carry it on where an earlier run of it stopped.

    A plan that was carried out and still holds is answered with just that. A run stops at its
    first failure and tells what was and was not done. Raises RefusedError, with nothing changed,
    when a guard trips, a scope is locked, or something moved since the plan was made. Ctrl-C comes
    through, between two steps or out of one; the journal is whole either way.
    """
    check_guards(plan, allow_destroy=allow_destroy, limits=limits)
    needed = {action.ref.plane for action in plan.actions}
    if lacking := needed - ports.planes.keys():
        raise NoPlaneError(planes=sorted(lacking))
    run = _Run(plan, ports)
    with ExitStack() as held:
        for scope in sorted({str(action.scope) for action in plan.actions}):
            held.enter_context(ports.lock.hold(scope, ports.owner))
        history = read_history(ports.journal.entries(), run.digest)
        fresh = History() if history.finished else history
        observation = ports.look(frozenset(action.scope for action in plan.actions))
        lost = run.lost(history, declared, observation)
        if history.finished and not lost:
            return run.nothing_left()
        moved = check_fresh(
            plan,
            declared,
            observation,
            versions=versions,
            begun=fresh.doubt,
            settled=fresh.done,
        )
        # a finished plan may be carried out anew if all is again as it was; else it is spent
        if told := (moved and lost if history.finished else moved + lost):
            raise StalePlanError(plan=run.digest, moved=[asdict(each) for each in told])
        return run.carry_out(fresh)


class _Run:
    def __init__(self, plan: Plan, ports: Ports) -> None:
        self.plan, self.ports = plan, ports
        self.digest = plan_digest(plan)

    def lost(
        self, history: History, declared: Sequence[Declared], observation: Observation
    ) -> list[Moved]:
        """What of the steps that were done does not hold any more."""
        there = (action for action in self.plan.actions if action.id in history.done)
        last = {action.ref: action for action in there}  # one may be deleted, then made anew
        moved: list[Moved] = []
        for action in last.values():
            try:
                if not self._plane(action).verify(action):
                    moved += undone(action, declared, observation)
            except OmlibError as fault:
                moved.append(unseen(action, str(fault)[:_ERROR_CHARS]))
        return moved

    def nothing_left(self) -> Applied:
        steps = [Step(action=action, outcome=Outcome.ALREADY_DONE) for action in self.plan.actions]
        return Applied(plan=self.digest, steps=tuple(steps), took_s=0.0, resumed=True)

    def carry_out(self, history: History) -> Applied:
        began = self.ports.clock.now()
        self._write(Event.BEGIN, steps=len(self.plan.actions), by=self.ports.owner)
        self.ports.progress.start(STEP, total=len(self.plan.actions))
        try:
            steps = self._steps(history)
        except (KeyboardInterrupt, Exception) as fault:
            with suppress(OmlibError):  # the journal itself may be what failed
                self._write(Event.INTERRUPTED, by=type(fault).__name__)
            raise
        took_s = (self.ports.clock.now() - began).total_seconds()
        applied = Applied(
            plan=self.digest, steps=tuple(steps), took_s=took_s, resumed=history.unfinished
        )
        self._write(Event.DONE if applied.complete else Event.STOPPED)
        self.ports.progress.done(STEP, took_s)
        return applied

    def _steps(self, history: History) -> list[Step]:
        steps: list[Step] = []
        stopped = False
        for action in self.plan.actions:
            if action.id in history.done:
                step = Step(action=action, outcome=Outcome.ALREADY_DONE)
            elif stopped:
                step = Step(action=action, outcome=Outcome.NOT_DONE)
            else:
                step = self._step(action, in_doubt=action.id in history.doubt)
            stopped = stopped or step.outcome is Outcome.FAILED
            steps.append(step)
            self.ports.progress.advance(STEP, note=f"{action.ref}: {step.outcome}")
        return steps

    def _step(self, action: Action, *, in_doubt: bool) -> Step:
        """One step. Faults of the journal come through: what cannot be recorded is not begun."""
        began = self.ports.clock.now()
        plane, outcome, error = self._plane(action), Outcome.DONE, ""
        try:
            found = in_doubt and plane.verify(action)
        except OmlibError as fault:  # in doubt and not to be seen: leave it alone
            error = str(fault)[:_ERROR_CHARS]
            self._write(Event.FAILED, step=action.id, error=error)
            return Step(action=action, outcome=Outcome.FAILED, error=error)
        if found:
            outcome = Outcome.ALREADY_DONE
        else:
            self._write(Event.BEFORE, step=action.id, ref=str(action.ref), verb=action.verb)
            try:
                plane.perform(action)
                error = "" if plane.verify(action) else "not_verified"
            except OmlibError as fault:
                error = str(fault)[:_ERROR_CHARS]
        took_s = (self.ports.clock.now() - began).total_seconds()
        if error:
            self._write(Event.FAILED, step=action.id, error=error)
            return Step(action=action, outcome=Outcome.FAILED, took_s=took_s, error=error)
        self._write(Event.AFTER, step=action.id, took_ms=int(took_s * 1000), found=found)
        return Step(action=action, outcome=outcome, took_s=took_s)

    def _plane(self, action: Action) -> Plane:
        return self.ports.planes[action.ref.plane]

    def _write(self, event: Event, **facts: Value) -> None:
        self.ports.journal.write(event, plan=self.digest, **facts)
