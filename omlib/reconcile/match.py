"""Which live thing is which declared item.

A ref that the plane itself could give (a package of a host) matches as it is. Elsewhere identity is
a key: the bound live id, else the mark that its creation left. Names are never identity: two live
things may share one. A retired item is also recognised by what it was known by (an address, a
serial), but only among things that nobody else claims, so that a re-used address hurts no one.

Where a key leads to several live things, or two items to one, nothing is chosen: it is contested.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class _Live:
    by_ref: dict[Ref, list[Actual]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[_Space, list[Actual]] = field(default_factory=lambda: defaultdict(list))

    def candidates(self, item: Declared, spaces: Sequence[str] | None) -> list[Actual]:
        """What *item*'s ref leads to, else its first key of *spaces* that leads anywhere."""
        if hits := self.by_ref.get(item.ref):
            return hits
        keys = item.keys if spaces is None else [k for s in spaces for k in item.keys if k[0] == s]
        for key in keys:
            if hits := self.by_key.get((item.ref[0], item.ref[1], key)):
                return hits
        return []


def match(declared: Iterable[Declared], actual: Iterable[Actual]) -> Matching:
    """Pair both sides; whatever order they come in, the pairs are the same."""
    live = _Live()
    items = list(actual)
    for seen in items:
        live.by_ref[seen.ref].append(seen)
        for key in seen.keys:
            live.by_key[seen.ref[0], seen.ref[1], key].append(seen)
    wanted: list[Declared] = []
    retired: list[Declared] = []
    for item in declared:
        (retired if item.retired else wanted).append(item)

    found: dict[Ref, tuple[Actual, ...]] = {}
    contested: dict[Ref, tuple[Actual, ...]] = {}
    claims: dict[int, list[Ref]] = defaultdict(list)
    for item in wanted:
        hits = live.candidates(item, STRONG)
        if len(hits) == 1:
            found[item.ref] = (hits[0],)
            claims[id(hits[0])].append(item.ref)
        elif hits:
            contested[item.ref] = tuple(sorted(hits, key=_order))
    claimed_twice: dict[Ref, tuple[Ref, ...]] = {}
    for seen in items:
        if len(rivals := claims.get(id(seen), ())) > 1:
            claimed_twice[seen.ref] = tuple(sorted(rivals))
            for ref in rivals:
                contested[ref] = found.pop(ref)
    taken = set(claims)  # one that two items claim is theirs to sort out, not a retired item's
    taken.update(id(seen) for hits in contested.values() for seen in hits)
    for item in sorted(retired, key=lambda one: one.ref):
        leftovers = [seen for seen in live.candidates(item, None) if id(seen) not in taken]
        if leftovers:
            found[item.ref] = tuple(sorted(leftovers, key=_order))
            taken.update(id(seen) for seen in leftovers)
    settled = {id(seen) for hits in found.values() for seen in hits}
    unclaimed = sorted((seen for seen in items if id(seen) not in settled), key=_order)
    return Matching(found, contested, claimed_twice, tuple(unclaimed))


def _order(seen: Actual) -> tuple[Ref, str, tuple[Key, ...]]:
    return seen.ref, seen.label, seen.keys
