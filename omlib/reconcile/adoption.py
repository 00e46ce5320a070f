"""Which live thing, that nothing binds or marks, is which declared item. Pure, and never a guess.

A pair is sure when its score reaches the bar, nothing speaks against it, and it leads every other
pair of either side by a clear margin. What is settled is then out of the others' way, and they are
looked at again. Everything else is told with its candidates, for a person to decide.

What is bound, or carries the mark of an item, is taken as it is: no score moves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from omlib.model.item import Actual, Declared
from omlib.model.observation import Observation
from omlib.model.ref import Plane, Ref
from omlib.model.status import UnknownReason
from omlib.reconcile.evidence import (
    IDENTIFYING,
    MARGIN,
    MARKED,
    SURE_SCORE,
    Against,
    Evidence,
    Reason,
    contradictions,
    reasons,
)
from omlib.reconcile.match import match
from omlib.reconcile.traits import Books, Look, Traits, like, live_id


class Standing(StrEnum):
    BOUND = "bound"  # the books hold its live id
    SURE = "sure"  # found, by its mark or by a clear score
    AMBIGUOUS = "ambiguous"  # several could be it, or it could be several
    WEAK = "weak"  # the best candidate stays below the bar
    BLOCKED = "blocked"  # something speaks against every candidate
    ABSENT = "absent"  # a whole listing has nothing like it
    UNSEEN = "unseen"  # its scope was not seen whole, or the thing is being changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """*live* is the live thing's ref, *live_id* its id there, *label* its name there."""

    live: Ref
    live_id: str
    label: str
    score: int
    reasons: tuple[Reason, ...]
    against: tuple[Against, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What became of one declared item. *candidates*: the best first; for SURE just the one."""

    item: Declared
    standing: Standing
    candidates: tuple[Candidate, ...] = ()
    reason: UnknownReason | None = None  # of UNSEEN

    @property
    def live_id(self) -> str:
        settled = self.standing in (Standing.BOUND, Standing.SURE)
        return self.candidates[0].live_id if settled and self.candidates else ""


@dataclass(frozen=True, slots=True)
class Adoption:
    """*matches* by ref, in its order; *left* are live things that are nothing declared."""

    matches: tuple[Match, ...]
    left: tuple[Actual, ...]

    @property
    def live_ids(self) -> Mapping[Ref, str]:
        return {one.item.ref: one.live_id for one in self.matches if one.live_id}


def adopt(
    declared: Iterable[Declared], observed: Observation, *, min_score: int = SURE_SCORE
) -> Adoption:
    """Match the cloud items of *declared*. Whatever order things come in, the answer is the same.

    Servers go first: what hangs on them is recognised by them.
    """
    items = [item for item in declared if item.ref.plane is Plane.CLOUD and not item.retired]
    seen = [thing for thing in observed.actual if thing.ref.plane is Plane.CLOUD]
    found = match(items, seen).found
    owners = {live_id(things[0]): ref.owner for ref, things in found.items() if _is_server(ref)}
    books = Books(items)
    matches: list[Match] = []
    kinds = sorted({item.ref.kind for item in items}, key=lambda kind: (kind != "server", kind))
    for kind in kinds:
        of_kind = [item for item in items if item.ref.kind == kind]
        round_ = _Kind(of_kind, seen, observed, books, owners, min_score)
        matches += round_.matches()
        if kind == "server":
            owners |= {one.live_id: one.item.ref.owner for one in matches if one.live_id}
    matches.sort(key=lambda one: one.item.ref)
    taken = {candidate.live for one in matches if one.live_id for candidate in one.candidates}
    left = sorted((thing for thing in seen if thing.ref not in taken), key=lambda one: one.ref)
    return Adoption(tuple(matches), tuple(left))


class _Kind:
    """The items of one kind, and the live things of it."""

    def __init__(
        self,
        items: Sequence[Declared],
        seen: Sequence[Actual],
        observed: Observation,
        books: Books,
        owners: Mapping[str, str],
        min_score: int,
    ) -> None:
        kind = items[0].ref.kind
        look = Look(seen, owners)
        self._items = {item.ref: item for item in items}
        self._observed, self._min_score = observed, min_score
        self._matching = match(items, [thing for thing in seen if thing.ref.kind == kind])
        self._wanted = {item.ref: books.traits(item) for item in items}
        settled = {t.ref for things in self._matching.found.values() for t in things}
        settled |= {t.ref for things in self._matching.contested.values() for t in things}
        things = [thing for thing in seen if thing.ref.kind == kind and not thing.pending]
        self._shown = {thing.ref: look.traits(thing) for thing in things}
        self._free = {thing.ref: thing for thing in things if thing.ref not in settled}
        self._by_sign: dict[tuple[str, str], set[Ref]] = defaultdict(set)
        for ref in self._free:
            for sign in _signs(self._shown[ref]):
                self._by_sign[sign].add(ref)
        self._holders = _by_address(self._shown)
        self._claims = _by_address(self._wanted)

    def matches(self) -> list[Match]:
        told = [known for item in self._items.values() if (known := self._known(item))]
        done = {one.item.ref for one in told}
        open_ = [item for ref, item in self._items.items() if ref not in done]
        pairs = {item.ref: self._candidates(item) for item in open_}
        chosen = _settle(pairs, self._min_score)
        taken = {candidate.live for candidate in chosen.values()}
        for item in open_:
            if candidate := chosen.get(item.ref):
                told.append(_sure(item, candidate, self._free[candidate.live]))
            else:
                rest = tuple(one for one in pairs[item.ref] if one.live not in taken)
                told.append(self._open(item, rest))
        return told

    def _known(self, item: Declared) -> Match | None:
        """What needs no score: bound, marked, contested, or not to be seen."""
        if rivals := self._matching.contested.get(item.ref):
            candidates = tuple(_candidate(seen, MARKED, _mark(item)) for seen in rivals)
            return Match(item=item, standing=Standing.AMBIGUOUS, candidates=candidates)
        if found := self._matching.found.get(item.ref):
            return _as_found(item, found[0])
        sight = self._observed.sights.get(item.scope)
        if sight is None or not sight.complete:
            reason = sight.reason if sight else UnknownReason.NOT_CHECKED
            return Match(item=item, standing=Standing.UNSEEN, reason=reason)
        if any(key.space == "id" for key in item.keys):  # bound to something that is gone
            return Match(item=item, standing=Standing.ABSENT)
        return None

    def _candidates(self, item: Declared) -> tuple[Candidate, ...]:
        wanted, cloud = self._wanted[item.ref], _cloud(item.scope.where)
        found = []
        for ref in self._alike(wanted):
            seen, shown = self._free[ref], self._shown[ref]
            if _cloud(seen.scope.where) != cloud:
                continue
            sight = self._observed.sights.get(seen.scope)
            if sight is None or not sight.complete:
                continue
            speaking = reasons(item.ref.kind, wanted, shown)
            if not any(reason.evidence in IDENTIFYING for reason in speaking):
                continue
            against = {*contradictions(wanted, shown), *self._held(item.ref, ref)}
            score = sum(reason.points for reason in speaking)
            found.append(_candidate(seen, score, speaking, tuple(sorted(against))))
        return tuple(sorted(found, key=lambda one: (-one.score, one.live)))

    def _alike(self, wanted: Traits) -> set[Ref]:
        """The free things that share something that identifies; by look-up, not one by one."""
        return {ref for sign in _signs(wanted) for ref in self._by_sign.get(sign, ())}

    def _held(self, item: Ref, live: Ref) -> set[Against]:
        """What other items and other live things say against the pair."""
        wanted, shown = self._wanted[item], self._shown[live]
        against = set()
        for address in wanted.addresses - shown.addresses:
            if self._holders.get((wanted.where, address), set()) - {live}:
                against.add(Against.ADDRESS_ELSEWHERE)
        for address in shown.addresses - wanted.addresses:
            if self._claims.get((shown.where, address), set()) - {item}:
                against.add(Against.ADDRESS_OF_ANOTHER)
        return against

    def _open(self, item: Declared, candidates: tuple[Candidate, ...]) -> Match:
        if not candidates:
            return Match(item=item, standing=Standing.ABSENT)
        free = [one for one in candidates if not one.against]
        if not free:
            return Match(item=item, standing=Standing.BLOCKED, candidates=candidates)
        if free[0].score < self._min_score:
            return Match(item=item, standing=Standing.WEAK, candidates=candidates)
        return Match(item=item, standing=Standing.AMBIGUOUS, candidates=candidates)


def _settle(pairs: Mapping[Ref, tuple[Candidate, ...]], min_score: int) -> dict[Ref, Candidate]:
    """The sure pairs. All that are sure at once settle at once, so that no order decides."""
    chosen: dict[Ref, Candidate] = {}
    taken: set[Ref] = set()
    while True:
        left = {
            ref: [one for one in candidates if one.live not in taken and _rivals(one)]
            for ref, candidates in pairs.items()
            if ref not in chosen
        }
        by_live: dict[Ref, list[int]] = defaultdict(list)
        for candidates in left.values():
            for one in candidates:
                by_live[one.live].append(one.score)
        sure = {
            ref: candidates[0]  # sorted: only the first can lead
            for ref, candidates in left.items()
            if candidates
            and not candidates[0].against
            and candidates[0].score >= min_score
            and _leads(candidates[0].score, [one.score for one in candidates])
            and _leads(candidates[0].score, by_live[candidates[0].live])
        }
        if not sure:
            return chosen
        chosen |= sure
        taken |= {one.live for one in sure.values()}


def _leads(score: int, scores: Iterable[int]) -> bool:
    first, *rest = sorted(scores, reverse=True)
    return score == first and all(score - other >= MARGIN for other in rest[:1])


def _rivals(candidate: Candidate) -> bool:
    """Whether it counts against others: twins in two projects (test, production) do not."""
    return Against.OTHER_PROJECT not in candidate.against


def _as_found(item: Declared, seen: Actual) -> Match:
    bound = any(key.space == "id" and key in item.keys for key in seen.keys)
    candidate = _candidate(seen, MARKED, () if bound else _known_by(item, seen))
    if not bound and any(key.space == "id" for key in item.keys):
        # the books hold an id that is gone, and the mark is on another thing: a copy, or its heir
        return Match(item=item, standing=Standing.AMBIGUOUS, candidates=(candidate,))
    if seen.in_transition or seen.pending:
        return _unsettled(item, candidate)
    standing = Standing.BOUND if bound else Standing.SURE
    return Match(item=item, standing=standing, candidates=(candidate,))


def _sure(item: Declared, candidate: Candidate, seen: Actual) -> Match:
    if seen.in_transition:
        return _unsettled(item, candidate)
    return Match(item=item, standing=Standing.SURE, candidates=(candidate,))


def _unsettled(item: Declared, candidate: Candidate) -> Match:
    reason = UnknownReason.IN_TRANSITION
    return Match(item=item, standing=Standing.UNSEEN, candidates=(candidate,), reason=reason)


def _known_by(item: Declared, seen: Actual) -> tuple[Reason, ...]:
    """Its mark; or what made the plane give it the item's own ref."""
    if seen.ref != item.ref:
        return _mark(item)
    if item.ref.kind == "floating_ip":
        return (Reason(Evidence.ADDRESSES, MARKED, str(seen.attributes.get("address", ""))),)
    return (Reason(Evidence.NAME, MARKED, seen.label),)


def _mark(item: Declared) -> tuple[Reason, ...]:
    return (Reason(Evidence.MARK, MARKED, item.ref.owner),)


def _candidate(
    seen: Actual, score: int, why: tuple[Reason, ...], against: tuple[Against, ...] = ()
) -> Candidate:
    return Candidate(
        live=seen.ref,
        live_id=live_id(seen),
        label=seen.label,
        score=score,
        reasons=why,
        against=against,
    )


def _signs(traits: Traits) -> set[tuple[str, str]]:
    signs = {("name", like(traits.name))} if like(traits.name) else set()
    for space in ("addresses", "macs", "floating", "attached"):
        signs |= {(space, value) for value in getattr(traits, space)}
    return signs


def _by_address(traits: Mapping[Ref, Traits]) -> Mapping[tuple[str, str], set[Ref]]:
    held: dict[tuple[str, str], set[Ref]] = defaultdict(set)
    for ref, one in traits.items():
        for address in one.addresses:
            held[one.where, address].add(ref)
    return held


def _is_server(ref: Ref) -> bool:
    return ref.kind == "server"


def _cloud(where: str) -> str:
    return where.rpartition(":")[0]
