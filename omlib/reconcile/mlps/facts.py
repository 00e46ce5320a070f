"""What the checks look into: the estate, and what one look brought of it, by declared ref."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from omlib.model.estate import Estate
from omlib.model.finding import PRESENCE, Finding
from omlib.model.item import Actual, Declared, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Ref
from omlib.model.status import UnknownReason
from omlib.reconcile.match import match


@dataclass(frozen=True, slots=True)
class Facts:
    """*found* is what was seen of each declared item, *contested* what nobody can tell apart.

    *findings* are those of a comparison without waivers: the scheme knows none.
    """

    estate: Estate
    items: Mapping[Ref, Declared]
    found: Mapping[Ref, Actual]
    contested: frozenset[Ref]
    sights: Mapping[Scope, Sight]
    actual: tuple[Actual, ...]
    findings: tuple[Finding, ...] = ()

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


def facts_of(
    estate: Estate,
    declared: Iterable[Declared],
    observed: Observation,
    findings: Sequence[Finding] = (),
) -> Facts:
    items = {item.ref: item for item in declared if not item.retired}
    matching = match(items.values(), observed.actual)
    return Facts(
        estate=estate,
        items=items,
        found={ref: things[0] for ref, things in matching.found.items()},
        contested=frozenset(matching.contested),
        sights=observed.sights,
        actual=observed.actual,
        findings=tuple(findings),
    )
