"""Which live thing is which declared item.

A ref that the plane itself could give (a package of a host) matches as it is. Elsewhere identity is
a key: the bound live id, else the mark that its creation left. Names are never identity: two live
things may share one. A retired item is also recognised by what it was known by (an address, a
serial), but only where it stood and only among things that nobody else claims, so that an address
that is used again, or in two projects at once, hurts no one.

Where a key leads to several live things, or two items to one, nothing is chosen: it is contested.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from omlib.model.item import Actual, Declared, Key
from omlib.model.ref import Plane, Ref

STRONG = ("id", "mark")  # in this order: a bound id decides before a mark that a copy may carry

_Space = tuple[Plane, str, Key]  # keys are compared within one plane and kind


@dataclass(frozen=True, slots=True)
class Matching:
    """*found* is by declared ref; a retired item may have left several things behind."""

    found: Mapping[Ref, tuple[Actual, ...]]
    contested: Mapping[Ref, tuple[Actual, ...]]  # declared ref -> the live things in question
    claimed_twice: Mapping[Ref, tuple[Ref, ...]]  # live ref -> the declared items that claim it
    unclaimed: tuple[Actual, ...]


class _Live:
    """The live things by ref and by key; several under one are kept in the order they came."""

    def __init__(self, items: Iterable[Actual]) -> None:
        self.by_ref: dict[Ref, tuple[Actual, ...]] = {}
        self.by_key: dict[_Space, tuple[Actual, ...]] = {}
        for seen in items:
            only = (seen,)
            if (rivals := self.by_ref.setdefault(seen.ref, only)) is not only:
                self.by_ref[seen.ref] = (*rivals, seen)
            for key in seen.keys:
                space = (seen.ref[0], seen.ref[1], key)
                self.by_key[space] = (*self.by_key.get(space, ()), seen)

    def by_first_key(self, item: Declared, keys: Iterable[Key]) -> tuple[Actual, ...]:
        """What the first of *keys* that leads anywhere leads to."""
        for key in keys:
            if hits := self.by_key.get((item.ref[0], item.ref[1], key)):
                return hits
        return ()


def match(declared: Iterable[Declared], actual: Iterable[Actual]) -> Matching:
    """Pair both sides; whatever order they come in, the pairs are the same."""
    items = list(actual)
    live = _Live(items)
    retired: list[Declared] = []
    found: dict[Ref, tuple[Actual, ...]] = {}
    contested: dict[Ref, tuple[Actual, ...]] = {}
    claims: dict[int, Ref] = {}  # the first claimant, by the id() of the live thing
    rivals: dict[int, set[Ref]] = {}  # all claimants, where there are several
    for item in declared:
        if item.retired:
            retired.append(item)
            continue
        hits = live.by_ref.get(item.ref) or live.by_first_key(item, _strong(item))
        if len(hits) == 1:
            found[item.ref] = hits
            first = claims.setdefault(id(hits[0]), item.ref)
            if first is not item.ref:
                rivals.setdefault(id(hits[0]), {first}).add(item.ref)
        elif hits:
            contested[item.ref] = tuple(sorted(hits, key=_order))
    claimed_twice: dict[Ref, tuple[Ref, ...]] = {}
    for refs in rivals.values():
        claimed_twice[found[min(refs)][0].ref] = tuple(sorted(refs))
        for ref in refs:
            contested[ref] = found.pop(ref)
    taken = set(claims)  # one that two items claim is theirs to sort out, not a retired item's
    taken.update(id(seen) for hits in contested.values() for seen in hits)
    for item in sorted(retired, key=lambda one: one.ref):
        if leftovers := _leftovers(item, live, taken):
            found[item.ref] = tuple(sorted(leftovers, key=_order))
            taken.update(id(seen) for seen in leftovers)
    settled = {id(seen) for hits in found.values() for seen in hits}
    unclaimed = sorted((seen for seen in items if id(seen) not in settled), key=_order)
    return Matching(found, contested, claimed_twice, tuple(unclaimed))


def _leftovers(item: Declared, live: _Live, taken: Container[int]) -> list[Actual]:
    """What is left of a retired *item*: by its ref, else the first of its keys that leads on.

    A key that leads only to what others claim proves nothing: the next one is asked.
    """
    free = [seen for seen in live.by_ref.get(item.ref, ()) if id(seen) not in taken]
    for key in sorted(item.keys, key=lambda one: one[0] not in STRONG):
        if free:
            break
        hits = live.by_key.get((item.ref[0], item.ref[1], key), ())
        free = [
            seen
            for seen in hits
            if id(seen) not in taken
            if key[0] in STRONG or seen.scope.where == item.scope.where
        ]
    return free


def _strong(item: Declared) -> Iterable[Key]:
    return (key for space in STRONG for key in item.keys if key[0] == space) if item.keys else ()


def _order(seen: Actual) -> tuple[Ref, str, tuple[Key, ...]]:
    return seen.ref, seen.label, seen.keys
