"""How much of the declared was really observed, per plane, and what the gaps are."""

from collections import defaultdict
from collections.abc import Iterable

from omlib.model.finding import Coverage
from omlib.model.item import Declared, Scope
from omlib.model.kind import KINDS
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason


def is_evidence(scope: Scope) -> bool:
    """Whether it is looked at for checks alone, and never declared."""
    kind = KINDS.get((scope.plane, scope.kind))
    return kind is not None and kind.evidence


def coverage(declared: Iterable[Declared], observed: Observation) -> list[Coverage]:
    """One row per plane that something is declared on, or that was looked at.

    A declared item counts as seen when its scope was seen whole. `scopes` counts listings (of one
    kind in one place), declared or met on the way; what is seen for checks alone is none of them.
    """
    items: dict[Plane, int] = defaultdict(int)
    seen: dict[Plane, int] = defaultdict(int)
    scopes: dict[Plane, set[Scope]] = defaultdict(set)
    for item in declared:
        items[item.scope.plane] += 1
        scopes[item.scope.plane].add(item.scope)
        sight = observed.sights.get(item.scope)
        seen[item.scope.plane] += sight is not None and sight.complete
    for scope in observed.sights:
        if not is_evidence(scope):
            scopes[scope.plane].add(scope)
    rows = []
    for plane in Plane:
        if not scopes[plane]:
            continue
        gaps = []
        for scope in sorted(scopes[plane]):
            sight = observed.sights.get(scope)
            if sight is None:
                gaps.append((scope, UnknownReason.NOT_CHECKED, ""))
            elif sight.reason is not None:
                gaps.append((scope, sight.reason, sight.detail))
        rows.append(
            Coverage(
                plane=plane,
                scopes=len(scopes[plane]),
                complete=len(scopes[plane]) - len(gaps),
                items=items[plane],
                seen=seen[plane],
                gaps=tuple(gaps),
            )
        )
    return rows
