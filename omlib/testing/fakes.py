"""A plane in memory: the twin of a real one, over a `World`.

It passes the same `PlaneContract`. Beyond it, a test may ask what was really carried out
(`performed`) and let it die at a chosen moment (`crash_at`), as `kill -9` would.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from omlib.errors import OmlibError
from omlib.model.action import Action, Verb
from omlib.model.finding import Finding
from omlib.model.item import Actual, Attributes, Declared, Scope
from omlib.model.kind import KINDS
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane as PlaneName
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason
from omlib.ports import Clock, Target
from omlib.testing.stores import FakeClock, FakeSecrets, MemoryJournal, MemoryLock
from omlib.testing.world import World, rendered, world_of

__all__ = [
    "Crash",
    "FakeClock",
    "FakeFaultError",
    "FakePlane",
    "FakeSecrets",
    "MemoryJournal",
    "MemoryLock",
    "World",
    "world_of",
]


class FakeFaultError(OmlibError):
    """The fake could not do what was asked of it; nothing was changed. Facts: ref, why, detail."""

    code = "fake_fault"
    retryable: ClassVar[bool] = True


class Crash(BaseException):  # not an Exception: nothing that handles errors may survive it
    """The process died here. Whoever catches it starts anew, with the world as it is now."""


class FakePlane:
    """A plane over *world* that knows *declared*; its targets are the places of their scopes.

    *scopes* adds places and kinds where nothing is declared. `performed` lists every action that
    had its effect, twice when it was carried out twice: a second creation on a cloud makes a second
    thing, and elsewhere any step that finds its work done refuses, so repeating never goes unseen.
    `crash_at` = n raises `Crash` at the nth moment from 0; each `perform` has two, just before its
    effect (even) and just after (odd).
    """

    def __init__(
        self,
        name: PlaneName,
        world: World,
        declared: Iterable[Declared] = (),
        *,
        scopes: Iterable[Scope] = (),
        clock: Clock | None = None,
        site: str = "fake",
        deadline_s: float = 5.0,
    ) -> None:
        self.name = name
        self.world = world
        self.performed: list[Action] = []
        self.crash_at: int | None = None
        self._moment = 0
        self._clock: Clock = FakeClock() if clock is None else clock
        self._declared = {item.ref: item for item in declared if item.scope.plane is name}
        places: dict[str, set[Scope]] = defaultdict(set)
        for scope in (*scopes, *(item.scope for item in self._declared.values())):
            if scope.plane is name:
                places[scope.where].add(scope)
        self._targets = tuple(
            Target(name=where, site=site, scopes=tuple(sorted(held)), deadline_s=deadline_s)
            for where, held in sorted(places.items())
        )

    def targets(self) -> Sequence[Target]:
        return self._targets

    def observe(self, target: Target) -> Observation:
        silence = self.world.silence_at(target.name)
        actual: list[Actual] = []
        sights = {}
        for scope in target.scopes:
            if silence is not None:
                self.world.looks += 1
                sights[scope] = self._sight(silence.reason, silence.detail)
                continue
            things, broken = self.world.listing(scope)
            actual += things
            if broken is None:
                sights[scope] = self._sight()
            else:
                sights[scope] = self._sight(UnknownReason.INCOMPLETE, f"page {broken.page}: 503")
        return Observation(sights=sights, actual=tuple(actual))

    def _sight(self, reason: UnknownReason | None = None, detail: str = "") -> Sight:
        return Sight(
            complete=reason is None,
            reason=reason,
            at=self._clock.now(),
            by="fake",
            via="memory",
            detail=detail,
        )

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:
        """What is missing is created, what differs is set, what is left over is deleted.

        The unmanaged are left to a person: omission never destroys.
        """
        return [
            action
            for finding in findings
            if finding.ref.plane is self.name
            for live in finding.live.split(", ")  # one retired item may have left several things
            if (action := self._mend(finding, live)) is not None
        ]

    def _mend(self, finding: Finding, live: str) -> Action | None:
        before: Attributes | None
        after: Attributes | None
        if finding.status is Status.MISSING and (item := self._declared.get(finding.ref)):
            verb, before, after = Verb.CREATE, None, item.attributes
        elif finding.status is Status.DIVERGED:
            open_ones = [one for one in finding.differences if not one.waived_by]
            verb, before = Verb.UPDATE, {one.path: one.actual for one in open_ones}
            after = {one.path: one.declared for one in open_ones}
        elif finding.status is Status.RESIDUE:
            thing = self._thing(finding.ref, live)
            verb, before, after = Verb.DELETE, (thing.attributes if thing else {}), None
        else:
            return None
        return Action(
            ref=finding.ref,
            scope=finding.scope,
            verb=verb,
            before=before,
            after=after,
            live=live,
            reversible=verb is not Verb.DELETE,
        )

    def perform(self, action: Action) -> None:
        self._must_answer(action)
        self._tick()
        handle = self.world.handle_of(action.ref, action.live)
        if action.verb is Verb.CREATE:
            self._create(action)
        elif handle is None:
            raise FakeFaultError(ref=str(action.ref), why="not_there", detail="")
        elif action.verb is Verb.DELETE:
            self.world.remove(handle)
        else:
            if self._holds(self.world.thing(handle), action.after):
                raise FakeFaultError(ref=str(action.ref), why="already_done", detail="")
            for path, value in (action.after or {}).items():
                self.world.change(handle, path, value)
        self.performed.append(action)
        self._tick()

    def _create(self, action: Action) -> None:
        item = self._declared.get(action.ref)
        if item is None:
            item = Declared(ref=action.ref, scope=action.scope)
        item = replace(item, attributes=action.after or {})
        if self.world.thing(action.ref) is None:
            self.world.put(rendered(item), action.ref)
        elif self.name is PlaneName.CLOUD:
            self.world.put(rendered(item, seed=f"#{len(self.performed)}"))
        else:
            raise FakeFaultError(ref=str(action.ref), why="already_done", detail="")

    def verify(self, action: Action) -> bool:
        self._must_answer(action)
        thing = self._thing(action.ref, action.live)
        return thing is None if action.after is None else self._holds(thing, action.after)

    def _must_answer(self, action: Action) -> None:
        if silence := self.world.silence_at(action.scope.where):
            raise FakeFaultError(
                ref=str(action.ref), why=str(silence.reason), detail=silence.detail
            )

    def _thing(self, ref: Ref, live: str) -> Actual | None:
        handle = self.world.handle_of(ref, live)
        return None if handle is None else self.world.thing(handle)

    def _holds(self, thing: Actual | None, wanted: Attributes | None) -> bool:
        if thing is None:
            return False
        kind = KINDS[thing.scope.plane, thing.scope.kind]
        return all(
            path in thing.attributes
            and kind.normal(path, thing.attributes[path]) == kind.normal(path, value)
            for path, value in (wanted or {}).items()
        )

    def _tick(self) -> None:
        moment, self._moment = self._moment, self._moment + 1
        if moment == self.crash_at:
            raise Crash(f"moment {moment}")
