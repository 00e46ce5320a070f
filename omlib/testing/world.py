"""A world to look at: live things in memory, and everything that can go wrong on the way to them.

`world_of(declared)` is a world exactly as declared; the methods of `World` then plant deviations
the way people and networks do. `omlib.testing.fakes.FakePlane` looks at it and changes it. Things
are found by a *handle*: the declared ref of what was declared, else the live thing's own ref.
"""

import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.ref import LIVE, Plane, Ref
from omlib.model.status import UnknownReason

_LIVE_IDS = uuid.UUID(
    "b6d3c1a0-6f1e-4c55-9d0e-2f1b7f6a9c11"
)  # seeds ids that are equal in two runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Why a place gives no answer, and in which words."""

    reason: UnknownReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakOff:
    """A listing that ends before page *page* (from 1) of *page_size* things each."""

    page: int
    page_size: int


def live_id(seed: str) -> str:
    """An id as a cloud gives them; equal for equal seeds."""
    return str(uuid.uuid5(_LIVE_IDS, seed))


def live_ref(scope: Scope, name: str) -> Ref:
    """How a plane names what nobody declared: by where it was seen."""
    return Ref(scope.plane, scope.kind, f"{LIVE}{scope.where}:{name}")


def rendered(item: Declared, seed: str = "") -> Actual:
    """*item* as it looks when it is there as declared.

    A cloud names things by ids of its own and carries the declared keys; a host or device was
    asked for the declared ref, so it answers by it.
    """
    if item.scope.plane is not Plane.CLOUD:
        return Actual(ref=item.ref, scope=item.scope, attributes=item.attributes, keys=item.keys)
    known = next((key.value for key in item.keys if key.space == "id"), "")
    name = known or live_id(f"{item.ref}{seed}")
    keys = item.keys if known else (Key("id", name), *item.keys)
    return Actual(
        ref=live_ref(item.scope, name),
        scope=item.scope,
        attributes=item.attributes,
        keys=keys,
        label=item.ref.owner,
    )


class World:
    """Live things by handle, and the faults between them and whoever looks. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._things: dict[Ref, Actual] = {}
        self._silent: dict[str, Silence] = {}
        self._broken: dict[Scope, BreakOff] = {}
        self._hung: dict[str, threading.Event] = {}
        self.looks = 0  # how many scopes were looked at; a call that does no I/O leaves it alone

    def thing(self, handle: Ref) -> Actual | None:
        with self._guard:
            return self._things.get(handle)

    def things(self, scope: Scope | None = None) -> tuple[Actual, ...]:
        with self._guard:
            return tuple(t for t in self._things.values() if scope is None or t.scope == scope)

    def handle_of(self, ref: Ref, live: str = "") -> Ref | None:
        """The handle of the thing that *ref*, or its own name *live* within its kind, means."""
        with self._guard:
            if live:
                for handle, thing in self._things.items():
                    named = live == str(thing.ref) or Key("id", live) in thing.keys
                    if named and thing.ref[:2] == ref[:2]:
                        return handle
            if ref in self._things:
                return ref
            return next((h for h, thing in self._things.items() if thing.ref == ref), None)

    def put(self, thing: Actual, handle: Ref | None = None) -> None:
        """Set *thing* there, in place of what had its handle."""
        with self._guard:
            self._things[thing.ref if handle is None else handle] = thing

    def change(self, handle: Ref, path: str, value: Value) -> None:
        """Someone edits one attribute."""
        with self._guard:
            thing = self._things[handle]
            self.put(replace(thing, attributes={**thing.attributes, path: value}), handle)

    def remove(self, handle: Ref) -> None:
        """Someone deletes it."""
        with self._guard:
            del self._things[handle]

    def begin_transition(self, handle: Ref) -> None:
        """It is being rebuilt, resized, reloaded: what it shows now means nothing."""
        with self._guard:
            self.put(replace(self._things[handle], in_transition=True), handle)

    def hide(self, handle: Ref, path: str, reason: UnknownReason = UnknownReason.DENIED) -> None:
        """One attribute can no longer be read."""
        with self._guard:
            thing = self._things[handle]
            left = {name: value for name, value in thing.attributes.items() if name != path}
            unseen = {**thing.unseen, path: reason}
            self.put(replace(thing, attributes=left, unseen=unseen), handle)

    def silence(
        self,
        where: str,
        reason: UnknownReason = UnknownReason.UNREACHABLE,
        detail: str = "no answer",
    ) -> None:
        """Everything at *where* stops answering."""
        with self._guard:
            self._silent[where] = Silence(reason=reason, detail=detail)

    def break_off(self, scope: Scope, page: int, page_size: int = 2) -> None:
        """The listing of *scope* fails on page *page*, counted from 1."""
        with self._guard:
            self._broken[scope] = BreakOff(page=page, page_size=page_size)

    def hang(self, where: str) -> None:
        """Whoever looks at *where* waits until `mend`."""
        with self._guard:
            self._hung.setdefault(where, threading.Event())

    def mend(self, where: str) -> None:
        """*where* answers again, whole; those who hang go on."""
        with self._guard:
            self._silent.pop(where, None)
            for scope in [scope for scope in self._broken if scope.where == where]:
                del self._broken[scope]
            hung = self._hung.pop(where, None)
        if hung is not None:
            hung.set()

    def silence_at(self, where: str) -> Silence | None:
        """Waits while *where* hangs, then says whether and why it is silent."""
        with self._guard:
            hung = self._hung.get(where)
        if hung is not None:
            hung.wait()
        with self._guard:
            return self._silent.get(where)

    def listing(self, scope: Scope) -> tuple[tuple[Actual, ...], BreakOff | None]:
        """What a listing of *scope* brings, and where it broke off if it did."""
        with self._guard:
            self.looks += 1
            things, broken = self.things(scope), self._broken.get(scope)
        if broken is None:
            return things, None
        return things[: (broken.page - 1) * broken.page_size], broken


def world_of(declared: Iterable[Declared]) -> World:
    """A world exactly as declared: an estate never drifts from itself. Retired things are gone."""
    world = World()
    for item in declared:
        if not item.retired:
            world.put(rendered(item), item.ref)
    return world
