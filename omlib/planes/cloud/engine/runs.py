"""Preview, change and drift of whole stacks: a few at a time, each with an end of its own.

A change goes in this order: the queue, stale locks, what an interrupted run left, a copy of the
state, a preview and the gate, the change, and a second look. The steps told are counted from the
engine's events, never from its summaries.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pulumi.automation.errors import CommandError

from omlib.errors import OmlibError, RefusedError
from omlib.log import event
from omlib.model.estate import Estate
from omlib.model.stack import Op, Rule, StackResult, StackRun, Step, Verb
from omlib.planes.access.text import clean
from omlib.planes.cloud.engine.absence import proved_absent, without
from omlib.planes.cloud.engine.alike import alike
from omlib.planes.cloud.engine.calls import Answer, StackCalls
from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.deeds import with_deeds
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.gate import Gate, Permission, gate
from omlib.planes.cloud.engine.holders import Holders
from omlib.planes.cloud.engine.inline import Event
from omlib.planes.cloud.engine.locks import clear_stale
from omlib.planes.cloud.engine.queue import held
from omlib.planes.cloud.engine.recovery import look, recover, settle
from omlib.planes.cloud.engine.search import GRACE_S, marked
from omlib.planes.cloud.engine.state import StackState, copy_before, read
from omlib.planes.cloud.engine.steps import drift_steps, steps_of
from omlib.planes.cloud.engine.stopping import Stopping
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.stacks.carried import as_in_state, carried
from omlib.planes.cloud.stacks.names import kind_of, link_of, ref_of_urn, stack_name, urn_of
from omlib.planes.cloud.stacks.order import links_of
from omlib.planes.cloud.stacks.program import program, without_network
from omlib.planes.cloud.stacks.register import Registration
from omlib.planes.cloud.stacks.resource import Link, Resource, StackId
from omlib.ports import Progress

AT_ONCE = 2
_GROUP = "security_group"
_WAIT_S = 600.0
_PATIENCE_S = 8.0  # of who pressed Ctrl-C while nothing was changed
# what no permission opens: a preview tells of it, or it would advise what `up` refuses
_THERE_ALREADY = (Rule.BOUND, Rule.ELSEWHERE, Rule.MARKED, Rule.ALIKE)
Adoption = Mapping[StackId, Mapping[Link, str]]  # live ids to import


class NotChangeableError(RefusedError):
    """The inventory names no account that may change this cloud. Facts: cloud."""

    code = "cloud_not_changeable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every run needs. *pulumi* is the engine's program, *root* the inventory's folder.

    *clouds_yaml* None: where openstacksdk looks. *at_once* stacks are worked on side by side.
    *grace_s*: so long a creation whose sender died may still appear.
    """

    estate: Estate
    root: Path
    pulumi: Path
    progress: Progress
    clouds_yaml: Path | None = None
    at_once: int = AT_ONCE
    wait_s: float = _WAIT_S
    grace_s: float = GRACE_S

    @property
    def home(self) -> StateHome:
        return StateHome(self.root)

    def reading(self) -> Clouds:
        clouds = self.estate.clouds.values()
        profiles = {cloud.id: cloud.profile for cloud in clouds}
        visited = {cloud.id for cloud in clouds if cloud.change_profile not in ("", cloud.profile)}
        return Clouds(profiles, self.clouds_yaml, visited=frozenset(visited))

    def changing(self) -> Clouds:
        profiles = {cloud.id: cloud.change_profile for cloud in self.estate.clouds.values()}
        return Clouds(profiles, self.clouds_yaml)


def preview(
    setting: Setting, stacks: Sequence[StackId], *, adopt: Adoption | None = None
) -> StackRun:
    """Declared against real. Changes nothing; *adopt* shows what importing would come to."""
    holders = Holders(setting.home)
    return _each(setting, stacks, Verb.PREVIEW, lambda one: one.preview(holders, adopt or {}))


def up(
    setting: Setting,
    stacks: Sequence[StackId],
    *,
    permission: Permission | None = None,
    adopt: Adoption | None = None,
) -> StackRun:
    """Make it so, where the gate lets it."""
    allowed, holders = permission or Permission(), Holders(setting.home)
    return _each(setting, stacks, Verb.UP, lambda one: one.up(allowed, holders, adopt or {}))


def drift(setting: Setting, stacks: Sequence[StackId]) -> StackRun:
    """What was applied against real; the program is not run."""
    return _each(setting, stacks, Verb.DRIFT, lambda one: one.drift())


def recovered(setting: Setting, stacks: Sequence[StackId]) -> StackRun:
    """Settle what interrupted runs left, and change nothing else."""
    return _each(setting, stacks, Verb.RECOVER, lambda one: one.recover())


def _each(
    setting: Setting,
    stacks: Sequence[StackId],
    verb: Verb,
    work: Callable[["_OneStack"], StackResult],
) -> StackRun:
    setting.home.prepare()
    looks = verb in (Verb.PREVIEW, Verb.DRIFT)
    stopping = Stopping(_PATIENCE_S if looks else None)
    step, began = f"cloud_{verb}", time.monotonic()
    setting.progress.start(step, len(stacks))

    def one(stack: StackId) -> StackResult:
        start = time.monotonic()
        name = stack_name(stack)
        try:
            mine = _OneStack(setting, stack, verb, stopping)
            with closing(mine.calls):
                result = work(mine)
        except OmlibError as error:
            facts = tuple((key, str(value)) for key, value in error.facts.items())
            refused = isinstance(error, RefusedError)
            result = StackResult(
                stack=name, verb=verb, fault=error.code, facts=facts, is_refusal=refused
            )
        except Exception as error:  # noqa: BLE001 - one stack's fault must not stop the others
            event("cloud.run_failed", stack=name, fault=repr(error))
            said = clean(str(error).strip() or type(error).__name__)
            result = _failed(name, verb, said)
        if stopping.wished and not result.fault:
            result = replace(result, fault=stopping.fault)
        setting.progress.advance(step, name)
        return replace(result, took_s=time.monotonic() - start)

    with stopping.on_signals(), ThreadPoolExecutor(max(setting.at_once, 1)) as pool:
        results = tuple(pool.map(one, stacks))
    setting.progress.done(step, time.monotonic() - began)
    return StackRun(verb=verb, results=results, interrupted=stopping.wished)


def _failed(stack: str, verb: Verb, said: str, steps: tuple[Step, ...] = ()) -> StackResult:
    told = (("said", clean(said)),)
    return StackResult(stack=stack, verb=verb, steps=steps, fault="engine_failed", facts=told)


@dataclass(slots=True)
class _OneStack:
    setting: Setting
    stack: StackId
    verb: Verb
    stopping: Stopping
    calls: StackCalls = field(init=False)

    def __post_init__(self) -> None:
        setting = self.setting
        self.calls = StackCalls(
            home=setting.home,
            stack=stack_name(self.stack),
            command=self.stopping.add(EngineCommand(setting.pulumi)),
            reading=setting.reading(),
            changing=setting.changing(),
        )

    @property
    def _name(self) -> str:
        return self.calls.stack

    def preview(self, holders: Holders, adopt: Adoption) -> StackResult:
        state = self._made()
        open_ = look(self.setting.home, state, self.calls.reading, self.setting.progress, grace_s=0)
        resources = self._resources(state, adopt, open_.adopt)
        looked = self._look(state, resources)
        if adopt or looked.fault:
            return looked
        decided = self._decided(looked.steps, resources, Permission(), open_.adopt, holders)
        there = tuple(each for each in decided.refusals if each.rule in _THERE_ALREADY)
        return replace(looked, refused=there)

    def drift(self) -> StackResult:
        state = self._made()
        answer = self.calls.preview_refresh()
        declared = program(self.setting.estate, self.stack)
        steps = drift_steps(self._name, declared, answer.account, answer.unknowns)
        return self._result(answer, with_deeds(steps, self.stack, state, self._looking))

    def recover(self) -> StackResult:
        with self._held():
            found = self._recover()
        steps = [
            Step(urn=urn, ref=ref_of_urn(urn), op=Op.IMPORT, id=live_id, imports=True)
            for urn, live_id in sorted(found.items())
        ]
        return StackResult(stack=self._name, verb=self.verb, steps=tuple(steps))

    def up(self, permission: Permission, holders: Holders, adopt: Adoption) -> StackResult:
        cloud = self.setting.estate.clouds.get(self.stack.cloud)
        if cloud is None or not cloud.change_profile:
            raise NotChangeableError(cloud=self.stack.cloud)
        with self._held():
            mine = self._recover()
            state = read(self.setting.home, self._name)
            resources = self._resources(state, adopt, mine)
            looked = self._look(state, resources)
            if looked.fault:
                return looked
            decided = self._decided(looked.steps, resources, permission, mine, holders)
            looked = replace(
                looked,
                refused=decided.refusals,
                held=tuple(step.ref for step in looked.steps if step.urn in decided.held),
            )
            if decided.refusals:
                return looked
            if not _pending(looked.steps, decided):
                self._fasten()
                return looked
            copy_before(self.setting.home, self._name)
            return self._change(looked, state, resources, decided, permission, mine)

    def _change(
        self,
        looked: StackResult,
        state: StackState,
        resources: Sequence[Resource],
        decided: Gate,
        permission: Permission,
        mine: Mapping[str, str],
    ) -> StackResult:
        kept = {Link(each.kind, each.name): as_in_state(each) for each in state.resources}
        held_here = frozenset(each.link for each in resources if self._urn(each) in decided.held)
        staying = [each for each in resources if self._urn(each) not in decided.dropped]
        wanted = without(held_here, staying, kept)
        freed = {link_of(ref) for ref in permission.replace}
        replaced = frozenset(
            link
            for step in looked.steps
            if step.op is Op.REPLACE and (link := link_of(step.ref)) in freed
        )
        if replaced:
            loosened = Registration(
                stack=self._name, resources=tuple(kept.values()), replaceable=replaced
            )
            answer = self.calls.set_flags(loosened)
            if not answer.account.succeeded:
                return replace(looked, fault="engine_failed", facts=(("said", _said(answer)),))
        registration = Registration(
            stack=self._name, resources=wanted, replaceable=replaced, kept=kept
        )
        may_delete = frozenset(
            each.id for each in state.resources if Link(each.kind, each.name) in replaced
        )
        up = partial(
            self.calls.up,
            registration,
            may_delete=may_delete,
            may_change=self._judged(looked.steps, wanted, mine),
            on_event=self._tell,
        )
        answer = up()
        steps = steps_of(self._name, wanted, answer.account, {})
        if any(step.error and step.ref.kind == _GROUP for step in steps):
            # two that let each other in: each can name the other only now
            answer = up()
            steps = _both(steps, steps_of(self._name, wanted, answer.account, {}))
        settle(self.setting.home, self._name)
        if not self.stopping.wished:
            self._fasten()
        steps = _merged(looked.steps, steps)
        done = replace(self._result(answer, steps), changed=True, held=looked.held)
        if self.stopping.wished:
            return done
        after = read(self.setting.home, self._name)
        again = self._look(after, self._resources(after, {}, {}))
        return replace(done, again=again.steps)

    def _fasten(self) -> None:
        """Protect and retain again what a replacement, or one that was cut off, left loose."""
        held = read(self.setting.home, self._name).resources
        if all(each.protect and each.retain for each in held):
            return
        resources = tuple(map(as_in_state, held))
        answer = self.calls.set_flags(Registration(stack=self._name, resources=resources))
        event("cloud.fastened", stack=self._name, done=answer.account.succeeded)

    def _judged(
        self, steps: Sequence[Step], wanted: Sequence[Resource], mine: Iterable[str]
    ) -> frozenset[str]:
        """The URNs that the look saw changed; and what is linked to something new, whose id it
        could not know."""
        new = {link_of(step.ref) for step in steps if step.op in (Op.CREATE, Op.REPLACE)}
        changed = {step.urn for step in steps if step.changes and step.op is not Op.IMPORT}
        linked = {
            self._urn(each) for each in wanted if any(link in new for _, link in links_of(each))
        }
        return frozenset({*mine, *changed, *linked})

    def _look(self, state: StackState, resources: Sequence[Resource]) -> StackResult:
        registration = Registration(stack=self._name, resources=resources, guarded=False)
        answer = self.calls.preview(registration, self._looking)
        steps = steps_of(self._name, resources, answer.account, answer.unknowns)
        steps = proved_absent(steps, resources, self.stack, self._looking)
        return self._result(answer, with_deeds(steps, self.stack, state, self._looking))

    @property
    def _looking(self) -> Clouds:
        """Whoever is about to change looks with the same account."""
        return self.calls.changing if self.verb is Verb.UP else self.calls.reading

    def _result(self, answer: Answer, steps: tuple[Step, ...]) -> StackResult:
        left_out = without_network(self.setting.estate, self.stack)
        result = StackResult(
            stack=self._name,
            verb=self.verb,
            steps=steps,
            left_out=left_out,
            warnings=tuple(map(clean, answer.account.warnings)),
        )
        if self.stopping.wished:
            return replace(result, fault=self.stopping.fault)
        if answer.account.fault or not answer.account.succeeded:
            return replace(result, fault="engine_failed", facts=(("said", _said(answer)),))
        return result

    def _resources(
        self, state: StackState, adopt: Adoption, mine: Mapping[str, str]
    ) -> tuple[Resource, ...]:
        """What is declared and what is carried; *mine* are ids of our own creations, by URN."""
        declared = program(self.setting.estate, self.stack)
        there, ids = state.by_urn, adopt.get(self.stack, {})

        def imported(each: Resource) -> Resource:
            urn = self._urn(each)
            live_id = "" if urn in there else mine.get(urn) or ids.get(each.link, "")
            return replace(each, adopt=live_id) if live_id else each

        return (*map(imported, declared), *carried(state.resources, declared))

    def _recover(self) -> Mapping[str, str]:
        """Live ids of our own creations that the state does not have yet, by URN."""
        clear_stale(self.setting.home, self._name)
        self._made()
        return recover(
            self.setting.home,
            self._name,
            self._looking,  # it also sees the key pairs that it made itself
            self.calls.command,
            self.setting.progress,
            env=self.setting.home.env({}),
            grace_s=self.setting.grace_s,
        ).adopt

    def _made(self) -> StackState:
        state = read(self.setting.home, self._name)  # a lost one is told, and not begun anew
        try:
            self.calls.make()
        except CommandError as error:
            if not self.stopping.wished:
                raise
            event("cloud.stopped_early", stack=self._name, why=str(error))
        return state

    def _held(self) -> AbstractContextManager[None]:
        setting = self.setting
        return held(setting.home, self._name, setting.wait_s, setting.progress)

    def _urn(self, resource: Resource) -> str:
        return urn_of(self._name, resource.kind, resource.name)

    def _decided(
        self,
        steps: Sequence[Step],
        resources: Sequence[Resource],
        permission: Permission,
        mine: Iterable[str],
        holders: Holders,
    ) -> Gate:
        return gate(
            steps,
            permission,
            recovered=frozenset(mine),
            elsewhere=self._elsewhere(steps, holders),
            marked=self._marked(steps),
            alike=alike(steps, resources, self.stack, self._looking, holders.ids),
        )

    def _elsewhere(self, steps: Sequence[Step], holders: Holders) -> Mapping[str, str]:
        made = [step for step in steps if step.op is Op.CREATE and not step.gone]
        return holders.of(self._name, [step.urn for step in made])

    def _marked(self, steps: Sequence[Step]) -> Mapping[str, Sequence[str]]:
        made = [step.urn for step in steps if step.op is Op.CREATE]
        return marked(made, self.stack.place, self._looking)

    def _tell(self, told: Event) -> None:
        step = told.get("resOutputsEvent")
        if step and step["metadata"]["op"] not in ("same", "refresh"):
            metadata = step["metadata"]
            if kind_of(str(metadata["type"])):
                event("cloud.step", stack=self._name, op=metadata["op"], urn=metadata["urn"])


def _pending(steps: Sequence[Step], decided: Gate) -> bool:
    return any(step.changes and step.urn not in decided.held for step in steps) or bool(
        decided.dropped
    )


def _both(first: Sequence[Step], second: Sequence[Step]) -> tuple[Step, ...]:
    """What two passes did, one after the other: what the first made the second may have mended."""
    before = {step.urn: step.op for step in first}

    def together(step: Step) -> Step:
        op = before.get(step.urn, step.op)
        if op is Op.CREATE and step.op is Op.UPDATE:
            return replace(step, op=op, sides=())
        return replace(step, op=op) if step.op is Op.SAME and step.unknown is None else step

    return tuple(map(together, second))


def _merged(looked: Sequence[Step], done: Sequence[Step]) -> tuple[Step, ...]:
    """What was done, with what the look before it knew: the three sides and what was unknown."""
    before = {step.urn: step for step in looked}
    merged = []
    for step in done:
        known = before.get(step.urn)
        if known is None:
            merged.append(step)
        elif known.unknown is not None and not known.awaits_update:
            merged.append(known)
        else:
            merged.append(
                replace(
                    step,
                    sides=known.sides or step.sides,
                    gone=known.gone,
                    carried=known.carried,
                    unseen=known.unseen,
                )
            )
    left_out = before.keys() - {step.urn for step in done}  # held, and in no state
    merged += [step for urn, step in before.items() if urn in left_out and step.unknown is not None]
    return tuple(merged)


def _said(answer: Answer) -> str:
    account = answer.account
    lines = [one.errors[0] for one in account.told.values() if one.errors] or [*account.errors]
    return clean("; ".join(lines[:3]) or account.fault)
