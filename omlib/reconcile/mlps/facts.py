"""What the checks look into: the estate, and what one look brought of it, by declared ref."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from omlib.model.estate import Estate, System
from omlib.model.finding import PRESENCE
from omlib.model.item import Actual, Declared, Scope
from omlib.model.lifecycle import LifecycleStatus
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Ref
from omlib.model.status import UnknownReason
from omlib.reconcile.match import match

LEVEL = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """*found* is what was seen of each declared item, *contested* what nobody can tell apart."""

    estate: Estate
    items: Mapping[Ref, Declared]
    found: Mapping[Ref, Actual]
    contested: frozenset[Ref]
    sights: Mapping[Scope, Sight]
    actual: tuple[Actual, ...]

    def unseen(self, ref: Ref) -> UnknownReason | None:
        """Why it cannot be told what *ref* is like now; None where it was seen, or is not there."""
        if ref in self.contested:
            return UnknownReason.ERROR
        if seen := self.found.get(ref):
            if seen.in_transition or seen.pending:
                return UnknownReason.IN_TRANSITION
            return seen.unseen.get(PRESENCE)
        sight = self.sights.get(self.items[ref].scope) if ref in self.items else None
        return sight.reason if sight else UnknownReason.NOT_CHECKED


def systems_under_rule(estate: Estate) -> Iterator[System]:
    """Those of the level or above that are not retired, by id."""
    for system in sorted(estate.systems.values(), key=lambda one: one.id):
        retired = system.lifecycle.status is LifecycleStatus.RETIRED
        if system.mlps_level >= LEVEL and not retired:
            yield system


def facts_of(estate: Estate, declared: Iterable[Declared], observed: Observation) -> Facts:
    items = {item.ref: item for item in declared if not item.retired}
    matching = match(items.values(), observed.actual)
    return Facts(
        estate=estate,
        items=items,
        found={ref: things[0] for ref, things in matching.found.items()},
        contested=frozenset(matching.contested),
        sights=observed.sights,
        actual=observed.actual,
    )
